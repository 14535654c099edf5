-- When a clock was started by what is gone, only the row's clock knows it: a policy does not take that along without a word.
BEGIN;
SELECT plan(17);
SET client_min_messages = warning;
SET retention.test_now = '2030-01-01 12:00Z';
CREATE TABLE customers (id int PRIMARY KEY, ended_at timestamptz);
CREATE TABLE users (id int PRIMARY KEY, customer int REFERENCES customers ON DELETE SET NULL, left_at timestamptz);
CREATE TABLE parts (id int, r text, customer int REFERENCES customers ON DELETE SET NULL, PRIMARY KEY (id, r)) PARTITION BY LIST (r);
CREATE TABLE north PARTITION OF parts FOR VALUES IN ('north');
CREATE TABLE whole (id int PRIMARY KEY, customer int REFERENCES customers ON DELETE SET NULL);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode) VALUES
    ('users', 'users', '{customer.ended_at, left_at}', '5 years', '1 year', 'delete', 'enforce'),
    ('parts', 'parts', '{customer.ended_at}', '5 years', '1 year', 'delete', 'observe'),
    ('whole', 'whole', '{customer.ended_at}', '5 years', '1 year', 'delete', 'enforce');
INSERT INTO customers VALUES (1, '2029-01-01 12:00Z'), (2, '2029-01-01 12:00Z'), (3, NULL);
INSERT INTO users VALUES (1, 1), (2, 2);
INSERT INTO parts VALUES (1, 'north', 1), (2, 'north', 2);
INSERT INTO whole VALUES (2, 2), (3, 3);
CREATE FUNCTION pg_temp.tried(what text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE what;
    RAISE SQLSTATE 'DN000';
EXCEPTION WHEN SQLSTATE 'DN000' THEN RETURN 'done';
    WHEN OTHERS THEN RETURN SQLSTATE;
END $$;
CREATE FUNCTION pg_temp.starts(relation regclass) RETURNS text LANGUAGE plpgsql AS $$
DECLARE result text;
BEGIN
    EXECUTE format('SELECT string_agg(coalesce(retention.starts_at(retention_clock)::date::text, ''none''), '' '' ORDER BY id) FROM %s', relation) INTO result;
    RETURN result;
END $$;
SELECT is(pg_temp.tried($$DELETE FROM retention.policy WHERE name = 'users'$$), 'done', 'a policy goes while all its ways are there');
DELETE FROM customers WHERE id = 1;
SELECT throws_ok($$DELETE FROM retention.policy WHERE name = 'users'$$, '55006',
    'policy "users" has rows in table "users" whose clock was started by what is gone, and would not be known to have started any more',
    'a policy does not go with a start whose way is gone');
SELECT is(pg_temp.tried($$DELETE FROM retention.policy WHERE name = 'parts'$$), '55006', 'a policy that observes does not go with such a row of a partition');
SELECT is(pg_temp.tried($$DELETE FROM retention.policy WHERE name = 'whole'$$), 'done', 'a policy without such a row goes');
SELECT is(pg_temp.tried($$UPDATE retention.policy SET clock_starts = '{left_at}' WHERE name = 'users'$$), '55006', 'a way that is gone is not taken out of the policy');
SELECT is(pg_temp.tried($$UPDATE retention.policy SET clock_starts = '{left_at, customer.ended_at}' WHERE name = 'users'$$), 'done', 'the order of ways may change');
SELECT is(pg_temp.tried($$UPDATE retention.policy SET clock_starts = '{customer.ended_at}' WHERE name = 'users'$$), 'done', 'another way may go');
SELECT is(pg_temp.tried($$UPDATE retention.policy SET keep_for = '6 years' WHERE name = 'users'$$), 'done', 'the period may change');
SELECT is(pg_temp.tried($$UPDATE retention.policy SET mode = 'off' WHERE name = 'users'$$), 'done', 'the policy may be switched off');
UPDATE retention.policy SET mode = 'off' WHERE name = 'users';
SELECT is(pg_temp.tried($$DELETE FROM retention.policy WHERE name = 'users'$$), '55006', 'a policy that is off does not go with such a row');
UPDATE retention.policy SET mode = 'enforce' WHERE name = 'users';
CALL retention.sweep();
SELECT is(pg_temp.starts('users'), '2029-01-01 2029-01-01', 'rows have their starts when the policy stands again');

-- Said to be so all the same.
SET retention.confirm_drop = on;
DELETE FROM retention.policy WHERE name = 'users';
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode) VALUES
    ('new', 'users', '{customer.ended_at}', '5 years', '1 year', 'delete', 'enforce');
CALL retention.sweep();
RESET retention.confirm_drop;
SELECT is(pg_temp.starts('users'), 'none 2029-01-01', 'another policy does not know what was forgotten');
SELECT results_eq('SELECT finding FROM retention.audit(''users'')', $$VALUES ('no way to a start')$$, 'the audit lists what was forgotten');

-- The row is pointed to another parent, or goes: then there is nothing to forget.
DELETE FROM customers WHERE id = 2;
SELECT is(pg_temp.tried($$DELETE FROM retention.policy WHERE name = 'new'$$), '55006', 'the new policy has such a row, too');
UPDATE users SET customer = 3 WHERE id = 2;
SELECT is(pg_temp.tried($$DELETE FROM retention.policy WHERE name = 'new'$$), 'done', 'a row that has a new parent is no reason any more');
SELECT is(pg_temp.tried('DROP TABLE whole'), 'done', 'a table takes its policy along, with rows that have lost their way')
UNION ALL SELECT is(pg_temp.tried($$DELETE FROM retention.policy WHERE name = 'whole'$$), '55006', 'the policy alone does not go');
SELECT * FROM finish();
ROLLBACK;
