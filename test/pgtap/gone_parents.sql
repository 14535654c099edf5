-- What a row that is deleted would have said of those below it is read while it goes, though none of them had a start by it then: of all
-- starts another was still to come, of any starts one was earlier, or its trigger had no turn yet.
SELECT plan(20);
SET client_min_messages = warning;
SET retention.test_now = '2030-01-01 12:00Z';
SET retention.confirm_drop = on;
CREATE TABLE groups (id int PRIMARY KEY, ended_at timestamptz);
CREATE TABLE customers (id int PRIMARY KEY, in_group int REFERENCES groups ON DELETE SET NULL, ended_at timestamptz);
CREATE TABLE cases (id int PRIMARY KEY, customer int REFERENCES customers ON DELETE SET NULL, done_at timestamptz);
CREATE TABLE deep (id int PRIMARY KEY, customer int REFERENCES customers ON DELETE SET NULL, done_at timestamptz);
CREATE TABLE posts (id int PRIMARY KEY, customer int REFERENCES customers ON DELETE SET NULL, done_at timestamptz);
CREATE TABLE parted (id int, kind text, customer int REFERENCES customers ON DELETE SET NULL, done_at timestamptz) PARTITION BY LIST (kind);
CREATE TABLE parted_a PARTITION OF parted FOR VALUES IN ('a');
INSERT INTO retention.policy (name, relation, clock_starts, starts_when, keep_for, quarantine_for, action, mode) VALUES
    ('customers', 'customers', '{ended_at}', 'any', '10 days', '0 days', 'delete', 'enforce'),
    ('cases', 'cases', '{done_at, customer.ended_at}', 'all', '3 years', '30 days', 'delete', 'enforce'),
    ('deep', 'deep', '{done_at, customer.in_group.ended_at}', 'all', '3 years', '30 days', 'delete', 'enforce'),
    ('posts', 'posts', '{done_at, customer.ended_at}', 'any', '0 days', '3 years', 'delete', 'enforce'),
    ('parted', 'parted', '{done_at, customer.ended_at}', 'all', '3 years', '30 days', 'delete', 'enforce');
INSERT INTO groups SELECT i FROM generate_series(1, 9) i;
INSERT INTO customers SELECT i, i FROM generate_series(1, 29) i WHERE i < 10;
INSERT INTO customers SELECT i, NULL FROM generate_series(10, 29) i;
INSERT INTO cases SELECT i, i FROM generate_series(1, 29) i;
INSERT INTO deep SELECT i, i FROM generate_series(1, 9) i;
INSERT INTO posts SELECT i, i FROM generate_series(1, 29) i;
INSERT INTO parted SELECT i, 'a', i FROM generate_series(1, 9) i;
CREATE FUNCTION pg_temp.says(relation regclass, row_id int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE result text;
BEGIN
    PERFORM set_config('retention.reveal', 'on', true);
    EXECUTE format('SELECT regexp_replace(retention_clock::text, ''^\d+ ?'', '''') FROM %s WHERE id = %s', relation, row_id) INTO result;
    PERFORM set_config('retention.reveal', 'off', true);
    RETURN result;
END $$;

-- A case is over three years after it is done and its customer has left; a sweep takes the customer first.
UPDATE customers SET ended_at = '2029-12-28 12:00Z' WHERE id IN (1, 2, 10, 11, 12);
SELECT is(pg_temp.says('cases', 1), '', 'a case that is not done has not started when its customer leaves');
SET retention.test_now = '2030-02-01 12:00Z';
CALL retention.sweep();
SELECT is((SELECT count(*) FROM customers WHERE id IN (1, 10, 11, 12)), 0::bigint, 'a sweep takes the customers');
SELECT is(pg_temp.says('cases', 1), 'orphaned', 'that the customer had left is known after it is gone');
SELECT is(pg_temp.says('parted', 1), 'orphaned', 'that the customer had left is known in a partition, too');
UPDATE cases SET done_at = '2030-02-15 12:00Z' WHERE id = 1;
SELECT is(pg_temp.says('cases', 1), '2030-02-15T12:00:00Z orphaned', 'the case starts when it is done');
UPDATE cases SET done_at = '2029-01-01 12:00Z' WHERE id = 10;
SELECT is(pg_temp.says('cases', 10), '2030-02-01T12:00:00Z orphaned', 'a case that is entered as done before starts now');
UPDATE cases SET customer = 13 WHERE id = 11;
UPDATE cases SET done_at = '2030-02-15 12:00Z' WHERE id = 11;
SELECT is(pg_temp.says('cases', 11), '', 'a case with another customer waits for that one');
DELETE FROM customers WHERE id = 14;
UPDATE cases SET done_at = '2030-02-15 12:00Z' WHERE id = 14;
SELECT is(pg_temp.says('cases', 14), '', 'a customer that had not left tells nothing');
SELECT results_eq($$SELECT finding, row_id = (SELECT ctid FROM cases WHERE id = 14) FROM retention.audit('cases')$$, $$VALUES ('no way to a start', true)$$,
    'the audit lists the row that nothing can start, and no other');

-- In one transaction, and by a trigger that comes before the extension's.
BEGIN;
UPDATE customers SET ended_at = '2030-01-31 12:00Z' WHERE id = 15;
DELETE FROM customers WHERE id = 15;
COMMIT;
SELECT is(pg_temp.says('cases', 15), 'orphaned', 'a customer that leaves and goes in one transaction has left');
WITH gone AS (UPDATE customers SET ended_at = '2030-01-31 12:00Z' WHERE id = 16 RETURNING id) SELECT count(*) FROM gone;
DO $$BEGIN DELETE FROM customers WHERE id = 16; PERFORM 1; END$$;
SELECT is(pg_temp.says('cases', 16), 'orphaned', 'a customer that goes in a block has left');
CREATE FUNCTION pg_temp.goes() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN DELETE FROM customers WHERE id = new.id; RETURN NULL; END$$;
CREATE TRIGGER at_once AFTER UPDATE ON customers FOR EACH ROW WHEN (new.id IN (17, 18)) EXECUTE FUNCTION pg_temp.goes();
UPDATE customers SET ended_at = '2030-01-31 12:00Z' WHERE id IN (17, 18);
SELECT is(pg_temp.says('posts', 17) || ', ' || pg_temp.says('posts', 18), '2030-02-01T12:00:00Z late,orphaned, 2030-02-01T12:00:00Z late,orphaned',
    'a customer that a trigger deletes when it leaves has left');

CREATE TEMP TABLE noted (id int);
CREATE FUNCTION pg_temp.note() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    FOR i IN 1..33 LOOP INSERT INTO noted VALUES (i); END LOOP;
    RETURN NULL;
END $$;
CREATE TRIGGER "A note" AFTER DELETE ON customers FOR EACH ROW EXECUTE FUNCTION pg_temp.note();
BEGIN;
UPDATE customers SET ended_at = NULL WHERE id = 20;
UPDATE customers SET ended_at = '2030-01-31 12:00Z' WHERE id = 20;
DELETE FROM customers WHERE id = 20;
COMMIT;
DROP TRIGGER "A note" ON customers;
SELECT is(pg_temp.says('cases', 20), 'orphaned', 'a customer whose deletion has a trigger with many statements has left');

-- Of any starts an earlier one stood before it.
UPDATE posts SET done_at = '2030-01-20 12:00Z' WHERE id = 19;
UPDATE customers SET ended_at = '2030-01-30 12:00Z' WHERE id = 19;
DELETE FROM customers WHERE id = 19;
SELECT is(pg_temp.says('posts', 19), '2030-02-01T12:00:00Z late,orphaned', 'what stood behind an earlier start is known');
SET retention.reveal = on;
UPDATE posts SET done_at = NULL WHERE id = 19;
SET retention.reveal = off;
SELECT is(pg_temp.says('posts', 19), '2030-02-01T12:00:00Z late,orphaned', 'a row whose earlier start is unset stays hidden');

-- Further up.
UPDATE groups SET ended_at = '2030-01-30 12:00Z' WHERE id IN (3, 4);
DELETE FROM customers WHERE id = 3;
SELECT is(pg_temp.says('deep', 3), 'orphaned', 'what a row two hops away said is known when the one between goes');
DELETE FROM groups WHERE id = 4;
UPDATE deep SET done_at = '2030-02-15 12:00Z' WHERE id IN (3, 4);
SELECT is(pg_temp.says('deep', 3), '2030-02-15T12:00:00Z orphaned', 'a row two hops below starts when the other start comes');
SELECT is(pg_temp.says('deep', 4), '2030-02-15T12:00:00Z orphaned', 'a row two hops below what goes starts when the other start comes');

-- What had ended before ends nothing: one after the other, the way above the row and the row's own key.
UPDATE groups SET ended_at = '2030-01-30 12:00Z' WHERE id = 5;
DELETE FROM groups WHERE id = 5;
SELECT is(pg_temp.says('deep', 5), 'orphaned', 'the row at the end of a way says what it had reached');
DELETE FROM customers WHERE id = 5;
SELECT is(pg_temp.says('deep', 5), 'orphaned', 'that the rest of a way ends does not matter when its end was gone before');

SELECT * FROM finish();
