-- resume() that is cancelled, or takes longer than statement_timeout, is an error: no policy is taken for one that does not fit.
BEGIN;
SELECT plan(4);
SET client_min_messages = error;
CREATE SCHEMA app;
CREATE FUNCTION app.blank(name text) RETURNS text LANGUAGE plpgsql AS
    $$BEGIN IF current_setting('app.waits', true) = 'on' THEN PERFORM pg_sleep(2); END IF; RETURN ''; END$$;
CREATE TABLE app.notes (id int PRIMARY KEY, name text NOT NULL, made_on date);
INSERT INTO app.notes VALUES (1, 'Kari', NULL);
INSERT INTO retention.personal_column (relation, column_name, category, anonymise, argument) VALUES ('app.notes', 'name', 'name', 'function', 'app.blank');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('notes', 'app.notes', '{made_on}', '1 day', 'anonymise', 'observe');
CREATE FUNCTION pg_temp.said(what text) RETURNS text LANGUAGE plpgsql AS
    $$BEGIN EXECUTE what; RETURN 'done'; EXCEPTION WHEN query_canceled THEN RETURN SQLERRM; END$$;

SET app.waits = on;
SET statement_timeout = '300ms';
SELECT is(pg_temp.said('SELECT retention.resume()'), 'canceling statement due to statement timeout', 'resume() is cancelled');
RESET statement_timeout;
SET app.waits = off;
SELECT is((SELECT count(*) FROM retention.policy WHERE NOT validated), 0::bigint, 'a cancelled resume() takes no policy for one that does not fit');
SELECT is_empty($$SELECT FROM retention.ledger WHERE action = 'resumed'$$, 'the ledger knows of no resume() that was cancelled');
SELECT lives_ok('SELECT retention.resume()', 'resume() works when nobody cancels it');
SELECT * FROM finish();
ROLLBACK;
