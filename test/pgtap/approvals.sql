-- What is approved, and who was warned, is what it is of: not of rows that come later, of columns nobody knew of, or of other policies; and
-- rows that wait do not go along with others.
SELECT no_plan();
SET client_min_messages = error;
SET retention.max_share = 0.1;
SET retention.confirm_drop = on;
CREATE SCHEMA a;
CREATE FUNCTION pg_temp.rows(relation regclass) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE result bigint;
BEGIN
    PERFORM set_config('retention.reveal', 'on', false);
    EXECUTE format('SELECT count(*) FROM %s', relation) INTO result;
    PERFORM set_config('retention.reveal', 'off', false);
    RETURN result;
END $$;
-- Tables of the last case are dropped, and its policies with them.
CREATE FUNCTION pg_temp.begin(ddl text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    DROP SCHEMA a CASCADE;
    CREATE SCHEMA a;
    PERFORM set_config('retention.test_now', '2030-06-01 12:00Z', false);
    EXECUTE ddl;
END $$;
CREATE FUNCTION pg_temp.policy(name text, quarantine retention.period DEFAULT '0 days', keep retention.period DEFAULT '1 year', mode text DEFAULT 'enforce', condition text DEFAULT NULL,
    referenced text DEFAULT 'anonymise', relation text DEFAULT NULL) RETURNS void LANGUAGE sql AS $$
INSERT INTO retention.policy (name, relation, clock_starts, timezone, keep_for, quarantine_for, action, mode, applies_to, if_referenced)
    VALUES (name, coalesce('a.' || relation, 'a.' || name)::regclass, '{l}', 'UTC', keep, quarantine, 'delete', mode, condition, referenced) $$;
CREATE FUNCTION pg_temp.go_to(at text) RETURNS void LANGUAGE sql AS $$SELECT set_config('retention.test_now', at, false)$$;

-- Warnings.
SELECT pg_temp.begin('CREATE TABLE a.m (id int PRIMARY KEY, l date)') \g /dev/null
SELECT pg_temp.policy('m', '30 days', '10 years') \g /dev/null
INSERT INTO a.m VALUES (1, '2025-01-01'), (2, NULL);
CALL retention.sweep();
SELECT retention.require_warnings('m') \g /dev/null
SELECT pg_temp.go_to('2030-06-10 12:00Z') \g /dev/null
UPDATE retention.policy SET keep_for = '1 year' WHERE name = 'm';
CALL retention.sweep();
SELECT is((SELECT count(*) FROM a.m), 1::bigint, 'a shorter period hides a row at once');
SELECT pg_temp.go_to('2030-08-20 12:00Z') \g /dev/null
CALL retention.sweep();
SELECT is(pg_temp.rows('a.m'), 2::bigint, 'a row that a shorter period has hidden waits for warnings');
SELECT throws_ok($$SELECT retention.approve('m')$$, '55000', 'policy "m" waits for warnings', 'what nobody was warned of is not approved');
SELECT is((SELECT overdue_since FROM retention.status WHERE name = 'm') < '2030-08-01', true, 'a row that waits for warnings is overdue');
SELECT matches((SELECT reason FROM retention.overdue WHERE name = 'm'), 'waits for retention.record_warning', 'what is overdue says that it waits for warnings');
SELECT is((SELECT count(*) FROM retention.preview('m') WHERE part = 'problem' AND detail LIKE '%record_warning%'), 1::bigint, 'a preview says that the policy waits for warnings');
SELECT throws_ok($$SELECT retention.record_warning('m', '-infinity')$$, '22023', 'the time until which persons were warned must be finite', 'a warning has a time');
SELECT retention.record_warning('m', '2030-08-01') \g /dev/null
CALL retention.sweep();
SELECT is(pg_temp.rows('a.m'), 1::bigint, 'a row goes when somebody has been warned after it was hidden');
-- From observing, and from another policy.
SELECT pg_temp.begin('CREATE TABLE a.m (id int PRIMARY KEY, k text, l date)') \g /dev/null
SELECT pg_temp.policy('x', '30 days', '20 years', 'enforce', 'k = ''x''', relation => 'm'), pg_temp.policy('m', '30 days', '1 year', 'observe') \g /dev/null
UPDATE retention.policy SET priority = 1 WHERE name = 'x';
INSERT INTO a.m VALUES (1, 'y', '2029-01-01'), (2, 'x', '2029-01-01'), (3, 'x', '2028-01-01');
CALL retention.sweep();
SELECT retention.require_warnings('m') \g /dev/null
SELECT pg_temp.go_to('2030-06-10 12:00Z') \g /dev/null
UPDATE retention.policy SET mode = 'enforce' WHERE name = 'm';
UPDATE a.m SET k = 'y' WHERE id = 3;
CALL retention.sweep();
UPDATE retention.policy SET mode = 'off' WHERE name = 'x';
CALL retention.sweep();
SELECT pg_temp.go_to('2030-09-20 12:00Z') \g /dev/null
CALL retention.sweep();
SELECT is(pg_temp.rows('a.m'), 3::bigint, 'rows that are hidden by putting a policy in force, by another that ends, or by an update wait for warnings');
-- Rows that wait for warnings, or whose policy is paused, do not go along; the others of the table do.
SELECT pg_temp.begin('CREATE TABLE a.p (id int PRIMARY KEY, l date); CREATE TABLE a.c (id int PRIMARY KEY, p int REFERENCES a.p ON DELETE CASCADE, l date);
    CREATE TABLE a.n (id int PRIMARY KEY, up int REFERENCES a.n ON DELETE CASCADE, k text, l date)') \g /dev/null
SELECT pg_temp.policy('p', '1 day'), pg_temp.policy('c', '1 day'), pg_temp.policy('na', condition => 'k = ''a''', relation => 'n'), pg_temp.policy('nb', condition => 'k = ''b''', relation => 'n') \g /dev/null
INSERT INTO a.p VALUES (1, '2029-07-01'), (2, '2029-07-01'), (3, '2029-07-01');
INSERT INTO a.c VALUES (1, 1, '2029-07-01'), (2, 2, '2029-03-01'), (3, 3, NULL);
INSERT INTO a.n VALUES (1, NULL, 'a', '2029-07-01'), (2, 1, 'a', '2030-06-01'), (3, NULL, 'a', '2029-07-01'), (4, 3, 'b', '2029-07-01');
SELECT pg_temp.go_to('2030-06-01 13:00Z') \g /dev/null
SELECT retention.require_warnings('c'), retention.pause('nb', 'a court asks') \g /dev/null
SELECT pg_temp.go_to('2030-08-01 12:00Z') \g /dev/null
SELECT is((SELECT count(*) FROM retention.preview('p') WHERE part = 'problem' AND item = 'goes along' AND detail LIKE '%record_warning%'), 1::bigint, 'a preview says that what would go along waits for warnings');
SELECT is((SELECT count(*) FROM retention.preview('na') WHERE part = 'problem' AND item = 'goes along' AND detail LIKE '%paused'), 1::bigint, 'a preview says that what would go along is paused');
CALL retention.sweep();
SELECT is(pg_temp.rows('a.p'), 2::bigint, 'rows go with which none would go that waits for warnings');
SELECT is(pg_temp.rows('a.c'), 2::bigint, 'rows that wait for warnings do not go along');
SELECT is(pg_temp.rows('a.n'), 2::bigint, 'a pause is of the rows of its policy, and not of all in their table');
SELECT results_eq('SELECT DISTINCT sqlstate, count(*) FROM retention.blocked_row GROUP BY 1', $$VALUES ('55006', 3::bigint)$$, 'what others would go along with says so');
SELECT retention.end_warnings('c') \g /dev/null
CALL retention.sweep();
SELECT is(pg_temp.rows('a.p') || ' ' || pg_temp.rows('a.c'), '0 0', 'what waited for warnings of others goes at once when they are not asked for any more');
-- Through the table that theirs inherits from.
SELECT pg_temp.begin($$CREATE TABLE a.base (id int, l date); CREATE TABLE a.heir (PRIMARY KEY (id)) INHERITS (a.base); CREATE TABLE a.taken (id int PRIMARY KEY, l date);
    CREATE FUNCTION a.f() RETURNS trigger LANGUAGE plpgsql AS $f$BEGIN
    IF OLD.id = 1 THEN DELETE FROM a.base WHERE id = 1; ELSIF OLD.id = 2 THEN TRUNCATE a.base; ELSE MERGE INTO a.base b USING (SELECT 3 x) s ON b.id = s.x WHEN MATCHED THEN DELETE; END IF; RETURN OLD; END$f$;
    CREATE TRIGGER t BEFORE DELETE ON a.taken FOR EACH ROW EXECUTE FUNCTION a.f()$$) \g /dev/null
SELECT pg_temp.policy('heir'), pg_temp.policy('taken') \g /dev/null
INSERT INTO a.heir SELECT i FROM generate_series(1, 10) i;
INSERT INTO a.taken SELECT i, '2029-04-01' FROM generate_series(1, 3) i;
SELECT retention.pause('heir', 'a court asks') \g /dev/null
CALL retention.sweep();
SELECT is(pg_temp.rows('a.heir') || ' ' || pg_temp.rows('a.taken'), '10 3', 'no row of a paused policy goes by a statement on the table that its table inherits from');

-- An approval ends with what was due.
SELECT pg_temp.begin('CREATE TABLE a.p (id int PRIMARY KEY, l date); CREATE TABLE a.c (id int PRIMARY KEY, p int REFERENCES a.p ON DELETE CASCADE); CREATE INDEX ON a.c (p); CREATE TABLE a.r (p int REFERENCES a.p)') \g /dev/null
SELECT pg_temp.policy('p', referenced => 'block') \g /dev/null
INSERT INTO a.p VALUES (1, '2029-07-01');
INSERT INTO a.r VALUES (1);
SELECT pg_temp.go_to('2031-01-01 12:00Z') \g /dev/null
CALL retention.sweep();
SELECT retention.approve('p') \g /dev/null
CALL retention.sweep();
INSERT INTO a.p VALUES (2, '2031-03-01');
INSERT INTO a.c SELECT i, 2 FROM generate_series(1, 20000) i;
ANALYZE a.c;
SELECT pg_temp.go_to('2032-06-01 12:00Z') \g /dev/null
CALL retention.sweep();
SELECT is(pg_temp.rows('a.c'), 20000::bigint, 'a row that cannot go does not keep an approval for what goes along with others');
SELECT is((SELECT state FROM retention.status WHERE name = 'p'), 'waiting for retention.approve()', 'what goes along with later rows is asked for');
SELECT matches((SELECT detail FROM retention.preview('p') WHERE part = 'problem' AND item = 'sweeps'), 'would go along', 'a preview has the reason of a fuse');
SELECT retention.approve('p') \g /dev/null
CALL retention.sweep();
SELECT is(pg_temp.rows('a.c'), 0::bigint, 'what goes along is approved with the rows');
SELECT pg_temp.begin('CREATE TABLE a.t (id int PRIMARY KEY, l date)') \g /dev/null
SELECT pg_temp.policy('t') \g /dev/null
INSERT INTO a.t SELECT i, CASE WHEN i <= 8000 THEN '2029-07-01'::date END FROM generate_series(1, 30000) i;
ANALYZE a.t;
SELECT pg_temp.go_to('2031-01-01 12:00Z') \g /dev/null
SELECT is(retention.approve('t'), 8000::bigint, 'what is due is approved');
SELECT retention.pause('t', 'first this') \g /dev/null
SET retention.reveal = on;
DELETE FROM a.t WHERE id <= 8000;
SET retention.reveal = off;
INSERT INTO a.t SELECT i, '2031-03-01' FROM generate_series(30001, 60000) i;
ANALYZE a.t;
SELECT pg_temp.go_to('2033-01-01 12:00Z') \g /dev/null
CALL retention.sweep();
SELECT retention.unpause('t') \g /dev/null
CALL retention.sweep();
SELECT is(pg_temp.rows('a.t') > 46000, true, 'an approval of rows that went otherwise is none of rows that come later');
SELECT matches((SELECT problem FROM retention.status WHERE name = 't'), '^\d+ rows are due', 'the fuse says how many rows are due');
SET retention.reveal = on;
DELETE FROM a.t WHERE l IS NOT NULL AND id < 59990;
SET retention.reveal = off;
CALL retention.sweep();
SELECT matches((SELECT problem FROM retention.status WHERE name = 't'), '^\d{1,2} rows are due', 'the fuse says how many rows are due now');

-- Columns and rows.
SELECT pg_temp.begin('CREATE TABLE a.m (id int PRIMARY KEY, phone text, l date)') \g /dev/null
INSERT INTO retention.personal_column (relation, column_name, category, keep_for) VALUES ('a.m', 'phone', 'phone', '1 month');
SELECT pg_temp.policy('m', keep => '2 years') \g /dev/null
INSERT INTO a.m SELECT i, NULL, '2028-05-25' FROM generate_series(1, 5000) i;
ANALYZE a.m;
CALL retention.sweep();
SELECT pg_temp.go_to('2030-08-10 12:00Z') \g /dev/null
SELECT retention.pause('m', 'first this'), retention.approve('m') \g /dev/null
INSERT INTO a.m SELECT i, 'x', '2030-06-01' FROM generate_series(10001, 14000) i;
SELECT retention.unpause('m') \g /dev/null
CALL retention.sweep();
SELECT is((SELECT count(*) FROM a.m WHERE id > 10000 AND phone IS NULL) <= 1321, true, 'an approval of rows is none of columns that nobody knew of');
SELECT pg_temp.begin('CREATE TABLE a.m (id int PRIMARY KEY, kind text, phone text, l date)') \g /dev/null
SELECT pg_temp.policy(k, '30 days', '10 years', condition => format('kind = %L', k), relation => 'm') FROM unnest('{x,y}'::text[]) k \g /dev/null
INSERT INTO a.m SELECT i, CASE WHEN i % 2 = 0 THEN 'x' ELSE 'y' END, 'p', '2029-05-25' FROM generate_series(1, 10) i;
CALL retention.sweep();
SELECT pg_temp.go_to('2030-09-10 12:00Z') \g /dev/null
INSERT INTO retention.personal_column (relation, column_name, category, keep_for) VALUES ('a.m', 'phone', 'phone', '1 month');
CALL retention.sweep();
SELECT retention.approve('x') \g /dev/null
CALL retention.sweep();
SELECT is((SELECT string_agg(n::text, ' ' ORDER BY kind) FROM (SELECT kind, count(phone) n FROM a.m GROUP BY kind) k), '0 5', 'columns are approved of one policy, and not of another on the table');

-- Ties.
SELECT pg_temp.begin('CREATE TABLE a.team (id int PRIMARY KEY, lead int, l date); CREATE TABLE a.player (id int PRIMARY KEY, team int REFERENCES a.team, l date);
    ALTER TABLE a.team ADD FOREIGN KEY (lead) REFERENCES a.player DEFERRABLE INITIALLY DEFERRED; CREATE TABLE a.goal (id int PRIMARY KEY, player int REFERENCES a.player ON DELETE CASCADE); CREATE INDEX ON a.goal (player)') \g /dev/null
SELECT pg_temp.policy('team', referenced => 'block'), pg_temp.policy('player', referenced => 'block') \g /dev/null
BEGIN;
INSERT INTO a.team VALUES (1, 1, '2029-07-01');
INSERT INTO a.player VALUES (1, 1, '2029-07-01');
COMMIT;
INSERT INTO a.goal SELECT i, 1 FROM generate_series(1, 5000) i;
ANALYZE a.goal;
SELECT pg_temp.go_to('2031-01-01 12:00Z') \g /dev/null
SELECT retention.approve('team') \g /dev/null
CALL retention.sweep();
SELECT is(pg_temp.rows('a.goal'), 5000::bigint, 'an approval of one policy is none of what goes along with the rows of another that they are tied to');
SELECT retention.approve('team'), retention.approve('player') \g /dev/null
SELECT pg_temp.go_to('2031-01-01 13:00Z') \g /dev/null
CALL retention.sweep();
SELECT is(pg_temp.rows('a.goal'), 0::bigint, 'what goes along with tied rows goes when all of their policies are approved');

-- A table that has grown.
SELECT pg_temp.begin('CREATE TABLE a.m (id int PRIMARY KEY, l date)') \g /dev/null
SELECT pg_temp.policy('m') \g /dev/null
INSERT INTO a.m VALUES (0, '2029-04-01');
SELECT pg_temp.go_to('2031-01-01 12:00Z') \g /dev/null
CALL retention.sweep();
INSERT INTO a.m SELECT i, CASE WHEN i <= 1500 THEN date '2030-01-01' END FROM generate_series(1, 100000) i;
ANALYZE a.m;
SELECT pg_temp.go_to('2031-01-02 11:00Z') \g /dev/null
CALL retention.sweep();
SELECT is(pg_temp.rows('a.m'), 98500::bigint, 'a table that has grown since the day began has a larger share');

-- A sweep within a sweep, in a transaction that only reads, and events of long names.
SELECT pg_temp.begin($$CREATE TABLE a.m (id int PRIMARY KEY, l date); CREATE FUNCTION a.f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN CALL retention.sweep(); RETURN OLD; END'; CREATE TRIGGER t BEFORE DELETE ON a.m FOR EACH ROW EXECUTE FUNCTION a.f()$$) \g /dev/null
SELECT pg_temp.policy('m') \g /dev/null
INSERT INTO a.m VALUES (1, '2029-04-01');
CALL retention.sweep();
SELECT results_eq('SELECT sqlstate FROM retention.blocked_row', $$VALUES ('55000')$$, 'a trigger begins no sweep within a sweep');
BEGIN READ ONLY;
SELECT throws_ok('CALL retention.sweep()', '25006', 'cannot execute retention.sweep() in a read-only transaction', 'a transaction that only reads sweeps nothing');
ROLLBACK;
UPDATE retention.policy SET name = repeat('long ', 2000) WHERE name = 'm';
SELECT lives_ok(format('SELECT retention.pause(%L, %L)', name, 'x'), 'a policy with a long name is paused') FROM retention.policy;

-- What the law needs stays where keys lead back to the table.
SELECT pg_temp.begin('CREATE TABLE a.n (id int PRIMARY KEY, up int REFERENCES a.n ON DELETE CASCADE, k text, l date); CREATE TABLE a.c (id int PRIMARY KEY, n int REFERENCES a.n ON DELETE CASCADE);
    ALTER TABLE a.n ADD c int REFERENCES a.c ON DELETE CASCADE') \g /dev/null
SELECT pg_temp.policy('na', condition => 'k = ''a''', relation => 'n'), pg_temp.policy('nb', keep => '10 years', condition => 'k = ''b''', relation => 'n') \g /dev/null
UPDATE retention.policy SET must_keep_for = '10 years', reference = 'a law' WHERE name = 'nb';
INSERT INTO a.n VALUES (1, NULL, 'a', '2028-07-01'), (2, 1, 'b', '2028-07-01'), (3, NULL, 'a', '2028-07-01'), (5, NULL, 'a', '2028-07-01');
INSERT INTO a.c VALUES (1, 3);
INSERT INTO a.n VALUES (4, NULL, 'b', '2028-07-01', 1);
CALL retention.sweep();
SELECT is(pg_temp.rows('a.n'), 4::bigint, 'rows that must be kept do not go along by keys of their own table, or by ways that lead back to it');

-- Injected time in parallel workers.
SET max_parallel_workers_per_gather = 2;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET retention.reveal = on;
CREATE TABLE a.plain AS SELECT i FROM generate_series(1, 5000) i;
SET retention.test_now = '2030-06-01 12:00 CET';
SELECT is((SELECT count(*) FROM a.plain WHERE i > 0 AND retention.time_now() = '2030-06-01 11:00Z'), 5000::bigint, 'parallel workers have the injected time of their leader');
SELECT * FROM finish();
