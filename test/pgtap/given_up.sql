-- Hidden rows, and values of theirs, that go under confirm_drop are in the ledger, by table and number.
BEGIN;
SELECT plan(29);
SET client_min_messages = warning;
SET retention.test_now = '2030-01-01 12:00Z';
CREATE ROLE giver;
CREATE SCHEMA app AUTHORIZATION giver;
GRANT USAGE ON SCHEMA retention TO giver;
GRANT SET ON PARAMETER retention.test_now, retention.reveal, retention.confirm_drop TO giver;
SET ROLE giver;
-- Of each table one row is active, two of the first policy are quarantined, and one of the second.
CREATE TABLE app.visits (id int PRIMARY KEY, kind text, note text, left_on date);
CREATE TABLE app.parts (id int, kind text, note text, left_on date, PRIMARY KEY (id, kind)) PARTITION BY LIST (kind);
CREATE TABLE app.parts_a PARTITION OF app.parts FOR VALUES IN ('a');
CREATE TABLE app.parts_b PARTITION OF app.parts FOR VALUES IN ('b', 'c');
CREATE TABLE app.below (id int REFERENCES app.visits, kind text, note text, left_on date);
RESET ROLE;
INSERT INTO app.visits VALUES (1, 'a', 'x', NULL), (2, 'a', 'x', '2028-01-01'), (3, 'a', 'x', '2028-02-01'), (4, 'b', 'x', '2028-01-01');
INSERT INTO app.parts VALUES (1, 'a', 'x', NULL), (2, 'a', 'x', '2028-01-01'), (3, 'a', 'x', '2028-02-01'), (4, 'b', 'x', '2028-01-01');
INSERT INTO app.below VALUES (1, 'a', 'x', NULL), (2, 'a', 'x', '2028-01-01'), (3, 'a', 'x', '2028-02-01'), (4, 'b', 'x', '2028-01-01');
INSERT INTO retention.policy (policy_id, name, relation, clock_starts, applies_to, keep_for, quarantine_for, action, mode)
    SELECT n * 10 + k, t || k, ('app.' || t)::regclass, '{left_on}', CASE k WHEN 1 THEN 'kind = ''a''' ELSE 'kind <> ''a''' END, '1 year', '9 years', 'delete', 'enforce'
    FROM unnest('{visits,parts,below}'::text[]) WITH ORDINALITY u (t, n), generate_series(1, 2) k;
CALL retention.sweep();

-- What the ledger says of a command, which is taken back; entries wait until another one comes.
CREATE FUNCTION pg_temp.says(what text, confirmed boolean DEFAULT true, role text DEFAULT 'giver', reveals boolean DEFAULT false) RETURNS text LANGUAGE plpgsql AS $$
DECLARE result text; last bigint;
BEGIN
    PERFORM retention.resume();
    SELECT max(entry_id) INTO last FROM retention.ledger;
    PERFORM set_config('retention.confirm_drop', confirmed::text, true), set_config('retention.reveal', reveals::text, true);
    EXECUTE format('SET LOCAL ROLE %I', role);
    EXECUTE what;
    RESET ROLE;
    SET CONSTRAINTS ALL IMMEDIATE;
    PERFORM retention.resume();
    SELECT string_agg(format('%s %s %s: %s', relation, policy_id, row_count, detail), ', ' ORDER BY relation, policy_id, detail) INTO result
        FROM retention.ledger WHERE entry_id > last AND action = 'hidden rows given up';
    RAISE SQLSTATE 'P9999';
EXCEPTION WHEN SQLSTATE 'P9999' THEN RETURN result; WHEN OTHERS THEN RETURN SQLERRM;
END $$;

SELECT is(pg_temp.says('TRUNCATE app.below'), 'app.below 31 2: truncate, app.below 32 1: truncate', 'TRUNCATE enters hidden rows by policy');
SELECT is(pg_temp.says('TRUNCATE app.below, app.below'), 'app.below 31 2: truncate, app.below 32 1: truncate', 'a table that is named twice is entered once');
SELECT is(pg_temp.says('TRUNCATE app.visits CASCADE'), 'app.below 31 2: truncate, app.below 32 1: truncate, app.visits 11 2: truncate, app.visits 12 1: truncate', 'TRUNCATE CASCADE enters the rows of each table');
SELECT is(pg_temp.says('TRUNCATE app.parts'), 'app.parts_a 21 2: truncate, app.parts_b 22 1: truncate', 'TRUNCATE of a partitioned table enters the rows of each partition');
SELECT is(pg_temp.says('DROP TABLE app.below'), 'app.below 31 2: drop, app.below 32 1: drop', 'DROP TABLE enters hidden rows');
SELECT is(pg_temp.says('DROP TABLE app.parts'), 'app.parts_a 21 2: drop, app.parts_b 22 1: drop', 'DROP TABLE of a partitioned table enters the rows of each partition');
SELECT is(pg_temp.says('DROP TABLE app.parts_b'), 'app.parts_b 22 1: drop', 'DROP TABLE of a partition enters its rows');
SELECT is(pg_temp.says('DROP SCHEMA app CASCADE'), 'app.below 31 2: drop, app.below 32 1: drop, app.parts_a 21 2: drop, app.parts_b 22 1: drop, app.visits 11 2: drop, app.visits 12 1: drop', 'DROP SCHEMA enters the rows of all its tables');
SELECT is(pg_temp.says('DROP OWNED BY giver CASCADE', true, 'postgres'), 'app.below 31 2: drop, app.below 32 1: drop, app.parts_a 21 2: drop, app.parts_b 22 1: drop, app.visits 11 2: drop, app.visits 12 1: drop', 'DROP OWNED enters the rows of all tables');
SELECT is(pg_temp.says('ALTER TABLE app.below DROP COLUMN note'), 'app.below 31 2: drop a column of table: note, app.below 32 1: drop a column of table: note', 'DROP COLUMN enters whose values go');
SELECT is(pg_temp.says('ALTER TABLE app.parts DROP COLUMN note'), 'app.parts_a 21 2: drop a column of table: note, app.parts_b 22 1: drop a column of table: note', 'DROP COLUMN of a partitioned table enters the rows of each partition');
SELECT is(pg_temp.says('ALTER TABLE app.below ALTER note TYPE text USING ''''', true, 'giver', true),
    'app.below 31 2: alter the type of a column of table: note, app.below 32 1: alter the type of a column of table: note', 'TYPE ... USING enters whose values go');
SELECT is(pg_temp.says('ALTER TABLE app.parts DETACH PARTITION app.parts_a'), 'app.parts_a 21 2: detach table', 'DETACH enters the rows that no policy reaches any more');
SELECT is(pg_temp.says('TRUNCATE app.below; TRUNCATE app.below'),
    'app.below 31 2: truncate, app.below 32 1: truncate', 'a second TRUNCATE finds nothing any more');
SELECT is(pg_temp.says('ALTER TABLE app.below DROP COLUMN note; TRUNCATE app.below'),
    'app.below 31 2: drop a column of table: note, app.below 31 2: truncate, app.below 32 1: drop a column of table: note, app.below 32 1: truncate', 'two acts on one table are two entries');
SELECT is(pg_temp.says($$DO 'BEGIN TRUNCATE app.below; RAISE SQLSTATE ''P0002''; EXCEPTION WHEN SQLSTATE ''P0002'' THEN NULL; END'$$), NULL, 'what is taken back is not entered');
SELECT is(pg_temp.says($$DO 'BEGIN TRUNCATE app.below; RAISE SQLSTATE ''P0002''; EXCEPTION WHEN SQLSTATE ''P0002'' THEN NULL; END'; TRUNCATE app.below$$),
    'app.below 31 2: truncate, app.below 32 1: truncate', 'what is taken back and done again is entered');
SELECT is(pg_temp.says('TRUNCATE app.below', false), 'cannot truncate "below": it holds rows that are hidden by a retention policy', 'without confirm_drop it is refused');
DELETE FROM app.below;
SELECT is(pg_temp.says('SET LOCAL retention.reveal = on; DELETE FROM app.below; SET LOCAL retention.reveal = off; TRUNCATE app.below'), NULL, 'a table without hidden rows has no entry');
SELECT is(pg_temp.says('TRUNCATE app.below', true, 'postgres'), 'app.below 31 2: truncate, app.below 32 1: truncate', 'a superuser is on record, too');

-- No policy stands for a copy.
CREATE TABLE app.copy (LIKE app.below INCLUDING ALL);
SET retention.reveal = on;
SET retention.confirm_drop = on;
INSERT INTO app.copy SELECT * FROM app.below;
RESET retention.reveal;
RESET retention.confirm_drop;
SELECT is(pg_temp.says('DROP TABLE app.copy', true, 'postgres'), 'app.copy 31 2: drop, app.copy 32 1: drop', 'hidden rows of a copy are on record');
-- Nor are rows told that are not stamped.
CREATE TABLE app.strange (id int, retention_clock retention.clock(7) NOT NULL DEFAULT 'none');
INSERT INTO app.strange VALUES (1), (2);
SELECT is(pg_temp.says('DROP TABLE app.strange', false, 'postgres'), 'cannot drop "strange": no policy stands for it, and it holds rows that are hidden', 'rows with the clocks of another database are not dropped without a word');
SELECT is(pg_temp.says('DROP TABLE app.strange', true, 'postgres'), 'app.strange  2: drop', 'rows with the clocks of another database are on record as many as there are');

-- A superuser is not asked about what a restore brought and nobody checked yet. It is on record all the same.
CREATE TABLE app.restored (LIKE app.below INCLUDING ALL);
SET retention.reveal = on;
INSERT INTO app.restored SELECT * FROM app.below;
RESET retention.reveal;
INSERT INTO retention.policy (policy_id, name, relation, clock_starts, keep_for, quarantine_for, action, mode) VALUES (40, 'restored', 'app.restored', '{left_on}', '1 year', '9 years', 'delete', 'enforce');
SELECT is((SELECT validated FROM retention.policy WHERE policy_id = 40), false, 'a policy of a table that was restored is not checked');
CREATE FUNCTION pg_temp.gone_since(last bigint) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(format('%s %s %s: %s', relation, policy_id, row_count, detail), ', ' ORDER BY relation, policy_id, detail) FROM retention.ledger WHERE entry_id > last AND action = 'hidden rows given up' $$;
SELECT set_config('test.last', max(entry_id)::text, true) FROM retention.ledger \g /dev/null
ALTER TABLE app.restored DROP COLUMN note;
SET CONSTRAINTS ALL IMMEDIATE;
UPDATE retention.policy SET purpose = 'flushes' WHERE policy_id = 11;
SELECT is(pg_temp.gone_since(current_setting('test.last')::bigint), 'app.restored 31 2: drop a column of table: note, app.restored 32 1: drop a column of table: note', 'values that a superuser drops before a restore is checked are on record');
SELECT set_config('test.last', max(entry_id)::text, true) FROM retention.ledger \g /dev/null
SELECT lives_ok('DROP TABLE app.restored', 'a superuser drops what a restore brought');
SET CONSTRAINTS ALL IMMEDIATE;
UPDATE retention.policy SET purpose = 'flushes again' WHERE policy_id = 11;
SELECT is(pg_temp.gone_since(current_setting('test.last')::bigint), 'app.restored 31 2: drop, app.restored 32 1: drop', 'rows that a superuser drops before a restore is checked are on record');

SELECT is((SELECT changes_rows FROM retention.vocabulary() WHERE kind = 'ledger' AND word = 'hidden rows given up'), true, 'copies of rows that were given up are stale');
SELECT is((SELECT ok FROM retention.verify_ledger()), true, 'the ledger holds');
SELECT * FROM finish();
ROLLBACK;
