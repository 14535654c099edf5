-- A transaction sees the rows that it ends, until it ends itself; what was hidden before, it does not see, whatever start it writes.
BEGIN;
SELECT plan(42);
SET LOCAL client_min_messages = error;
SET LOCAL retention.test_now = '2030-06-01 12:00:00+00';
CREATE SCHEMA app;
CREATE TABLE app.customers (id int PRIMARY KEY, ended_at timestamptz);
CREATE TABLE app.users (id int PRIMARY KEY, customer int REFERENCES app.customers, name text, left_at timestamptz);
CREATE TABLE app.notes (id int PRIMARY KEY, author int REFERENCES app.users, body text);
CREATE TABLE app.visits (id int, region text, left_on date, name text, PRIMARY KEY (id, region)) PARTITION BY LIST (region);
CREATE TABLE app.visits_north PARTITION OF app.visits FOR VALUES IN ('north');
CREATE TABLE app.visits_south PARTITION OF app.visits FOR VALUES IN ('south');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode) VALUES
    ('users', 'app.users', '{left_at, customer.ended_at}', '0 days', '30 days', 'delete', 'enforce'),
    ('notes', 'app.notes', '{author.left_at, author.customer.ended_at}', '0 days', '30 days', 'delete', 'enforce'),
    ('visits', 'app.visits', '{left_on}', '30 days', '1 year', 'delete', 'enforce');
INSERT INTO retention.subject_kind (kind, relation, identifying) VALUES ('user', 'app.users', '{}');
INSERT INTO app.customers SELECT n, NULL FROM generate_series(1, 4) n;
INSERT INTO app.users SELECT n, 1 + n % 4, 'user' || n, NULL FROM generate_series(1, 2000) n;
INSERT INTO app.notes SELECT n, n, 'note' FROM generate_series(1, 20) n;
ANALYZE app.users;
CREATE FUNCTION pg_temp.next_transaction() RETURNS text LANGUAGE sql AS $$SELECT set_config('retention.test_now', current_setting('retention.test_now'), true)$$;
CREATE FUNCTION pg_temp.ids(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE found int[] := '{}'; one int;
BEGIN
    FOR one IN EXECUTE query LOOP found := found || one; END LOOP;
    RETURN (SELECT coalesce(string_agg(i::text, ' ' ORDER BY i), '') FROM unnest(found) i);
END $$;
CREATE FUNCTION pg_temp.cached() RETURNS bigint LANGUAGE plpgsql AS $$BEGIN RETURN (SELECT count(*) FROM app.users); END$$;
CREATE FUNCTION pg_temp.in_parallel(query text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE n bigint;
BEGIN
    SET LOCAL parallel_setup_cost = 0;
    SET LOCAL parallel_tuple_cost = 0;
    SET LOCAL min_parallel_table_scan_size = 0;
    SET LOCAL parallel_leader_participation = off;
    PERFORM set_config(name, 'on', true) FROM pg_settings WHERE name IN ('force_parallel_mode', 'debug_parallel_query');
    EXECUTE query INTO n;
    PERFORM set_config(name, 'off', true) FROM pg_settings WHERE name IN ('force_parallel_mode', 'debug_parallel_query');
    RETURN n;
END $$;
CREATE FUNCTION pg_temp.by_cursor() RETURNS text LANGUAGE plpgsql AS $$
DECLARE c CURSOR FOR SELECT id FROM app.users WHERE id <= 3 ORDER BY id; found text := '';
BEGIN
    FOR r IN c LOOP found := found || ' ' || r.id; END LOOP;
    RETURN ltrim(found);
END $$;
CREATE VIEW app.directory AS SELECT id, name FROM app.users;
PREPARE counted AS SELECT count(*) FROM app.users;
SELECT results_eq('EXECUTE counted', 'VALUES (2000::bigint)', 'at first');
SELECT is(pg_temp.in_parallel('SELECT count(*) FROM app.users'), 2000::bigint, 'at first, in parallel');
DECLARE opened_before CURSOR FOR SELECT id FROM app.users WHERE id <= 3 ORDER BY id;

-- Ended by UPDATE.
SELECT results_eq($$WITH u AS (UPDATE app.users SET left_at = '2030-06-01 12:00+00' WHERE id = 1 RETURNING id) TABLE u$$, 'VALUES (1)', 'RETURNING of what ends it');
SELECT results_eq('SELECT id FROM app.users WHERE id <= 3 ORDER BY id', 'VALUES (1), (2), (3)', 'SELECT');
SELECT is((SELECT retention.state(retention_clock) FROM app.users WHERE id = 1), 'quarantined', 'the state of a row that is shown is what its clock says');
SELECT results_eq('SELECT id FROM app.directory WHERE id <= 3 ORDER BY id', 'VALUES (1), (2), (3)', 'a view');
SELECT results_eq('EXECUTE counted', 'VALUES (2000::bigint)', 'a prepared statement');
SELECT is(pg_temp.cached(), 2000::bigint, 'a function');
SELECT is(pg_temp.by_cursor(), '1 2 3', 'a cursor');
SELECT results_eq('FETCH ALL FROM opened_before', 'VALUES (1), (2), (3)', 'a cursor opened before');
SELECT is(pg_temp.in_parallel('SELECT count(*) FROM app.users'), 2000::bigint, 'a plan in parallel');
SELECT is(pg_temp.in_parallel('EXECUTE counted'), 2000::bigint, 'a prepared plan in parallel');
SELECT results_eq($$WITH u AS (UPDATE app.users SET name = 'Kari' WHERE id = 1 RETURNING id, name) TABLE u$$, $$VALUES (1, 'Kari')$$, 'UPDATE, and its RETURNING');
SELECT results_eq($$WITH u AS (INSERT INTO app.users VALUES (1) ON CONFLICT (id) DO UPDATE SET name = 'Kari Lie' RETURNING name) TABLE u$$, $$VALUES ('Kari Lie')$$, 'an upsert');
SELECT is(pg_temp.ids('SELECT id FROM app.users WHERE id = 1 FOR UPDATE'), '1', 'a lock');
SELECT pg_temp.next_transaction() \g /dev/null
SELECT results_eq('SELECT id FROM app.users WHERE id <= 3 ORDER BY id', 'VALUES (2), (3)', 'hidden from the next transaction');
SELECT results_eq('EXECUTE counted', 'VALUES (1999::bigint)', 'a prepared statement of the next transaction');
SELECT is(pg_temp.in_parallel('SELECT count(*) FROM app.users'), 1999::bigint, 'a plan in parallel of the next transaction');
SELECT is_empty($$WITH u AS (UPDATE app.users SET name = 'x' WHERE id = 1 RETURNING id) TABLE u$$, 'UPDATE of the next transaction');

-- By an ancestor's end; and inserted.
SELECT set_config('retention.test_now', '2030-06-01 12:01:00+00', true) \g /dev/null
UPDATE app.customers SET ended_at = '2030-06-01 11:00+00' WHERE id = 3;
SELECT is(pg_temp.ids('SELECT id FROM app.users WHERE id <= 8'), '2 3 4 5 6 7 8', 'rows below one that ends');
SELECT is(pg_temp.ids('SELECT id FROM app.notes WHERE id <= 8'), '2 3 4 5 6 7 8', 'rows two hops below');
SELECT results_eq($$WITH u AS (INSERT INTO app.users VALUES (3001, 1, 'late', '2020-01-01') RETURNING id) TABLE u$$, 'VALUES (3001)', 'RETURNING of an INSERT of what is over');
SELECT is(pg_temp.ids('SELECT id FROM app.users WHERE id > 3000'), '3001', 'a row that came when its time was over');
SELECT pg_temp.next_transaction() \g /dev/null
SELECT is(pg_temp.ids('SELECT id FROM app.users WHERE id <= 8 OR id > 3000'), '3 4 5 7 8', 'hidden from the next transaction');
SELECT is(pg_temp.ids('SELECT id FROM app.notes WHERE id <= 8'), '3 4 5 7 8', 'hidden from the next transaction, two hops below');

-- Sub-transactions.
SELECT set_config('retention.test_now', '2030-06-01 12:02:00+00', true) \g /dev/null
SAVEPOINT before_end;
UPDATE app.users SET left_at = '2030-06-01 11:30+00' WHERE id = 3;
ROLLBACK TO before_end;
SELECT is(pg_temp.ids('SELECT id FROM app.users WHERE id <= 8'), '3 4 5 7 8', 'an end that is rolled back hides nothing, and shows nothing else');
UPDATE app.users SET left_at = '2030-06-01 11:40+00' WHERE id = 3;
SAVEPOINT after_end;
UPDATE app.users SET left_at = '2030-06-01 11:50+00' WHERE id = 4;
ROLLBACK TO after_end;
SELECT is(pg_temp.ids('SELECT id FROM app.users WHERE id <= 8'), '3 4 5 7 8', 'an end before a sub-transaction that is rolled back');
DO $$BEGIN
    UPDATE app.users SET left_at = '2030-06-01 11:55+00' WHERE id = 5;
    RAISE EXCEPTION USING ERRCODE = 'P9999';
EXCEPTION WHEN SQLSTATE 'P9999' THEN UPDATE app.users SET left_at = '2030-06-01 11:55+00' WHERE id = 7;
END$$;
SELECT is(pg_temp.ids('SELECT id FROM app.users WHERE id <= 8'), '3 4 5 7 8', 'an end in an exception handler');
SELECT pg_temp.next_transaction() \g /dev/null
SELECT is(pg_temp.ids('SELECT id FROM app.users WHERE id <= 8'), '4 5 8', 'all of them are hidden from the next transaction');

-- What was hidden before is not shown to whoever writes its start.
UPDATE app.users SET left_at = '2030-06-01 12:02+00' WHERE id = 4;
SELECT is(pg_temp.ids('SELECT id FROM app.users WHERE id IN (3, 7)'), '3 7', 'rows that were hidden within this very second are not told apart');
SELECT set_config('retention.test_now', '2030-06-01 12:02:05+00', true) \g /dev/null
UPDATE app.users SET left_at = '2030-06-01 11:40+00' WHERE id = 5;
SELECT is(pg_temp.ids('SELECT id FROM app.users WHERE id <= 8'), '5 8', 'a start of hidden rows, written again, is that of a row that is over now');
UPDATE app.users SET left_at = '2030-06-01 10:00+00' WHERE id = 8;
SELECT is(pg_temp.ids('SELECT id FROM app.users WHERE id <= 8'), '5 8', 'a start that no row has is that of a row that is over now');
SELECT pg_temp.next_transaction() \g /dev/null
INSERT INTO app.visits VALUES (1, 'north', '2030-05-01', 'ended that day'), (2, 'south', '2020-01-01', 'late'), (3, 'south', '2030-04-29', 'late'), (4, 'north', NULL, 'here');
SELECT is(pg_temp.ids('SELECT id FROM app.visits'), '1 2 3 4', 'partitions');
SELECT set_config('retention.test_now', '2030-06-01 14:00:00+00', true) \g /dev/null
SELECT results_eq($$WITH v AS (INSERT INTO app.visits VALUES (5, 'north', '2020-01-01', 'late, too') RETURNING id) TABLE v$$, 'VALUES (5)', 'INSERT returns what it writes');
SELECT is(pg_temp.ids('SELECT id FROM app.visits'), '4', 'where days make starts equal, an INSERT shows none of those of that day');
INSERT INTO app.visits VALUES (6, 'south', '2030-04-28', 'late, too');
UPDATE app.visits SET left_on = '2030-05-01' WHERE id = 4;
SELECT is(pg_temp.ids('SELECT id FROM app.visits'), '', 'an UPDATE shows none of those of that day either');
SELECT set_config('retention.test_now', '2030-06-02 14:00:00+00', true) \g /dev/null
INSERT INTO app.visits VALUES (7, 'south', '2020-01-01', 'the next day'), (8, 'north', '2020-01-01', 'the next day');
SELECT is(pg_temp.ids('SELECT id FROM app.visits'), '7 8', 'on another day it has a start of its own');

-- A decision about a row hides it also from who takes it.
INSERT INTO app.users VALUES (3002, NULL, 'restricted', NULL);
UPDATE app.users SET left_at = '2030-06-02 13:00+00' WHERE id = 3002;
SELECT is(pg_temp.ids('SELECT id FROM app.users WHERE id > 3000'), '3002', 'before it is restricted');
SELECT retention.restrict('user', 3002, 'contested') \g /dev/null
SELECT is(pg_temp.ids('SELECT id FROM app.users WHERE id > 3000'), '', 'a restricted row is hidden at once');

-- A sweep sees what everybody will.
INSERT INTO app.users VALUES (3003, NULL, 'Liv', NULL);
CREATE MATERIALIZED VIEW app.list AS SELECT id FROM app.users WHERE id > 3000;
UPDATE app.users SET left_at = '2030-06-02 13:30+00' WHERE id = 3003;
SELECT is(pg_temp.ids('SELECT id FROM app.users WHERE id > 3000'), '3003', 'before the sweep it is there');
CALL retention.sweep();
SELECT is(pg_temp.ids('SELECT id FROM app.list'), '', 'a sweep in the transaction copies it to no view');
SELECT is(pg_temp.ids('SELECT id FROM app.users WHERE id > 3000'), '', 'a sweep in the transaction hides the row from it');
SELECT * FROM finish();
ROLLBACK;
