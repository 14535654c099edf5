-- A cursor, a generic plan, a cached plan of PL/pgSQL and a parallel plan, each across a deadline, reveal, a change of policy and
-- its roll-back, an index that goes, and a table that becomes governed: none needs a new plan to be right.
BEGIN;
SELECT plan(49);

SET client_min_messages = error;
SET retention.test_now = '2030-01-31 22:59:59+00';
CREATE TABLE visits (id int PRIMARY KEY, left_on date, filler text);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode) VALUES
    ('visits', 'visits', '{left_on}', '30 days', '1 year', 'delete', 'enforce');
-- Eight leave with the last second of January, four long ago, the rest stay.
INSERT INTO visits SELECT n, CASE WHEN n <= 8 THEN date '2030-01-01' WHEN n <= 12 THEN date '2029-01-01' END, repeat('x', 500)
    FROM generate_series(1, 4000) n;
CREATE TABLE copies (id int PRIMARY KEY, left_on date, filler text);
INSERT INTO copies SELECT n, CASE WHEN n <= 8 THEN date '2030-01-01' WHEN n <= 12 THEN date '2029-01-01' END, repeat('x', 500)
    FROM generate_series(1, 4000) n;
ANALYZE visits, copies;

SET plan_cache_mode = force_generic_plan;
PREPARE of_visits AS SELECT count(*) FROM visits;
PREPARE of_copies AS SELECT count(*) FROM copies;
PREPARE by_key(int) AS SELECT count(*) FROM visits WHERE id = $1;
CREATE FUNCTION pg_temp.cached(relation text) RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
    IF relation = 'visits' THEN RETURN (SELECT count(*) FROM visits); ELSE RETURN (SELECT count(*) FROM copies); END IF;
END $$;
CREATE FUNCTION pg_temp.in_parallel(relation text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE n bigint;
BEGIN
    SET LOCAL parallel_setup_cost = 0;
    SET LOCAL parallel_tuple_cost = 0;
    SET LOCAL min_parallel_table_scan_size = 0;
    PERFORM set_config(name, 'on', true) FROM pg_settings WHERE name IN ('force_parallel_mode', 'debug_parallel_query');
    EXECUTE 'SELECT count(*) FROM ' || relation INTO n;
    PERFORM set_config(name, 'off', true) FROM pg_settings WHERE name IN ('force_parallel_mode', 'debug_parallel_query');
    RETURN n;
END $$;
CREATE FUNCTION pg_temp.seen(relation text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE n bigint; c refcursor;
BEGIN
    EXECUTE 'EXECUTE of_' || relation INTO n; RETURN NEXT n;
    RETURN NEXT pg_temp.cached(relation);
    OPEN c FOR EXECUTE 'SELECT count(*) FROM ' || relation; FETCH c INTO n; CLOSE c; RETURN NEXT n;
    RETURN NEXT pg_temp.in_parallel(relation);
END $$;
CREATE FUNCTION pg_temp.all_see(expected bigint, what text, relation text DEFAULT 'visits') RETURNS SETOF text LANGUAGE sql AS $$
    SELECT is(s, expected::text, what || ': ' || (ARRAY['generic plan', 'cached plan', 'cursor', 'parallel plan'])[o])
    FROM pg_temp.seen(relation) WITH ORDINALITY x (s, o) $$;

SET retention.test_now = '2030-01-31 22:59:59+00';
SELECT pg_temp.all_see(3996, 'at first');
DECLARE before_deadline CURSOR FOR SELECT id FROM visits WHERE id <= 14 ORDER BY id;
DECLARE before_reveal CURSOR FOR SELECT id FROM visits WHERE id <= 14 ORDER BY id;
SET retention.test_now = '2030-01-31 23:00:00+00';
SELECT pg_temp.all_see(3988, 'a second later');
SELECT results_eq('EXECUTE by_key(8)', 'VALUES (0::bigint)', 'through the key, too');
SELECT results_eq('FETCH ALL FROM before_deadline', 'VALUES (1), (2), (3), (4), (5), (6), (7), (8), (13), (14)', 'a cursor shows what it showed when it was opened');
SET LOCAL retention.reveal = on;
SELECT pg_temp.all_see(4000, 'under reveal');
SELECT results_eq('FETCH ALL FROM before_reveal', 'VALUES (1), (2), (3), (4), (5), (6), (7), (8), (13), (14)', 'a cursor opened before reveal shows what it showed');
DECLARE under_reveal CURSOR FOR SELECT id FROM visits WHERE id <= 3 ORDER BY id;
SET LOCAL retention.reveal = off;
SELECT pg_temp.all_see(3988, 'everybody sees the same after reveal as before');
SELECT results_eq('FETCH ALL FROM under_reveal', 'VALUES (1), (2), (3)', 'a cursor opened under reveal keeps it');
SET LOCAL retention.confirm_drop = on;
SAVEPOINT policy;
UPDATE retention.policy SET keep_for = '31 days';
SELECT pg_temp.all_see(3996, 'kept a day longer');
DECLARE under_longer CURSOR FOR SELECT id FROM visits WHERE id <= 9 ORDER BY id;
ROLLBACK TO policy;
SELECT pg_temp.all_see(3988, 'a change of a policy that is rolled back is not seen');
SELECT throws_ok('FETCH ALL FROM under_longer', '34000', NULL, 'the cursor opened meanwhile is gone with it');
DECLARE before_change CURSOR FOR SELECT id FROM visits WHERE id <= 14 ORDER BY id;
UPDATE retention.policy SET keep_for = '31 days';
SELECT results_eq('FETCH ALL FROM before_change', 'VALUES (13), (14)', 'a cursor opened before a change is of then');
UPDATE retention.policy SET keep_for = '30 days';
DO $$BEGIN EXECUTE (SELECT format('DROP INDEX %s', indexrelid::regclass) FROM pg_index WHERE indrelid = 'visits'::regclass AND NOT indisprimary); END$$;
SELECT pg_temp.all_see(3988, 'without the index of the clock');
UPDATE retention.policy SET mode = 'observe';
SELECT pg_temp.all_see(4000, 'observed only');

SELECT pg_temp.all_see(4000, 'a table nobody governs', 'copies');
DECLARE ungoverned CURSOR FOR SELECT id FROM copies WHERE id <= 3 ORDER BY id;
SELECT throws_ok($$INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode) VALUES
    ('copies', 'copies', '{left_on}', '30 days', '1 year', 'delete', 'enforce')$$, '55006', NULL, 'nobody can while a cursor of this session reads it');
SELECT results_eq('FETCH ALL FROM ungoverned', 'VALUES (1), (2), (3)', 'the cursor of an ungoverned table goes on');
CLOSE ungoverned;
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode) VALUES
    ('copies', 'copies', '{left_on}', '30 days', '1 year', 'delete', 'enforce');
CALL retention.sweep();
SELECT pg_temp.all_see(3988, 'and the same plans when somebody does', 'copies');
SELECT throws_ok('EXPLAIN (ANALYZE) SELECT * FROM copies', '42501', NULL, 'EXPLAIN ANALYZE counts');

SELECT * FROM finish();
ROLLBACK;
