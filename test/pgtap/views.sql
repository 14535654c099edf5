-- Materialised views over governed tables are refreshed when rows that they may hold are gone or hidden.
BEGIN;
SELECT plan(50);

CREATE ROLE app_owner;
CREATE SCHEMA app AUTHORIZATION app_owner;
SET client_min_messages = error;
SET retention.test_now = '2030-01-01 12:00:00+00';
SET ROLE app_owner;
CREATE TABLE app.users (id int PRIMARY KEY, name text, left_on date);
CREATE TABLE app.calls (id int, phone text, day date) PARTITION BY RANGE (day);
CREATE TABLE app.calls_1 PARTITION OF app.calls FOR VALUES FROM ('2029-01-01') TO ('2031-01-01');
CREATE TABLE app.colours (colour text);
INSERT INTO app.users VALUES (1, 'Kari', NULL), (2, 'Ola', '2030-01-01'), (3, 'Liv', '2030-01-10');
INSERT INTO app.calls VALUES (1, '22', '2029-12-30'), (2, '33', '2030-06-01');
RESET ROLE;
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode) VALUES
    ('users', 'app.users', '{left_on}', '30 days', '30 days', 'delete', 'enforce'),
    ('calls', 'app.calls', '{day}', '3 months', '0 days', 'delete', 'enforce');
CALL retention.sweep();
SET ROLE app_owner;
CREATE VIEW app.people AS SELECT id, name FROM app.users;
CREATE MATERIALIZED VIEW app.list AS SELECT id, name FROM app.people;
CREATE UNIQUE INDEX ON app.list (id);
CREATE MATERIALIZED VIEW app.names AS SELECT string_agg(name, ',' ORDER BY id) AS names FROM app.list;
CREATE MATERIALIZED VIEW app.phones AS SELECT phone FROM app.calls_1;
CREATE MATERIALIZED VIEW app.carried AS SELECT id, name, retention_clock FROM app.users;
CREATE UNIQUE INDEX ON app.carried (id);
CREATE MATERIALIZED VIEW app.palette AS SELECT colour FROM app.colours;
CREATE MATERIALIZED VIEW app.later AS SELECT name FROM app.users WITH NO DATA;
RESET ROLE;
CREATE FUNCTION pg_temp.files() RETURNS text LANGUAGE sql AS
    $$SELECT string_agg(relname || ' ' || relfilenode, ',' ORDER BY relname) FROM pg_class WHERE relnamespace = 'app'::regnamespace AND relkind = 'm'$$;
CREATE FUNCTION pg_temp.stored(v regclass) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE n bigint;
BEGIN
    SET LOCAL retention.reveal = on;
    EXECUTE format('SELECT count(*) FROM %s', v) INTO n;
    SET LOCAL retention.reveal = off;
    RETURN n;
END $$;

-- What reads what.
SELECT results_eq($$SELECT view::text, source::text, governed FROM retention.view_source WHERE view::text LIKE 'app.%' ORDER BY 1, 2$$,
    $$VALUES ('app.carried', 'app.users', true), ('app.later', 'app.users', false), ('app.list', 'app.users', false),
    ('app.names', 'app.users', false), ('app.phones', 'app.calls_1', false)$$, 'governed tables, through views and other materialised ones');
SELECT cmp_ok((SELECT depth FROM retention.view_source WHERE view = 'app.names'::regclass), '>',
    (SELECT depth FROM retention.view_source WHERE view = 'app.list'::regclass), 'a view above another is deeper');
SELECT is_empty('SELECT view FROM retention.stale_view', 'nothing has happened to what they read');
CALL retention.sweep();
CREATE TEMP TABLE before AS SELECT pg_temp.files();
SELECT set_eq($$SELECT view::text FROM retention.view_refresh WHERE problem IS NULL$$,
    '{app.carried,app.later,app.list,app.names,app.phones}'::text[], 'each is known to be right');
CALL retention.sweep();
SELECT results_eq('SELECT pg_temp.files()', 'TABLE before', 'a view that is right is left alone');

-- Hidden.
SET retention.test_now = '2030-02-01 12:00:00+00';
SELECT results_eq('SELECT name FROM app.people ORDER BY id', '{Kari,Liv}'::text[], 'a row is hidden by time alone');
SELECT results_eq('SELECT name FROM app.list ORDER BY id', '{Kari,Ola,Liv}'::text[], 'a row hidden by time is still in what was copied');
SELECT results_eq('SELECT name FROM app.carried ORDER BY id', '{Kari,Liv}'::text[], 'a copy with the clock hides the row by itself');
SELECT is((SELECT count(*) FROM retention.view_refresh WHERE retry_at IS NOT NULL), 0::bigint, 'nothing waits');
SET retention.reveal = on;
CALL retention.sweep();
SET retention.reveal = off;
SELECT results_eq('SELECT name FROM app.list ORDER BY id', '{Kari,Liv}'::text[], 'a sweep refreshes the copy, without the rows that reveal shows its caller');
SELECT results_eq('SELECT names FROM app.names', '{"Kari,Liv"}'::text[], 'a sweep refreshes the copy of the copy');
SELECT is(pg_temp.stored('app.carried'), 2::bigint, 'a view that hides by itself is refreshed, too: clocks may have changed that it cannot know');
SELECT results_eq($$SELECT relation FROM retention.ledger WHERE action = 'refreshed' AND relation LIKE 'app.%' ORDER BY entry_id$$,
    '{app.carried,app.list,app.names}'::text[], 'the ledger says so');
SELECT ok(relispopulated IS FALSE, 'one without data gets none') FROM pg_class WHERE oid = 'app.later'::regclass;

-- Gone.
SET retention.test_now = '2030-03-04 12:00:00+00';
CALL retention.sweep();
SELECT is(pg_temp.stored('app.users'), 2::bigint, 'the row is deleted');
SELECT is(pg_temp.stored('app.carried'), 1::bigint, 'a deleted row is no more in the copy that hid it');
SELECT results_eq('SELECT names FROM app.names', '{Kari}'::text[], 'another one is hidden');

-- Renamed, and not known where it was.
SET ROLE app_owner;
ALTER MATERIALIZED VIEW app.list RENAME TO directory;
RESET ROLE;
SELECT lives_ok($$SELECT retention.reinstate('app.users', 3)$$, 'a row comes back');
SET ROLE app_owner;
ALTER TABLE app.users RENAME TO accounts;
RESET ROLE;
CALL retention.sweep();
SELECT results_eq('SELECT name FROM app.directory ORDER BY id', '{Kari,Liv}'::text[], 'a row comes back to a view also where the table has another name by now');

-- A partition.
SET retention.test_now = '2030-04-02 12:00:00+00';
SELECT is(pg_temp.stored('app.phones'), 2::bigint, 'a copy of a partition');
CALL retention.sweep();
SELECT is(pg_temp.stored('app.phones'), 1::bigint, 'goes by the policy of its table');
SELECT is_empty('SELECT view FROM retention.stale_view', 'all is fresh');

-- What cannot be refreshed says why, and when it is tried again.
SET ROLE app_owner;
CREATE FUNCTION app.count_down(n int) RETURNS int LANGUAGE plpgsql AS
    $$BEGIN IF (SELECT count(*) FROM app.accounts) < 2 THEN RAISE 'too few are left'; END IF; RETURN n; END$$;
CREATE MATERIALIZED VIEW app.counted AS SELECT app.count_down(id) AS id FROM app.accounts;
UPDATE app.accounts SET left_on = '2030-04-01' WHERE id = 1;
RESET ROLE;
SET retention.test_now = '2030-06-01 12:00:00+00';
CALL retention.sweep();
SELECT results_eq('SELECT name FROM app.directory', '{Liv}'::text[], 'a view that fails is not in the way of the others');
SELECT results_eq($$SELECT view::text, attempts, problem, reason, retry_at FROM retention.view_refresh WHERE problem IS NOT NULL$$,
    $$VALUES ('app.counted', 1, 'error P0001', 'too few are left', timestamptz '2030-06-01 12:01:00+00')$$, 'the problem of a view that fails is there to see');
SELECT results_eq($$SELECT object, ok FROM retention.check() WHERE what = 'materialized view is fresh' AND NOT ok$$,
    $$VALUES ('app.counted', false)$$, 'in the check, too');
SELECT matches((SELECT problem FROM retention.sweep_run ORDER BY run_id DESC LIMIT 1), 'counted: error P0001', 'the record of the sweep names the view that fails');
SET ROLE app_owner;
CREATE OR REPLACE FUNCTION app.count_down(n int) RETURNS int LANGUAGE sql AS 'SELECT n';
RESET ROLE;
CALL retention.sweep();
SELECT is((SELECT attempts FROM retention.view_refresh WHERE view = 'app.counted'::regclass), 1, 'not before its time');
SET retention.test_now = '2030-06-01 12:01:00+00';
CALL retention.sweep();
SELECT is(pg_temp.stored('app.counted'), 1::bigint, 'a view that failed is tried again at its time');
SELECT is_empty('SELECT view FROM retention.view_refresh WHERE problem IS NOT NULL', 'a view that was mended has no problem any more');

-- Whose rights it has.
SET ROLE app_owner;
CREATE FUNCTION app.whoami() RETURNS text LANGUAGE sql AS 'SELECT current_user::text';
CREATE MATERIALIZED VIEW app.rights AS SELECT id, app.whoami() FROM app.accounts;
RESET ROLE;
CREATE ROLE janitor;
GRANT USAGE ON SCHEMA retention TO janitor;
GRANT EXECUTE ON PROCEDURE retention.sweep() TO janitor;
INSERT INTO app.accounts VALUES (4, 'Nils', '2020-01-01'), (5, 'Else', NULL);
SET ROLE janitor;
CALL retention.sweep();
SELECT is(current_user::text, 'janitor', 'a caller without any has no more afterwards');
RESET ROLE;
SELECT results_eq($$SELECT id, whoami FROM app.rights WHERE id > 3$$, $$VALUES (5, 'app_owner')$$, 'a view is refreshed with the rights of its owner');

-- One person.
SELECT is_empty('SELECT view FROM retention.stale_view', 'all is fresh');
INSERT INTO retention.subject_kind (kind, relation, identifying) VALUES ('account', 'app.accounts', '{name}');
CREATE TEMP TABLE answer AS SELECT retention.restrict('account', 5, 'contested');
SELECT set_eq('SELECT view::text FROM retention.stale_view', '{app.carried,app.counted,app.directory,app.names,app.phones,app.rights}'::text[], 'a restriction hides, too, wherever rows lead to the person');
SELECT is((SELECT count(*) FROM app.carried WHERE id = 5), 1::bigint, 'a view that carries the clock has the one of before');
CALL retention.sweep();
SELECT results_eq('SELECT name FROM app.directory', '{Liv}'::text[], 'a restricted row is not in a view that does not carry the clock');
SELECT is_empty('SELECT FROM app.carried WHERE id = 5', 'a restricted row is not in a view that carries the clock');
SELECT retention.inform_of_lifting((SELECT max(restriction_id) FROM retention.restriction)), retention.lift_restriction((SELECT max(restriction_id) FROM retention.restriction)) \g /dev/null
CALL retention.sweep();
SELECT results_eq('SELECT name FROM app.directory ORDER BY id', '{Liv,Else}'::text[], 'a view shows a restricted row again when it is lifted');
INSERT INTO answer SELECT retention.erase('account', 3);
CALL retention.sweep();
SELECT results_eq('SELECT name FROM app.directory ORDER BY id', '{Else}'::text[], 'who is erased is so in copies, too');
INSERT INTO app.accounts VALUES (3, 'Liv', NULL);

-- A clock that changed after a view with the clock was filled: the row is hidden at once, and no deadline passes.
SET ROLE app_owner;
CREATE TABLE app.visits (id int PRIMARY KEY, account int REFERENCES app.accounts, note text, kind text NOT NULL DEFAULT 'short');
CREATE TABLE app.logs (id int, day date) PARTITION BY RANGE (id);
CREATE TABLE app.logs_1 PARTITION OF app.logs FOR VALUES FROM (0) TO (100);
CREATE TABLE app.moved (id int PRIMARY KEY, kind text, day date);
RESET ROLE;
INSERT INTO retention.policy (name, relation, applies_to, priority, clock_starts, keep_for, quarantine_for, action, mode) VALUES
    ('visits', 'app.visits', NULL, 100, '{account.left_on}', '1 day', '100 years', 'delete', 'enforce'),
    ('logs', 'app.logs', NULL, 100, '{day}', '1 day', '100 years', 'delete', 'enforce'),
    ('short', 'app.moved', $$kind = 'short'$$, 1, '{day}', '1 day', '100 years', 'delete', 'enforce'),
    ('long', 'app.moved', NULL, 2, '{day}', '100 years', '100 years', 'delete', 'enforce');
INSERT INTO app.accounts VALUES (20, 'Tor', NULL), (21, 'Una', NULL);
INSERT INTO app.visits VALUES (1, 20, 'x'), (2, 21, 'y');
INSERT INTO app.logs VALUES (1, NULL), (2, NULL);
INSERT INTO app.moved VALUES (1, 'long', '2020-01-01'), (2, 'long', '2020-01-01');
CALL retention.sweep();
SET ROLE app_owner;
CREATE VIEW app.visits_seen AS SELECT * FROM app.visits;
CREATE MATERIALIZED VIEW app.g_visits AS SELECT id, note, retention_clock FROM app.visits_seen;
CREATE MATERIALIZED VIEW app.g_twice AS SELECT id, note, retention_clock FROM app.g_visits;
CREATE MATERIALIZED VIEW app.g_logs AS SELECT * FROM app.logs;
CREATE MATERIALIZED VIEW app.g_moved AS SELECT * FROM app.moved;
RESET ROLE;
CALL retention.sweep();
SELECT is_empty($$SELECT view FROM retention.stale_view WHERE view::text LIKE 'app.g\_%'$$, 'views of every kind of source are fresh');
UPDATE app.accounts SET left_on = '2020-01-01' WHERE id = 20;
UPDATE app.logs SET day = '2020-01-01' WHERE id = 1;
UPDATE app.moved SET kind = 'short' WHERE id = 1;
SET retention.test_now = '2030-06-01 12:01:00+00';
SELECT results_eq('SELECT (SELECT count(*) FROM app.visits), (SELECT count(*) FROM app.logs), (SELECT count(*) FROM app.moved)',
    'VALUES (1::bigint, 1::bigint, 1::bigint)', 'rows are hidden by a path, in a partition, and by another policy');
CALL retention.sweep();
SELECT results_eq('SELECT (SELECT count(*) FROM app.g_visits), (SELECT count(*) FROM app.g_twice), (SELECT count(*) FROM app.g_logs), (SELECT count(*) FROM app.g_moved)',
    'VALUES (1::bigint, 1::bigint, 1::bigint, 1::bigint)', 'rows that became hidden are gone from the copies after a sweep');
SELECT set_eq($$SELECT relation FROM retention.ledger WHERE action = 'hidden late' AND relation IN ('app.visits', 'app.logs_1', 'app.moved')$$,
    '{app.logs_1,app.moved,app.visits}'::text[], 'the ledger says why');
SELECT is_empty('SELECT FROM retention.hidden_late', 'the list of rows hidden late is empty after the refresh');
-- A policy that is switched off and on: what was shown meanwhile may have been copied.
SET retention.confirm_drop = on;
UPDATE retention.policy SET mode = 'off' WHERE name = 'logs';
CALL retention.sweep();
SELECT is((SELECT count(*) FROM app.g_logs), 2::bigint, 'without its policy a row is copied again');
UPDATE retention.policy SET mode = 'enforce' WHERE name = 'logs';
CALL retention.sweep();
SELECT is((SELECT count(*) FROM app.g_logs), 1::bigint, 'a row is not copied under its policy');
DROP MATERIALIZED VIEW app.g_twice, app.g_visits, app.g_logs, app.g_moved;

-- A restore fills them with row_security off.
SET row_security = off;
SELECT lives_ok('REFRESH MATERIALIZED VIEW app.rights', 'REFRESH by hand is allowed though the view asks for all rows or an error');
SELECT throws_ok('TABLE app.accounts', '42501', NULL, 'elsewhere it does');
RESET row_security;
SELECT results_eq('SELECT id FROM app.rights ORDER BY id', '{3,5,21}'::int[], 'what is visible is in it');

-- Gone themselves.
DROP MATERIALIZED VIEW app.counted;
CALL retention.sweep();
SELECT set_eq($$SELECT view::text FROM retention.view_refresh$$, '{app.carried,app.directory,app.later,app.names,app.phones,app.rights}'::text[],
    'a view that was dropped is forgotten');
SELECT ok(has_table_privilege('pg_monitor', 'retention.stale_view', 'SELECT'), 'monitoring may see them');

SELECT * FROM finish();
ROLLBACK;
