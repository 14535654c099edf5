BEGIN;
SELECT plan(25);

SET retention.test_now = '2030-06-01 12:00:00+00';
CREATE SCHEMA app;
CREATE TABLE app.customers (id bigint PRIMARY KEY, ended_at timestamptz);
CREATE TABLE app.users (id bigint PRIMARY KEY, customer_id bigint REFERENCES app.customers, email text UNIQUE,
    deactivated_at timestamptz);
CREATE TABLE app.logins (user_id bigint REFERENCES app.users, at timestamptz);
INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('app.users', 'email', 'email');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode) VALUES
    ('users', 'app.users', '{deactivated_at, customer_id.ended_at}', '0 days', '30 days', 'delete', 'enforce');
INSERT INTO app.customers VALUES (1, NULL), (2, NULL);
INSERT INTO app.users VALUES (1, 1, 'kari@example.no', NULL), (2, 1, 'ola@example.no', NULL), (3, 2, 'per@example.no', NULL);
CREATE VIEW app.v AS SELECT * FROM app.users;
CREATE FUNCTION app.f() RETURNS bigint LANGUAGE plpgsql STABLE AS $$ BEGIN RETURN (SELECT count(*) FROM app.users); END $$;
PREPARE p AS SELECT count(*) FROM app.users;
SELECT is(app.f(), 3::bigint, 'all are there');

UPDATE app.users SET deactivated_at = '2030-06-01 11:00:00+00' WHERE id = 1;
UPDATE app.customers SET ended_at = '2030-06-01 11:00:00+00' WHERE id = 2;
SET retention.test_now = '2030-06-01 12:00:00+00';
SELECT results_eq('SELECT id FROM app.users', 'VALUES (2::bigint)', 'plain SELECT: deactivated and ended are gone');
SELECT results_eq('SELECT id FROM app.v', 'VALUES (2::bigint)', 'view');
SELECT results_eq('SELECT u.id FROM app.customers c JOIN app.users u ON u.customer_id = c.id', 'VALUES (2::bigint)', 'join');
SELECT results_eq('EXECUTE p', 'VALUES (1::bigint)', 'prepared statement');
SELECT is(app.f(), 1::bigint, 'plpgsql');
SELECT is((SELECT id FROM app.users WHERE email = 'kari@example.no'), NULL, 'by a unique index');
SELECT is((WITH u AS (SELECT * FROM app.users) SELECT count(*) FROM u), 1::bigint, 'CTE');
UPDATE app.users SET email = 'x@example.no' WHERE id = 1;
DELETE FROM app.users WHERE id = 3;
SELECT throws_ok($$INSERT INTO app.users VALUES (1, 1, 'a', NULL) ON CONFLICT (id) DO UPDATE SET email = 'b'$$, '23505',
    'row conflicts with a row that is hidden by a retention policy', 'upsert');
SET LOCAL row_security = off;
SELECT throws_ok('SELECT * FROM app.users', '42501', NULL, 'row_security = off is an error');
SELECT lives_ok($$INSERT INTO app.users VALUES (9, 1, 'a', NULL)$$, 'row_security = off is no error of INSERT, with which a dump may be restored');
SELECT throws_ok($$INSERT INTO app.users VALUES (9, 1, 'a', NULL) ON CONFLICT (id) DO UPDATE SET email = 'b'$$, '42501', NULL, 'row_security = off is an error of INSERT that reads');
SELECT throws_ok('INSERT INTO app.users SELECT id + 10, 1, email, NULL FROM app.users', '42501', NULL, 'row_security = off is an error of INSERT whose source is governed');
SET LOCAL row_security = on;
DELETE FROM app.users WHERE id = 9;
SET LOCAL retention.reveal = on;
SELECT results_eq('SELECT id, email FROM app.users ORDER BY id',
    $$VALUES (1::bigint, 'kari@example.no'), (2, 'ola@example.no'), (3, 'per@example.no')$$,
    'reveal shows all; update and delete had not reached the hidden');
SELECT is((SELECT retention.state(retention_clock) FROM app.users WHERE id = 1), 'quarantined', 'quarantined');
SET LOCAL retention.reveal = off;
SELECT lives_ok($$INSERT INTO app.logins VALUES (1, now())$$, 'foreign keys see hidden rows');
SELECT throws_ok('DELETE FROM app.customers WHERE id = 2', '23503', NULL, 'both ways');

CREATE ROLE app_role;
GRANT USAGE ON SCHEMA app TO app_role;
GRANT SELECT, UPDATE ON app.users TO app_role;
SET ROLE app_role;
SELECT throws_ok('SET retention.reveal = on', '42501', NULL, 'reveal is not for everybody');
SELECT is((SELECT count(*) FROM app.users), 1::bigint, 'an ordinary role');
RESET ROLE;

SELECT retention.reinstate('app.users', 1);
SELECT is((SELECT email FROM app.users WHERE id = 1), 'kari@example.no', 'reinstated');
SELECT throws_ok($$SELECT retention.reinstate('app.users', 3)$$, '55000', NULL, 'started elsewhere');
CREATE TABLE app.seats (code char(4) PRIMARY KEY, row integer, left_at timestamptz, UNIQUE (row, code));
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode) VALUES
    ('seats', 'app.seats', '{left_at}', '0 days', '30 days', 'delete', 'enforce');
INSERT INTO app.seats VALUES ('ab', 1, '2030-06-01 11:00:00+00'), ('ac', 1, '2030-06-01 11:00:00+00');
SET retention.test_now = '2030-06-01 12:00:00+00';
SELECT retention.reinstate('app.seats', 'ab'::text);
SELECT results_eq('SELECT code::text FROM app.seats', $$VALUES ('ab')$$, 'reinstated by a key of fixed length');
SELECT throws_ok('ALTER TABLE app.seats DROP CONSTRAINT seats_pkey, ADD PRIMARY KEY (row, code)', '42501', NULL,
    'a constraint over hidden rows would tell of them');
SET LOCAL retention.reveal = on;
ALTER TABLE app.seats DROP CONSTRAINT seats_pkey, ADD PRIMARY KEY (row, code);
SET LOCAL retention.reveal = off;
SELECT retention.reinstate('app.seats', '{"row": 1, "code": "ac"}'::jsonb);
SELECT results_eq('SELECT code::text FROM app.seats ORDER BY 1', $$VALUES ('ab'), ('ac')$$, 'by a composite key');
SELECT throws_ok($$DELETE FROM retention.policy$$, '55006', NULL, 'dropping it asks for confirmation');

SELECT * FROM finish();
ROLLBACK;
