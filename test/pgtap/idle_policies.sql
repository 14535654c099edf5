-- A sweep of many policies costs a look where nothing is due, and what is due in one of them is done.
SELECT plan(26);
SET client_min_messages = error;
SET retention.sweep_run_age = 0;
SET retention.test_now = '2026-11-28 12:00+01';
CREATE SCHEMA many;
DO $$
BEGIN
    FOR i IN 1 .. 40 LOOP
        EXECUTE format('CREATE TABLE many.t%s (id int PRIMARY KEY, at date)', i);
        INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode)
        VALUES ('t' || i, format('many.t%s', i)::regclass, '{at}', '1 year', '30 days', 'delete', 'enforce');
        EXECUTE format($i$INSERT INTO many.t%s VALUES (1, NULL), (2, '2026-11-01')$i$, i);
    END LOOP;
END $$;
CREATE TABLE counted (name text, commits bigint, xid bigint);
-- What a session has done is reported when it is idle, between two statements.
CREATE PROCEDURE count_commits(name text) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_stat_clear_snapshot();
    INSERT INTO counted SELECT name, pg_stat_get_db_xact_commit(oid), pg_current_xact_id()::text::bigint FROM pg_database WHERE datname = current_database();
END $$;
CREATE FUNCTION rows_in(i int) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE result bigint;
BEGIN
    PERFORM set_config('retention.reveal', 'on', true);
    EXECUTE format('SELECT count(*) FROM many.t%s', i) INTO result;
    PERFORM set_config('retention.reveal', 'off', true);
    RETURN result;
END $$;
CALL retention.sweep();
CALL retention.sweep();
SELECT pg_stat_force_next_flush() \g /dev/null
CALL count_commits('before');
CALL retention.sweep();
SELECT pg_stat_force_next_flush() \g /dev/null
CALL count_commits('after');
SELECT cmp_ok((SELECT max(commits) - min(commits) FROM counted), '<', 40::bigint, 'an idle sweep of forty policies takes few transactions');
SELECT cmp_ok((SELECT max(xid) - min(xid) FROM counted), '<', 6::bigint, 'few transactions of an idle sweep write');
SELECT is((SELECT count(*) FROM retention.sweep_run), 1::bigint, 'an idle run is taken over by the next');
SELECT is((SELECT sum(rows_in(i)) FROM generate_series(1, 40) i), 80::numeric, 'nothing is gone');

UPDATE many.t33 SET at = '2026-10-01' WHERE id = 1;
SET retention.test_now = '2027-11-02 12:00+01';
CALL retention.sweep();
SELECT is((SELECT string_agg(i::text, ' ' ORDER BY i) FROM generate_series(1, 40) i WHERE rows_in(i) <> 2), '33', 'what is due in one of forty is done');
SELECT is((SELECT sum(rows_in(i)) FROM generate_series(1, 40) i), 79::numeric, 'rows that are not due in the others stay');
SET retention.test_now = '2027-12-04 12:00+01';
CALL retention.sweep();
SELECT is((SELECT sum(rows_in(i)) FROM generate_series(1, 40) i), 39::numeric, 'what is due in all of them is done in all');
SELECT is(rows_in(33), 0::bigint, 'a table with two deadlines is empty after both');

-- What passes the deadline is entered although nothing is to be deleted.
INSERT INTO many.t5 VALUES (3, '2026-12-01');
SET retention.test_now = '2027-12-10 12:00+01';
CALL retention.sweep();
SELECT is((SELECT sum(row_count) FROM retention.ledger WHERE action = 'quarantined' AND relation = 'many.t5'), 2::numeric, 'what becomes hidden is entered');

-- A partition that comes later, one whose index is gone, and a table that somebody else locked have their turn.
CREATE TABLE many.parts (id int, at date) PARTITION BY RANGE (id);
CREATE TABLE many.part_1 PARTITION OF many.parts FOR VALUES FROM (1) TO (10);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode)
    VALUES ('parts', 'many.parts', '{at}', '1 year', '0 days', 'delete', 'enforce');
CALL retention.sweep();
CREATE TABLE many.part_2 PARTITION OF many.parts FOR VALUES FROM (10) TO (20);
INSERT INTO many.parts VALUES (1, '2027-01-01'), (11, '2027-01-01');
SET retention.test_now = '2028-01-10 12:00+01';
CALL retention.sweep();
SET retention.reveal = on;
SELECT is((SELECT count(*) FROM many.parts), 0::bigint, 'rows of a partition that came later go, too');
INSERT INTO many.t7 VALUES (7, '2027-12-01');
DROP INDEX many.t7_retention_clock_idx;
SET retention.test_now = '2029-12-10 12:00+01';
CALL retention.sweep();
SELECT is((SELECT count(*) FROM many.t7 WHERE id = 7), 0::bigint, 'a table without its index is looked through');
-- Another index on the clock, which came before.
CREATE INDEX of_few ON many.t7 (retention_clock) WHERE id > 100;
DROP INDEX many.t7_retention_clock_idx;
CALL retention.sweep();
INSERT INTO many.t7 VALUES (8, '2029-11-01');

-- What a row's going makes due in a table whose turn came before is done in the same pass.
CREATE TABLE many.cases (id int PRIMARY KEY, at date);
CREATE TABLE many.letters (id int PRIMARY KEY, of int REFERENCES many.cases, at date);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode) VALUES
    ('cases', 'many.cases', '{at}', '0 days', '0 days', 'delete', 'enforce'), ('letters', 'many.letters', '{at}', '1 year', '0 days', 'delete', 'enforce');
CREATE FUNCTION many.close() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN UPDATE many.cases SET at = '2029-01-01' WHERE id = old.of; RETURN NULL; END $$;
CREATE TRIGGER close AFTER DELETE ON many.letters FOR EACH ROW EXECUTE FUNCTION many.close();
INSERT INTO many.cases VALUES (1, NULL);
INSERT INTO many.letters VALUES (1, 1, '2029-12-01');
CALL retention.sweep();
SELECT is((SELECT count(*) FROM many.cases), 1::bigint, 'a case is open');
SET retention.test_now = '2031-01-01 12:00+01';
CALL retention.sweep();
SELECT is((SELECT count(*) FROM many.letters), 0::bigint, 'the last letter of a case goes');
SELECT is((SELECT count(*) FROM many.t7 WHERE id = 8), 0::bigint, 'no other index on the clock says that nothing is due');
SELECT is((SELECT count(*) FROM many.cases), 0::bigint, 'a case that a trigger closes as its letter goes is done in the same pass');

-- A table that failed before is tried again, and is done with, though nothing is due there any more.
INSERT INTO retention.blocked_table (relation, policy_id, work, sqlstate, reason, attempts, first_failed, retry_at, cause)
    SELECT relation, policy_id, 'rows', '55P03', 'locked', 1, '2030-12-01', '2030-12-02', 'locked' FROM retention.policy WHERE name = 't9';
CALL retention.sweep();
SELECT is_empty('SELECT FROM retention.blocked_table', 'what was blocked is tried again when it is time');

-- An index whose file is gone stops its own table.
UPDATE many.t10 SET at = '2030-01-01' WHERE id = 1;
UPDATE many.t11 SET at = '2030-01-01' WHERE id = 1;
SET retention.test_now = '2031-06-01 12:00+01';
CREATE TABLE moved AS SELECT oid, relfilenode FROM pg_class WHERE oid = 'many.t10_retention_clock_idx'::regclass;
UPDATE pg_class SET relfilenode = 4000000000 WHERE oid = 'many.t10_retention_clock_idx'::regclass;
CALL retention.sweep();
SELECT results_eq('SELECT relation::text FROM retention.blocked_table', $$VALUES ('many.t10')$$, 'a table whose index cannot be read is blocked');
UPDATE pg_class c SET relfilenode = m.relfilenode FROM moved m WHERE m.oid = c.oid;
SELECT is(ARRAY[rows_in(10), rows_in(11)], ARRAY[1::bigint, 0], 'a table whose index cannot be read keeps its rows, and others lose theirs');
SET retention.test_now = '2031-06-05 12:00+01';
CALL retention.sweep();
SELECT is(rows_in(10), 0::bigint, 'a table whose index can be read again is swept');

-- Of a table whose index has several levels, and many rows of the same day, each sweep finds what is due, and no more.
SET retention.test_now = '2032-01-01 12:00+01';
CREATE TABLE many.days (id int PRIMARY KEY, at date);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode) VALUES ('days', 'many.days', '{at}', '10 days', '0 days', 'delete', 'enforce');
INSERT INTO many.days SELECT i, date '2032-02-01' + (i::bigint * 7919 % 400)::int FROM generate_series(1, 20000) i;
CREATE TABLE many.steps (day date, rows bigint, expected bigint);
CREATE PROCEDURE many.go() LANGUAGE plpgsql AS $$
DECLARE n int;
BEGIN
    FOREACH n IN ARRAY ARRAY[0, 10, 11, 12, 12, 30, 31, 100, 101, 250, 399, 408, 409, 410, 411, 500] LOOP
        PERFORM set_config('retention.test_now', ((date '2032-02-01' + n) + interval '3 hours')::text, false);
        CALL retention.sweep();
        PERFORM set_config('retention.reveal', 'on', false);
        INSERT INTO many.steps SELECT date '2032-02-01' + n, count(*),
            (SELECT count(*) FROM generate_series(1, 20000) i WHERE i::bigint * 7919 % 400 + 10 >= n) FROM many.days;
        PERFORM set_config('retention.reveal', 'off', false);
        COMMIT;
    END LOOP;
END $$;
CALL many.go();
SELECT is_empty('SELECT * FROM many.steps WHERE rows <> expected', 'each day takes its own rows from a large index');
SELECT is((SELECT count(*) FROM many.steps), 16::bigint, 'sixteen days were swept');

-- Idle runs are taken over, others are not.
SELECT is((SELECT sum(deleted) FROM retention.sweep_run), (SELECT sum(row_count) FROM retention.ledger WHERE action = 'deleted'), 'each run that deleted rows is still on record');
CREATE TEMP TABLE runs AS SELECT * FROM retention.sweep_run WHERE deleted > 0;
SET retention.test_now = '2034-01-01 12:00+01';
CALL retention.sweep();
CREATE TEMP TABLE number AS SELECT count(*) AS n FROM retention.sweep_run;
SET retention.test_now = '2034-01-02 12:00+01';
CALL retention.sweep();
SELECT is((SELECT count(*) FROM retention.sweep_run), (SELECT n FROM number), 'an idle run has the place of the idle one before');
SELECT is_empty('SELECT r.* FROM runs r EXCEPT SELECT s.* FROM retention.sweep_run s', 'idle runs change nothing of a run that deleted rows');
SELECT is((SELECT DISTINCT last_run FROM retention.status), '2034-01-02 12:00+01'::timestamptz, 'the status says when the last sweep began, idle or not');
SET retention.test_now = '2033-12-31 12:00+01';
CALL retention.sweep();
SELECT is((SELECT DISTINCT last_run FROM retention.status), '2033-12-31 12:00+01'::timestamptz, 'the last sweep is that which began last, though time went back');
SELECT finish();
