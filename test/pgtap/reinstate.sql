-- A row comes back while its quarantine lasts, for whoever may write it, and to whom row security shows it.
BEGIN;
SELECT plan(13);
SET retention.test_now = '2030-05-01 12:00:00+00';
CREATE ROLE helper;
CREATE ROLE reader;
CREATE SCHEMA app;
GRANT USAGE ON SCHEMA app, retention TO helper, reader;
CREATE TABLE app.guests (id int PRIMARY KEY, host text, left_on date);
GRANT SELECT, UPDATE ON app.guests TO helper;
GRANT SELECT ON app.guests TO reader;
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode) VALUES
    ('guests', 'app.guests', '{left_on}', '10 days', '10 days', 'delete', 'enforce');
INSERT INTO app.guests VALUES (1, 'helper', NULL), (2, 'helper', '2030-05-15'), (3, 'helper', '2030-05-01'), (4, 'another', '2030-05-15'), (5, 'helper', '2030-05-28');
-- No row security asks for this one.
CREATE TABLE app.visits (id int PRIMARY KEY, left_on date);
GRANT SELECT ON app.visits TO reader;
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode) VALUES
    ('visits', 'app.visits', '{left_on}', '10 days', '10 days', 'delete', 'enforce');
INSERT INTO app.visits VALUES (1, '2030-05-15');
SET retention.test_now = '2030-06-01 12:00:00+00';
ALTER TABLE app.guests ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_guests ON app.guests TO helper USING (host = 'helper');
CREATE POLICY all_guests ON app.guests TO reader USING (true);

SET retention.reveal = on;
SELECT results_eq('SELECT id, retention.state(retention_clock) FROM app.guests ORDER BY id',
    $$VALUES (1, 'active'), (2, 'quarantined'), (3, 'due'), (4, 'quarantined'), (5, 'retained')$$, 'there is a row in each state');
SET retention.reveal = off;
SELECT throws_ok($$SELECT retention.reinstate('app.guests', 1)$$, '55000', 'the row is not quarantined', 'a row that is active cannot come back');
SELECT throws_ok($$SELECT retention.reinstate('app.guests', 3)$$, '55000', 'the row is not quarantined', 'a row does not come back once its quarantine is over');
SELECT throws_ok($$SELECT retention.reinstate('app.guests', 9)$$, 'P0002', 'no such row in table "guests"', 'a row that is not there cannot come back');
SET ROLE reader;
SELECT throws_ok($$SELECT retention.reinstate('app.guests', 2)$$, '42501', 'permission denied for table guests', 'a role that may only read brings no row back');
SELECT throws_ok($$SELECT retention.reinstate('app.visits', 1)$$, '42501', 'permission denied for table visits', 'a role that may only read brings no row back where there is no row security');
SET ROLE helper;
SELECT throws_ok($$SELECT retention.reinstate('app.guests', 4)$$, 'P0002', 'no such row in table "guests"', 'a row that row security keeps from the caller does not come back');
SELECT throws_ok($$SELECT retention.reinstate('app.guests', 3)$$, 'P0002', 'no such row in table "guests"', 'row security leaves no word about a row whose quarantine is over');
SELECT lives_ok($$SELECT retention.reinstate('app.guests', 2)$$, 'a quarantined row comes back to whom row security shows it');
SELECT lives_ok($$SELECT retention.reinstate('app.guests', 5)$$, 'a row whose clock runs is stopped before it is hidden');
SELECT results_eq('SELECT id, left_on FROM app.guests ORDER BY id', $$VALUES (1, NULL::date), (2, NULL), (5, NULL)$$, 'what started the clock is unset');
RESET ROLE;
SET retention.reveal = on;
SELECT is((SELECT left_on FROM app.guests WHERE id = 4), '2030-05-15', 'a row that was refused is as it was');
SELECT results_eq($$SELECT relation, row_count FROM retention.ledger WHERE action = 'reinstated'$$, $$VALUES ('app.guests', 1::bigint), ('app.guests', 1)$$,
    'the ledger has each row that came back');
SELECT * FROM finish();
ROLLBACK;
