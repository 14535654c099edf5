-- A sweep looks at each row of a backlog once, however many batches it takes.
BEGIN;
SELECT plan(3);

SET retention.test_now = '2030-06-01 12:00:00+00';
CREATE TABLE visits (id int PRIMARY KEY, day timestamptz);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode)
    VALUES ('visits', 'visits', '{day}', '1 year', '0 days', 'delete', 'enforce');
CALL retention.sweep();
INSERT INTO visits SELECT i, timestamptz '2030-06-02' + i * interval '1 minute' FROM generate_series(1, 6000) i;
CREATE FUNCTION pg_temp.read() RETURNS bigint LANGUAGE sql AS
    $$SELECT sum(pg_stat_get_xact_tuples_returned(indexrelid))::bigint FROM pg_index WHERE indrelid = 'visits'::regclass AND NOT indisprimary$$;
CREATE TEMPORARY TABLE before AS SELECT pg_temp.read() AS n;
SET retention.test_now = '2035-01-01 12:00:00+00';
SELECT lives_ok('CALL retention.sweep()', 'several batches');
SELECT is((SELECT count(*) FROM visits), 0::bigint, 'all rows are gone');
SELECT cmp_ok(pg_temp.read() - (SELECT n FROM before), '<', 15000::bigint, 'entries of the index are not read again in every batch');
SELECT * FROM finish();
ROLLBACK;
