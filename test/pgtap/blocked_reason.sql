-- Why a row is blocked: SQLSTATE, table and constraint for whoever watches the server; what the error said of the row, with its detail,
-- for the owner of the table alone.
BEGIN;
SELECT plan(20);
SET client_min_messages = error;
SET retention.test_now = '2030-06-01 12:00:00+00';
CREATE ROLE keeper;
CREATE ROLE watcher IN ROLE pg_monitor;
CREATE ROLE stranger;
GRANT USAGE ON SCHEMA retention TO keeper, watcher, stranger;
CREATE SCHEMA app AUTHORIZATION keeper;
SET LOCAL ROLE keeper;
CREATE TABLE app.users (id int PRIMARY KEY, name text, left_on date);
CREATE TABLE app.badges (id int PRIMARY KEY, user_id int CONSTRAINT whose REFERENCES app.users);
CREATE TABLE app.staff (id int PRIMARY KEY, name text, left_on date);
CREATE FUNCTION app.needed() RETURNS trigger LANGUAGE plpgsql AS
    $$BEGIN RAISE 'user % is needed', OLD.name USING DETAIL = 'ask ' || OLD.name, ERRCODE = 'P4711', SCHEMA = 'app', TABLE = TG_TABLE_NAME, CONSTRAINT = OLD.name; END$$;
CREATE TRIGGER needed BEFORE DELETE ON app.staff FOR EACH ROW EXECUTE FUNCTION app.needed();
CREATE TABLE app.clerks (id int PRIMARY KEY, name text, left_on date);
CREATE FUNCTION app.number() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN PERFORM OLD.name::int; RETURN OLD; END$$;
CREATE TRIGGER number BEFORE DELETE ON app.clerks FOR EACH ROW EXECUTE FUNCTION app.number();
INSERT INTO app.users VALUES (1, 'Kari Lie', '2020-01-01');
INSERT INTO app.badges VALUES (1, 1);
INSERT INTO app.staff VALUES (1, 'Ola Moe', '2020-01-01');
INSERT INTO app.clerks VALUES (1, 'Per Dal', '2020-01-01');
RESET ROLE;
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, if_referenced, mode) VALUES
    ('users', 'app.users', '{left_on}', '1 year', 'delete', 'block', 'enforce'), ('staff', 'app.staff', '{left_on}', '1 year', 'delete', 'block', 'enforce'),
    ('clerks', 'app.clerks', '{left_on}', '1 year', 'delete', 'block', 'enforce');
CALL retention.sweep();

SET LOCAL ROLE watcher;
SELECT results_eq('SELECT relation::text, sqlstate, cause FROM retention.blocked_row ORDER BY 1',
    $$VALUES ('app.clerks', '22P02', 'error 22P02'), ('app.staff', 'P4711', 'error P4711 of table app.staff'), ('app.users', '23503', 'error 23503 of constraint whose of table app.badges')$$,
    'who watches the server learns SQLSTATE, table and constraint');
SELECT throws_ok('SELECT reason FROM retention.blocked_row', '42501', NULL, 'who watches the server does not read what the error said');
SELECT throws_ok('SELECT * FROM retention.blocked_row', '42501', NULL, 'who watches the server does not read all columns of blocked rows');
SELECT throws_ok('SELECT reason FROM retention.blocked_table', '42501', NULL, 'who watches the server does not read what the error said of a table');
SELECT is(count(*), 0::bigint, 'blocked_reason has nothing for who owns no table') FROM retention.blocked_reason;
SELECT results_eq('SELECT name, problem COLLATE "default" FROM retention.status ORDER BY name',
    $$VALUES ('clerks', 'error 22P02'), ('staff', 'error P4711 of table app.staff'), ('users', 'error 23503 of constraint whose of table app.badges')$$, 'the status says as much');
SELECT is((SELECT count(*) FROM retention.status s WHERE s::text ~ 'Kari|Ola|Per'), 0::bigint, 'no name is in the status');
SELECT is((SELECT count(*) FROM retention.sweep_run s WHERE s::text ~ 'Kari|Ola|Per'), 0::bigint, 'no name is in the record of runs');
SET LOCAL ROLE keeper;
SELECT results_eq('SELECT relation::text, sqlstate, reason FROM retention.blocked_reason ORDER BY 1',
    $$VALUES ('app.clerks', '22P02', 'invalid input syntax for type integer: "Per Dal"'), ('app.staff', 'P4711', 'user Ola Moe is needed: ask Ola Moe'),
    ('app.users', '23503', 'update or delete on table "users" violates foreign key constraint "whose" on table "badges": Key (id)=(1) is still referenced from table "badges".')$$,
    'the owner of the table reads what the error said, and its detail');
SELECT is(count(*), 0::bigint, 'the owner of a table reads nothing else') FROM retention.blocked_reason WHERE relation NOT IN ('app.clerks'::regclass, 'app.staff'::regclass, 'app.users'::regclass);
SET LOCAL ROLE stranger;
SELECT is(count(*), 0::bigint, 'blocked_reason has nothing for a stranger') FROM retention.blocked_reason;
SELECT throws_ok('SELECT cause FROM retention.blocked_row', '42501', NULL, 'a stranger reads no causes');
RESET ROLE;
SELECT is((SELECT count(*) FROM retention.check() c WHERE c::text ~ 'Kari|Ola|Per'), 0::bigint, 'no name is in the check');
SELECT is((SELECT count(*) FROM retention.check() WHERE what = 'no row is blocked' AND NOT ok), 3::bigint, 'the check lists the tables');
SELECT is(count(*), 3::bigint, 'a superuser reads all') FROM retention.blocked_reason;

-- A message of the extension's own is for all.
SET LOCAL ROLE keeper;
CREATE FUNCTION app.silent() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NULL; END$$;
DROP TRIGGER number ON app.clerks;
CREATE TRIGGER number BEFORE DELETE ON app.clerks FOR EACH ROW EXECUTE FUNCTION app.silent();
RESET ROLE;
SET retention.test_now = '2030-06-03 12:00:00+00';
CALL retention.sweep();
SELECT is(cause, 'a trigger of the table suppressed the action', 'the extension''s own words are told') FROM retention.blocked_row WHERE relation = 'app.clerks'::regclass;

-- A table that cannot be prepared: a condition that fails on the value of a row.
CREATE TABLE app.codes (id int PRIMARY KEY, name text, left_on date);
INSERT INTO app.codes VALUES (1, 'Liv Aas', '2020-01-01');
ALTER TABLE app.codes OWNER TO keeper;
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, applies_to) VALUES ('codes', 'app.codes', '{left_on}', '1 year', 'delete', 'name::int > 0');
CALL retention.sweep();
SET LOCAL ROLE watcher;
SELECT is(problem, 'error 22P02', 'the problem of a table that cannot be prepared holds no value of a row') FROM retention.status WHERE name = 'codes';
SELECT is(problem, 'error 22P02', 'the record of preparation holds no value of a row') FROM retention.preparation;
SELECT is(cause, 'error 22P02', 'the record of blocked tables holds no value of a row') FROM retention.blocked_table;
SET LOCAL ROLE keeper;
SELECT is(reason, 'invalid input syntax for type integer: "Liv Aas"', 'the owner of a table that cannot be prepared reads the reason') FROM retention.blocked_reason WHERE row_id IS NULL;
RESET ROLE;
SELECT finish();
ROLLBACK;
