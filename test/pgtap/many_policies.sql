-- Many policies: each row is judged by its own, whichever came before it; what is kept of them is kept no longer than it is so.
SELECT plan(25);
SET client_min_messages = error;
SET retention.test_now = '2026-11-28 12:00+01';
CREATE FUNCTION pg_temp.add(name text, relation regclass, starts text, keep_for retention.period, condition text DEFAULT NULL) RETURNS void LANGUAGE sql AS $$
    INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode, applies_to)
    VALUES (name, relation, ARRAY[starts], keep_for, '30 days', 'delete', 'enforce', condition) $$;

-- Rows of several policies in turn in one scan.
CREATE TABLE papers (id int PRIMARY KEY, kind text, at date);
SELECT pg_temp.add('days ' || days, 'papers', 'at', (days || ' days')::retention.period, format('kind = %L', days)) FROM unnest(ARRAY[1, 10, 100, 1000]) days;
INSERT INTO papers SELECT i, (ARRAY['1', '10', '100', '1000', 'other'])[1 + i % 5], date '2026-11-28' - i FROM generate_series(0, 49) i;
CREATE FUNCTION pg_temp.seen() RETURNS text LANGUAGE sql AS $$ SELECT string_agg(id::text, ' ' ORDER BY id) FROM papers $$;
CREATE FUNCTION pg_temp.expected() RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(i::text, ' ' ORDER BY i) FROM generate_series(0, 49) i WHERE CASE i % 5 WHEN 0 THEN i < 1 WHEN 1 THEN i < 10 ELSE true END $$;
SELECT is(pg_temp.seen(), pg_temp.expected(), 'rows of four policies in turn are each judged by its own');
SELECT is((SELECT string_agg(id::text, ' ' ORDER BY id) FROM (SELECT id FROM papers ORDER BY kind, id DESC OFFSET 0) r), pg_temp.expected(),
    'rows of four policies are each judged by their own, sorted otherwise');
SELECT is((SELECT count(*) FROM papers a JOIN papers b ON b.id = a.id), (SELECT count(*) FROM unnest(string_to_array(pg_temp.expected(), ' '))),
    'rows on both sides of a join are each judged by their own policy');

-- A cursor shows what it would have shown when it was declared, of policies that no row has named yet, too.
CREATE TABLE others (id int PRIMARY KEY, at date);
SELECT pg_temp.add('others', 'others', 'at', '100 days');
INSERT INTO others VALUES (1, '2026-10-01'), (2, '2020-01-01');
BEGIN;
DECLARE c CURSOR FOR SELECT id FROM (SELECT id, 0 AS first FROM papers WHERE id = 2 UNION ALL SELECT id, 1 FROM others) r ORDER BY first, id;
DECLARE slow CURSOR FOR SELECT id FROM papers WHERE id = 2 UNION ALL SELECT id FROM others;
FETCH 1 FROM slow;
SET retention.confirm_drop = on;
UPDATE retention.policy SET keep_for = '10 days' WHERE name = 'others';
SELECT results_eq('SELECT id FROM others', ARRAY[]::int[], 'a policy that is changed is asked by the next statement');
SELECT results_eq('FETCH ALL FROM slow', 'VALUES (1)', 'a cursor that was declared before goes on by what it said then');
SELECT results_eq('FETCH ALL FROM c', 'VALUES (2), (1)', 'a cursor that was declared before and read after shows what the policy said then');
COMMIT;
UPDATE retention.policy SET keep_for = '100 days' WHERE name = 'others';
SELECT results_eq('SELECT id FROM others', 'VALUES (1)', 'a policy that is changed back says what it said');
BEGIN;
SAVEPOINT s;
UPDATE retention.policy SET keep_for = '10 days' WHERE name = 'others';
SELECT is_empty('SELECT FROM others', 'a policy that is changed in a savepoint is asked at once');
ROLLBACK TO s;
SELECT results_eq('SELECT id FROM others', 'VALUES (1)', 'a policy whose change is rolled back says what it said');
COMMIT;

-- A number in the middle that is nobody's any more, and the highest.
SET retention.reveal = on;
CREATE TABLE gone (id int PRIMARY KEY, at date);
SELECT pg_temp.add('gone', 'gone', 'at', '1 day');
SELECT pg_temp.add('last', 'gone', 'at', '1 day', 'false');
INSERT INTO gone VALUES (1, '2020-01-01');
CREATE TABLE kept AS SELECT 1 AS id, retention_clock FROM gone;
SET retention.reveal = off;
SELECT is_empty('SELECT FROM kept', 'a copy with a clock is hidden as its row is');
DELETE FROM retention.policy WHERE name = 'last';
SELECT is_empty('SELECT FROM kept', 'a copy is hidden when another policy is gone');
DELETE FROM retention.policy WHERE name = 'gone';
SELECT is_empty('SELECT FROM kept', 'a copy is hidden when its own policy is gone: nothing is known of it');

-- Ways through a table are kept from row to row, and no longer than they lead there.
CREATE FUNCTION pg_temp.start_of(relation regclass) RETURNS text LANGUAGE plpgsql AS $$
DECLARE result text;
BEGIN
    PERFORM set_config('retention.reveal', 'on', true);
    EXECUTE format('SELECT string_agg(coalesce(retention.starts_at(retention_clock)::date::text, ''-''), '' '' ORDER BY id) FROM %s', relation) INTO result;
    PERFORM set_config('retention.reveal', 'off', true);
    RETURN result;
END $$;
CREATE TABLE parents (id int PRIMARY KEY, note text, ended_on date, closed_on date);
CREATE TABLE children (id int PRIMARY KEY, parent int REFERENCES parents, other int);
SELECT pg_temp.add('children', 'children', 'parent.ended_on', '10 years');
INSERT INTO parents VALUES (1), (2);
INSERT INTO children VALUES (1, 1, 2);
UPDATE parents SET note = 'x';
UPDATE parents SET ended_on = '2026-01-10' WHERE id = 1;
SELECT is(pg_temp.start_of('children'), '2026-01-10', 'a parent that ends starts the clock');
ALTER TABLE parents RENAME ended_on TO over_on;
UPDATE parents SET over_on = '2026-01-11';
SELECT is(pg_temp.start_of('children'), '2026-01-11', 'a parent that ends starts the clock under another name of its column');
ALTER TABLE parents DROP COLUMN note, ADD COLUMN note text;
UPDATE parents SET over_on = '2026-01-12', note = 'y';
SELECT is(pg_temp.start_of('children'), '2026-01-12', 'a parent that ends starts the clock with other columns beside its own');
UPDATE retention.policy SET clock_starts = '{parent.closed_on}' WHERE name = 'children';
CALL retention.sweep();
SELECT is(pg_temp.start_of('children'), '-', 'a policy goes by another column');
UPDATE parents SET closed_on = '2026-02-01';
SELECT is(pg_temp.start_of('children'), '2026-02-01', 'an update of the column that a policy goes by now starts the clock');
UPDATE parents SET over_on = '2026-01-13';
SELECT is(pg_temp.start_of('children'), '2026-02-01', 'an update of the column that it went by before does not start the clock');
BEGIN;
SAVEPOINT s;
ALTER TABLE children ADD FOREIGN KEY (other) REFERENCES parents;
UPDATE retention.policy SET clock_starts = '{other.over_on}' WHERE name = 'children';
UPDATE parents SET over_on = '2026-03-01';
SELECT is(pg_temp.start_of('children'), '2026-03-01', 'a way by another key is gone at once');
ROLLBACK TO s;
UPDATE parents SET closed_on = '2026-02-02';
SELECT is(pg_temp.start_of('children'), '2026-02-02', 'a way whose change is rolled back is gone again');
COMMIT;
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode, applies_to, priority)
VALUES ('two starts', 'children', '{parent.closed_on, parent.over_on}', '10 years', '30 days', 'delete', 'enforce', 'id > 0', -1);
CALL retention.sweep();
UPDATE parents SET over_on = '2026-01-20';
SELECT is(pg_temp.start_of('children'), '2026-01-20', 'a policy that is new has its ways at once');

-- What a trigger changes that comes before ours is seen, whatever the statement names.
CREATE FUNCTION pg_temp.close() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN new.closed_on := '2026-01-15'; RETURN new; END $$;
CREATE TRIGGER close BEFORE UPDATE OF note ON parents FOR EACH ROW EXECUTE FUNCTION pg_temp.close();
UPDATE parents SET note = 'closed';
SELECT is(pg_temp.start_of('children'), '2026-01-15', 'a column that another trigger changes');

-- A partition of the table on the way has its columns elsewhere.
CREATE TABLE firms (id int, ended_on date, PRIMARY KEY (id)) PARTITION BY RANGE (id);
CREATE TABLE firms_1 (gone int, ended_on date, filler text, id int NOT NULL PRIMARY KEY);
ALTER TABLE firms_1 DROP COLUMN gone;
ALTER TABLE firms_1 DROP COLUMN filler;
CREATE TABLE staff (id int PRIMARY KEY, firm int REFERENCES firms);
SELECT pg_temp.add('staff', 'staff', 'firm.ended_on', '10 years');
ALTER TABLE firms ATTACH PARTITION firms_1 FOR VALUES FROM (1) TO (10);
INSERT INTO firms VALUES (1, NULL), (2, NULL);
INSERT INTO staff VALUES (1, 1), (2, 2);
UPDATE firms SET ended_on = '2026-04-01' WHERE id = 1;
UPDATE firms_1 SET ended_on = '2026-04-02' WHERE id = 2;
SELECT is(pg_temp.start_of('staff'), '2026-04-01 2026-04-02', 'rows of a partition start clocks, by its name, too');
CREATE TABLE firms_2 PARTITION OF firms FOR VALUES FROM (10) TO (20);
INSERT INTO firms VALUES (11, NULL);
INSERT INTO staff VALUES (11, 11);
UPDATE firms_2 SET ended_on = '2026-05-01';
SELECT matches(pg_temp.start_of('staff'), '2026-05-01$', 'rows of a partition that came later start clocks');
CREATE TABLE firms_3 PARTITION OF firms FOR VALUES FROM (30) TO (40);
INSERT INTO firms VALUES (31, NULL);
UPDATE firms SET ended_on = NULL WHERE id = 31;
ALTER TABLE firms DETACH PARTITION firms_3;
ALTER TABLE firms_3 DROP COLUMN ended_on;
ALTER TABLE firms_3 ADD COLUMN ended_on date;
ALTER TABLE firms ATTACH PARTITION firms_3 FOR VALUES FROM (30) TO (40);
INSERT INTO staff VALUES (31, 31);
UPDATE firms SET ended_on = '2026-06-02' WHERE id = 31;
SELECT matches(pg_temp.start_of('staff'), '2026-06-02$', 'rows of a partition that was away and came back with other columns start clocks');
SELECT finish();
