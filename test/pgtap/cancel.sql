-- A statement that is cancelled, or takes longer than its statement_timeout, is not taken for a row that fails, an anonymiser that gives
-- an error: the cancel is raised. Of resume(): cancel_resume.sql.
BEGIN;
SELECT plan(9);
SET retention.test_now = '2030-06-01 12:00:00+00';
SET client_min_messages = error;
CREATE SCHEMA app;
-- Takes its time when it is told so.
CREATE FUNCTION app.wait() RETURNS void LANGUAGE plpgsql AS
    $$BEGIN IF current_setting('app.waits', true) = 'on' THEN PERFORM pg_sleep(2); END IF; END$$;
CREATE FUNCTION app.wait_before() RETURNS trigger LANGUAGE plpgsql AS
    $$BEGIN PERFORM app.wait(); IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END$$;
CREATE FUNCTION app.meant(name text) RETURNS boolean IMMUTABLE LANGUAGE plpgsql AS $$BEGIN PERFORM app.wait(); RETURN true; END$$;
CREATE FUNCTION app.blank(name text) RETURNS text LANGUAGE plpgsql AS $$BEGIN PERFORM app.wait(); RETURN ''; END$$;

CREATE FUNCTION pg_temp.said(what text) RETURNS text LANGUAGE plpgsql AS
    $$BEGIN EXECUTE what; RETURN 'done'; EXCEPTION WHEN query_canceled THEN RETURN SQLERRM; END$$;
PREPARE is_cancelled(text, text) AS SELECT is(pg_temp.said($1), 'canceling statement due to statement timeout', $2);
PREPARE is_done(text, text) AS SELECT is(pg_temp.said($1), 'done', $2);

CREATE TABLE app.guests (id int PRIMARY KEY, name text, left_on date);
CREATE TRIGGER waits BEFORE DELETE ON app.guests FOR EACH ROW EXECUTE FUNCTION app.wait_before();
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('guests', 'app.guests', '{left_on}', '1 day', 'delete', 'enforce');
INSERT INTO app.guests VALUES (3, 'Per', NULL);
INSERT INTO retention.subject_kind (kind, relation) VALUES ('guest', 'app.guests');

-- A policy that comes to a table with rows: they are stamped by the next sweep.
CREATE TABLE app.calls (id int PRIMARY KEY, name text, made_on date);
INSERT INTO app.calls VALUES (1, 'Kari', NULL);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode, applies_to)
    VALUES ('calls', 'app.calls', '{made_on}', '1 day', 'delete', 'enforce', 'app.meant(name)');

-- An anonymiser that is tried with each look at the policy.
CREATE TABLE app.notes (id int PRIMARY KEY, name text NOT NULL, made_on date);
INSERT INTO app.notes VALUES (1, 'Kari', NULL);
INSERT INTO retention.personal_column (relation, column_name, category, anonymise, argument) VALUES ('app.notes', 'name', 'name', 'function', 'app.blank');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('notes', 'app.notes', '{made_on}', '1 day', 'anonymise', 'observe');

SET app.waits = on;
SET statement_timeout = '300ms';
EXECUTE is_cancelled('CALL retention.sweep()', 'a sweep that stamps rows is cancelled');
SET app.waits = off;
RESET statement_timeout;
EXECUTE is_done('CALL retention.sweep()', 'a sweep that was cancelled stamps rows the next time');
INSERT INTO app.guests VALUES (4, 'Eva', '2029-01-01');
SET app.waits = on;
SET statement_timeout = '300ms';
EXECUTE is_cancelled('CALL retention.sweep()', 'a sweep that deletes rows is cancelled');
EXECUTE is_cancelled('SELECT retention.erase(''guest'', 3)', 'an erasure is cancelled');
EXECUTE is_cancelled('SELECT retention.erase(''guest'', 3, dry_run => true)', 'the preview of an erasure is cancelled');
EXECUTE is_cancelled('UPDATE retention.policy SET keep_for = ''2 days'' WHERE name = ''notes''', 'trying an anonymiser is cancelled');
RESET statement_timeout;
SET app.waits = off;
SET retention.reveal = on;
SELECT is((SELECT array_agg(id ORDER BY id) FROM app.guests), '{3,4}', 'what was cancelled has deleted nothing');
SELECT is_empty('SELECT FROM retention.blocked_row', 'no row is blocked by a cancel');
SELECT is_empty($$SELECT FROM retention.ledger WHERE action LIKE 'eras%'$$, 'the ledger knows of no erasure that was cancelled');
SELECT * FROM finish();
ROLLBACK;
