-- A start that is over when its row comes moves to the latest one that is just over: hidden at once, and a whole quarantine from now.
BEGIN;
SELECT plan(43);
SET LOCAL client_min_messages = error;
SET LOCAL retention.test_now = '2030-06-01 12:00:00+00';
CREATE SCHEMA app;
CREATE TABLE app.customers (id int PRIMARY KEY, ended_at timestamptz);
CREATE TABLE app.users (id int PRIMARY KEY, customer int REFERENCES app.customers, left_at timestamptz, body text, other_at timestamptz);
CREATE TABLE app.visits (id int, region text, left_on date, body text, PRIMARY KEY (id, region)) PARTITION BY LIST (region);
CREATE TABLE app.visits_north PARTITION OF app.visits FOR VALUES IN ('north');
CREATE TABLE app.visits_south PARTITION OF app.visits FOR VALUES IN ('south');
CREATE TABLE app.books (id int PRIMARY KEY, issued_on date);
CREATE TABLE app.calls (id int PRIMARY KEY, ended_at timestamptz);
CREATE TABLE app.watched (id int PRIMARY KEY, ended_at timestamptz);
CREATE TABLE app.older (id int PRIMARY KEY, ended_at timestamptz, body text);
INSERT INTO app.customers VALUES (1, '2020-01-01 10:00+00'), (2, NULL);
INSERT INTO app.older VALUES (1, '2020-01-01 10:00+00');
INSERT INTO app.visits VALUES (20, 'north', '2020-01-01');
INSERT INTO retention.policy (policy_id, name, relation, clock_starts, keep_for, quarantine_for, action, must_keep_for, reference, mode) VALUES
    (1, 'users', 'app.users', '{left_at, customer.ended_at}', '0 days', '30 days', 'delete', NULL, NULL, 'enforce'),
    (2, 'visits', 'app.visits', '{left_on}', '30 days', '1 year', 'delete', NULL, NULL, 'enforce'),
    (3, 'books', 'app.books', '{issued_on}', '5 years', '0 days', 'delete', '10 years', 'Bookkeeping Act', 'enforce'),
    (4, 'calls', 'app.calls', '{ended_at}', '0 days', '0 days', 'delete', NULL, NULL, 'enforce'),
    (5, 'watched', 'app.watched', '{ended_at}', '0 days', '30 days', 'delete', NULL, NULL, 'observe'),
    (6, 'older', 'app.older', '{ended_at}', '0 days', '30 days', 'delete', NULL, NULL, 'enforce');
SET LOCAL retention.test_now = '2020-01-02 12:00+00';
CALL retention.sweep();
SELECT retention.approve(policy_id) FROM retention.policy WHERE mode = 'enforce' AND armed_at > '-infinity' \g /dev/null
SET LOCAL retention.test_now = '2030-06-01 12:00+00';
-- State and start of a row, whoever is to see it.
CREATE FUNCTION pg_temp.says(relation regclass, row_id int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE result text;
BEGIN
    PERFORM set_config('retention.reveal', 'on', true);
    EXECUTE format('SELECT retention.state(retention_clock) || regexp_replace(retention_clock::text, ''^\d+'', '''') FROM %s WHERE id = %s', relation, row_id) INTO result;
    PERFORM set_config('retention.reveal', 'off', true);
    RETURN result;
END $$;
CREATE FUNCTION pg_temp.at(instant timestamptz) RETURNS text LANGUAGE sql AS $$SELECT set_config('retention.test_now', instant::text, true)$$;

-- Ways to come.
INSERT INTO app.users (id, left_at) VALUES (1, '2020-01-01 10:00+00');
SELECT is(pg_temp.says('app.users', 1), 'quarantined 2030-06-01T12:00:00Z late', 'a start of the row''s own');
INSERT INTO app.users (id, customer) VALUES (2, 1);
SELECT is(pg_temp.says('app.users', 2), 'quarantined 2030-06-01T12:00:00Z late', 'a row below one that ended');
INSERT INTO app.users (id, customer, left_at) SELECT 3, 2, left_at FROM app.users WHERE id = 1;
SELECT is(pg_temp.says('app.users', 3), 'quarantined 2030-06-01T12:00:00Z late', 'INSERT from a query');
INSERT INTO app.users (id, left_at) VALUES (4, '2020-01-01 10:00+00') ON CONFLICT (id) DO UPDATE SET body = 'met';
SELECT is(pg_temp.says('app.users', 4), 'quarantined 2030-06-01T12:00:00Z late', 'an upsert that meets no row');
COPY app.users (id, left_at) FROM PROGRAM 'printf "5\t2020-01-01 10:00:00+00\n"';
SELECT is(pg_temp.says('app.users', 5), 'quarantined 2030-06-01T12:00:00Z late', 'COPY');
MERGE INTO app.users u USING (VALUES (6)) s (id) ON u.id = s.id WHEN NOT MATCHED THEN INSERT (id, left_at) VALUES (6, '2020-01-01 10:00+00');
SELECT is(pg_temp.says('app.users', 6), 'quarantined 2030-06-01T12:00:00Z late', 'MERGE');
INSERT INTO app.visits VALUES (1, 'north', '2020-01-01'), (2, 'south', '2020-01-01');
SELECT is(pg_temp.says('app.visits', 1), 'quarantined 2030-05-01T21:59:59.5Z late', 'a partition, by its root: the last day whose thirty are over');
INSERT INTO app.visits_south VALUES (3, 'south', '2020-01-01');
SELECT is(pg_temp.says('app.visits', 3), 'quarantined 2030-05-01T21:59:59.5Z late', 'a partition itself');
INSERT INTO app.calls VALUES (1, '2020-01-01 10:00+00');
SELECT is(pg_temp.says('app.calls', 1), 'due 2030-06-01T12:00:00Z late', 'without a quarantine it is due at once');
SELECT pg_temp.at('2030-06-01 12:00+00') \g /dev/null
SELECT is_empty('SELECT id FROM app.users UNION ALL SELECT id FROM app.visits UNION ALL SELECT id FROM app.calls', 'all of them are hidden from the next transaction');

-- Not moved.
INSERT INTO app.visits VALUES (10, 'north', '2030-05-02'), (11, 'north', '2031-01-01'), (12, 'north', NULL), (13, 'north', '2030-05-01');
SELECT is(pg_temp.says('app.visits', 10), 'retained 2030-05-02T21:59:59.5Z', 'a start whose time is not over');
SELECT is(pg_temp.says('app.visits', 11), 'retained 2031-01-01T22:59:59.5Z', 'a start that is still to come');
SELECT is(pg_temp.says('app.visits', 12), 'active', 'no start');
SELECT is(pg_temp.says('app.visits', 13), 'quarantined 2030-05-01T21:59:59.5Z', 'a start that is just over');
INSERT INTO app.watched VALUES (1, '2020-01-01 10:00+00');
SELECT unalike(pg_temp.says('app.watched', 1), '%late', 'a policy that observes moves nothing');
SELECT is(pg_temp.says('app.older', 1), 'due 2020-01-01T10:00:00Z', 'a row that was there before its policy');
INSERT INTO app.users (id) VALUES (30);
UPDATE app.users SET left_at = '2020-01-01 10:00+00' WHERE id = 30;
SELECT is(pg_temp.says('app.users', 30), 'quarantined 2030-06-01T12:00:00Z late', 'a row that UPDATE ends');
DELETE FROM app.users WHERE id = 30;

-- What the law keeps is kept longer by it, never shorter.
INSERT INTO app.books VALUES (1, '2018-03-01'), (2, '2022-03-01'), (3, '2027-03-01');
SELECT is(pg_temp.says('app.books', 1), 'kept 2025-05-31T21:59:59.5Z late', 'a floor that was over runs from the moved start');
SELECT is(pg_temp.says('app.books', 2), 'kept 2025-05-31T21:59:59.5Z late', 'a floor that was not over runs from the moved start, too');
SELECT is(pg_temp.says('app.books', 3), 'retained 2027-03-01T22:59:59.5Z', 'a row whose time is not over has its own');
SELECT pg_temp.at('2035-05-31 21:59:59+00') \g /dev/null
SET LOCAL retention.reveal = on;
SELECT throws_ok('DELETE FROM app.books WHERE id = 2', 'RT001', NULL, 'to the last second of the moved floor it is mandatory');
SET LOCAL retention.reveal = off;
SELECT pg_temp.at('2035-06-01 00:00+00') \g /dev/null
SET LOCAL retention.reveal = on;
SELECT lives_ok('DELETE FROM app.books WHERE id = 2', 'afterwards it is not');
SET LOCAL retention.reveal = off;

-- It stays until the row has a later start, or none.
SELECT pg_temp.at('2030-06-10 12:00+00') \g /dev/null
SET LOCAL retention.reveal = on;
UPDATE app.users SET body = 'written', retention_clock = 'none' WHERE id IN (1, 2);
UPDATE app.users SET left_at = '2021-01-01 10:00+00' WHERE id = 3;
UPDATE app.users SET left_at = '2030-06-05 10:00+00' WHERE id = 4;
UPDATE app.users SET left_at = NULL WHERE id = 5;
UPDATE app.visits SET region = 'south' WHERE id IN (1, 20);
SET LOCAL retention.reveal = off;
SELECT is(pg_temp.says('app.users', 1), 'quarantined 2030-06-01T12:00:00Z late', 'UPDATE of something else, days later');
SELECT is(pg_temp.says('app.users', 2), 'quarantined 2030-06-01T12:00:00Z late', 'UPDATE of something else below one that ended');
SELECT is(pg_temp.says('app.users', 3), 'quarantined 2030-06-01T12:00:00Z late', 'UPDATE to another start that is earlier');
SELECT is(pg_temp.says('app.users', 4), 'quarantined 2030-06-05T10:00:00Z', 'UPDATE to a later one');
SELECT is(pg_temp.says('app.users', 5), 'active', 'UPDATE that unsets it');
SELECT is(pg_temp.says('app.visits', 1), 'quarantined 2030-05-01T21:59:59.5Z late', 'a row that moves to another partition');
SELECT is(pg_temp.says('app.visits', 20), 'due 2020-01-01T22:59:59.5Z', 'a row that was there before its policy, and moves');
UPDATE app.customers SET ended_at = '2020-06-01 10:00+00' WHERE id = 1;
SELECT is(pg_temp.says('app.users', 2), 'quarantined 2030-06-01T12:00:00Z late', 'a change of its ancestor to another start that is earlier');
UPDATE retention.policy SET clock_starts = '{left_at, customer.ended_at, other_at}' WHERE name = 'users';
CALL retention.sweep();
SELECT retention.approve(policy_id) FROM retention.policy WHERE mode = 'enforce' AND armed_at > '-infinity' \g /dev/null
CALL retention.sweep();
SELECT is(pg_temp.says('app.users', 1), 'quarantined 2030-06-01T12:00:00Z late', 'a policy that has another start, and stamps all rows again');
UPDATE app.customers SET ended_at = NULL WHERE id = 1;
SELECT is(pg_temp.says('app.users', 2), 'active', 'an ancestor that is reinstated');
SELECT lives_ok($$SELECT retention.reinstate('app.users', 6)$$, 'within its quarantine it is reinstated');
SELECT is(pg_temp.says('app.users', 6), 'active', 'a late row that is reinstated has no start');

-- To the second.
INSERT INTO app.users (id, left_at) VALUES (40, '2020-01-01 10:00+00');
SELECT pg_temp.at('2030-07-10 21:59:59+00') \g /dev/null
CALL retention.sweep();
SELECT is(pg_temp.says('app.users', 40), 'quarantined 2030-06-10T12:00:00Z late', 'no sweep takes it before its quarantine is over');
SELECT is(pg_temp.says('app.users', 1), NULL, 'a sweep has taken one that came before');
SELECT pg_temp.at('2030-07-10 22:00+00') \g /dev/null
SELECT is(pg_temp.says('app.users', 40), 'due 2030-06-10T12:00:00Z late', 'a second later it is due');
CALL retention.sweep();
SELECT is(pg_temp.says('app.users', 40), NULL, 'the sweep takes it when it is due');

-- A restore writes clocks; who may not has them computed.
INSERT INTO app.users (id, left_at, retention_clock) VALUES (50, '2020-01-01 10:00+00', '1 2020-01-01T10:00:00Z');
SELECT is(pg_temp.says('app.users', 50), 'due 2020-01-01T10:00:00Z', 'a superuser''s clock that is right');
COPY app.users (id, left_at, retention_clock) FROM PROGRAM 'printf "51\t2020-01-01 10:00:00+00\t1 2030-07-01T10:00:00Z late\n"';
SELECT is(pg_temp.says('app.users', 51), 'quarantined 2030-07-01T10:00:00Z late', 'a superuser''s clock that was late');
INSERT INTO app.users (id, left_at, retention_clock) VALUES (52, '2020-01-01 10:00+00', '1 2019-01-01T10:00:00Z');
SELECT is(pg_temp.says('app.users', 52), 'quarantined 2030-07-10T22:00:00Z late', 'a superuser''s clock that is not right');
CREATE ROLE app_writer;
GRANT USAGE ON SCHEMA app TO app_writer;
GRANT SELECT, INSERT ON app.users TO app_writer;
SET LOCAL ROLE app_writer;
INSERT INTO app.users (id, left_at, retention_clock) VALUES (53, '2020-01-01 10:00+00', '1 2020-01-01T10:00:00Z'),
    (54, '2020-01-01 10:00+00', '1 2030-06-15T10:00:00Z late'), (55, '2020-01-01 10:00+00', 'none');
RESET ROLE;
SELECT is(pg_temp.says('app.users', 53) || '; ' || pg_temp.says('app.users', 54) || '; ' || pg_temp.says('app.users', 55),
    'quarantined 2030-07-10T22:00:00Z late; quarantined 2030-07-10T22:00:00Z late; quarantined 2030-07-10T22:00:00Z late', 'an ordinary role''s');
SELECT is((SELECT ok FROM retention.verify_ledger()), true, 'the ledger holds');
SELECT * FROM finish();
ROLLBACK;
