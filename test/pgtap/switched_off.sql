-- A policy that is switched off and on again knows what its rows had reached, also where nobody can be asked any more.
BEGIN;
SELECT plan(20);
SET client_min_messages = warning;
SET retention.test_now = '2030-01-01 12:00Z';
CREATE TABLE customers (id int PRIMARY KEY, ended_at timestamptz);
CREATE TABLE users (id int PRIMARY KEY, note text, customer int REFERENCES customers ON DELETE SET NULL);
CREATE TABLE parts (id int, r text, customer int REFERENCES customers ON DELETE SET NULL, PRIMARY KEY (id, r)) PARTITION BY LIST (r);
CREATE TABLE north PARTITION OF parts FOR VALUES IN ('north');
CREATE TABLE south PARTITION OF parts FOR VALUES IN ('south');
CREATE TABLE books (id int PRIMARY KEY, written timestamptz);
CREATE TABLE lates (id int PRIMARY KEY, left_at timestamptz);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, must_keep_for, quarantine_for, action, mode) VALUES
    ('users', 'users', '{customer.ended_at}', '9 years', NULL, '0 days', 'delete', 'enforce'),
    ('parts', 'parts', '{customer.ended_at}', '9 years', NULL, '0 days', 'delete', 'enforce'),
    ('books', 'books', '{written}', '9 years', '9 years', '0 days', 'delete', 'enforce'),
    ('lates', 'lates', '{left_at}', '1 year', NULL, '9 years', 'delete', 'enforce');
INSERT INTO customers VALUES (1, '2029-01-01 12:00Z'), (2, '2029-01-01 12:00Z'), (3, NULL);
INSERT INTO users VALUES (1, 'x', 1), (2, 'x', 2), (3, 'x', 1), (4, 'x', 1);
INSERT INTO parts VALUES (1, 'north', 1), (2, 'north', 2);
INSERT INTO books VALUES (1, '2029-01-01 12:00Z'), (2, '2029-01-01 12:00Z');
INSERT INTO lates VALUES (1, '2020-01-01 12:00Z');
UPDATE books SET written = NULL WHERE id = 1;
CREATE FUNCTION pg_temp.says(relation regclass, row_id int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE result text;
BEGIN
    PERFORM set_config('retention.reveal', 'on', true);
    EXECUTE format('SELECT substr(retention_clock::text, strpos(retention_clock::text, '' '') + 1) FROM %s WHERE id = %s', relation, row_id) INTO result;
    PERFORM set_config('retention.reveal', 'off', true);
    RETURN result;
END $$;
CREATE TEMP TABLE late AS SELECT pg_temp.says('lates', 1) AS said;
SELECT matches(said, '^2028-12-31.* late$', 'a row that came late has its start moved') FROM late;
DELETE FROM customers WHERE id = 1;
SELECT is(pg_temp.says('users', 1), '2029-01-01T12:00:00Z orphaned', 'a start whose way is gone is kept');
SELECT matches(pg_temp.says('books', 1), 'late', 'a start that was unset under a floor is marked');
CREATE TEMP TABLE unset AS SELECT pg_temp.says('books', 1) AS said;

SET retention.confirm_drop = on;
UPDATE retention.policy SET mode = 'off';
RESET retention.confirm_drop;
CALL retention.sweep();
SELECT is_empty('SELECT * FROM retention.preparation', 'after the sweep nothing waits to be stamped');
SELECT is(pg_temp.says('users', 1), '2029-01-01T12:00:00Z orphaned', 'while its policy is off a row keeps what it had reached');
SELECT is_empty($$SELECT f.* FROM unnest('{users,parts,books,lates}'::regclass[]) r, retention.audit(r) f$$, 'the audit finds nothing while policies are off');
SELECT is((SELECT count(*) FROM lates), 1::bigint, 'nothing is hidden while policies are off');
UPDATE users SET note = 'y' WHERE id = 1;
SELECT is(pg_temp.says('users', 1), '2029-01-01T12:00:00Z orphaned', 'a row that is written while its policy is off keeps it, too');
UPDATE users SET customer = 3 WHERE id = 3;
UPDATE parts SET r = 'south' WHERE id = 1;
INSERT INTO users VALUES (9, 'x', 2);
SELECT is(pg_temp.says('users', 9), 'none', 'a row that comes while no policy stands has no clock');
-- A dump brings it as it is.
CREATE TEMP TABLE dumped AS SELECT * FROM users WHERE id = 4;
DELETE FROM users WHERE id = 4;
INSERT INTO users SELECT * FROM dumped;
SELECT is(pg_temp.says('users', 4), '2029-01-01T12:00:00Z orphaned', 'what a dump brings back keeps it');
SELECT throws_ok($$DELETE FROM retention.policy WHERE name = 'users'$$, '55006', NULL, 'a policy that is off does not go with such a row after a sweep either');

UPDATE retention.policy SET mode = 'enforce';
CALL retention.sweep();
SELECT is(pg_temp.says('users', 1), '2029-01-01T12:00:00Z orphaned', 'the policy on again has a start whose way is gone');
SELECT is(pg_temp.says('users', 2), '2029-01-01T12:00:00Z', 'the policy on again has a start whose way is there');
SELECT is(pg_temp.says('users', 3), (SELECT policy_id::text FROM retention.policy WHERE name = 'users'), 'a row that got another parent meanwhile starts with that');
SELECT is(pg_temp.says('users', 4), '2029-01-01T12:00:00Z orphaned', 'the policy on again has what a dump brought');
SELECT is(pg_temp.says('users', 9), '2029-01-01T12:00:00Z', 'a row that came meanwhile is stamped');
SELECT is(pg_temp.says('parts', 1), '2029-01-01T12:00:00Z orphaned', 'a row that moved to another partition meanwhile has its start');
SELECT is(pg_temp.says('books', 1), said, 'a start that was unset under a floor is still marked') FROM unset;
SELECT is(pg_temp.says('lates', 1), said, 'a row that came late has its quarantine to the end') FROM late;
SELECT is_empty($$SELECT f.* FROM unnest('{users,parts,books,lates}'::regclass[]) r, retention.audit(r) f$$, 'the audit finds nothing in the end');
SELECT * FROM finish();
ROLLBACK;
