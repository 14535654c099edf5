-- A condition that cannot be asked any more keeps nobody from other tables, can be switched off, and is not made by a command on a type.
BEGIN;
SELECT plan(28);
SET client_min_messages = warning;
SET retention.test_now = '2030-01-01 12:00Z';
CREATE SCHEMA app;
CREATE FUNCTION app.is_x(text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$ SELECT $1 = 'x' $$;
CREATE TABLE app.t (id int, v text, left_on date);
CREATE TABLE app.other (id int PRIMARY KEY, n text, left_on date);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode, applies_to) VALUES
    ('t', 'app.t', '{left_on}', '3 months', 'delete', 'enforce', 'app.is_x(v)'), ('other', 'app.other', '{left_on}', '3 months', 'delete', 'enforce', 'other.n <> ''y''');
ALTER FUNCTION app.is_x(text) STABLE;
SELECT lives_ok(what, what || ': passes beside a condition that cannot be asked') FROM (VALUES
    ('CREATE TABLE app.free (id int)'), ('ALTER TABLE app.free ADD COLUMN x int'), ('ALTER TABLE app.other ADD COLUMN x int'), ('ALTER TABLE app.free RENAME TO freed'),
    ('ALTER TABLE app.other RENAME n TO name'), ('ALTER TABLE app.freed SET SCHEMA public'), ('DROP TABLE public.freed'), ('ALTER TABLE app.t ADD COLUMN x int'),
    ($$UPDATE retention.policy SET mode = 'off' WHERE name = 't'$$)) v (what);
SELECT is((SELECT applies_to FROM retention.policy WHERE name = 'other'), '(name <> ''y''::text)', 'a condition that can be asked follows a rename');
SELECT throws_ok('ALTER TABLE app.other DROP COLUMN name', NULL, NULL, 'what breaks a condition that can be asked is refused');
SELECT throws_ok('ALTER TABLE app.other DROP COLUMN left_on', NULL, NULL, 'what breaks a start is refused beside a condition that cannot be asked');

-- Types.
CREATE TYPE app.state AS ENUM ('open', 'done');
CREATE TYPE app.pair AS (a int, b text);
CREATE TABLE app.s (id int, s app.state, p app.pair, left_on date);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode, applies_to) VALUES
    ('done', 'app.s', '{left_on}', '1 year', 'delete', 'enforce', $$s = 'done'$$), ('pairs', 'app.s', '{left_on}', '2 years', 'delete', 'enforce', $$p = ROW(1, 'a')::app.pair$$);
SELECT throws_ok($$ALTER TYPE app.state RENAME VALUE 'done' TO 'finished'$$, '22P02', NULL, 'a value that a condition names is not renamed');
SELECT lives_ok($$ALTER TYPE app.state RENAME VALUE 'open' TO 'opened'$$, 'another value is renamed');
SELECT throws_ok('ALTER TYPE app.pair ADD ATTRIBUTE c int', '42846', NULL, 'a type that a condition spells out gets no other attributes');
SELECT lives_ok($$INSERT INTO app.s VALUES (1, 'done', (1, 'a'), NULL)$$, 'rows are written as before');

-- A partition is asked by the name of its table.
CREATE TABLE app.m (id int, v text, left_on date) PARTITION BY LIST (id);
CREATE TABLE app.m1 PARTITION OF app.m FOR VALUES IN (1);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode, applies_to) VALUES
    ('m', 'app.m', '{left_on}', '3 months', 'delete', 'enforce', $$m.v = 'x' AND app.m.id > 0$$);
SELECT lives_ok($$INSERT INTO app.m VALUES (1, 'x', '2029-12-01'), (1, 'y', '2029-12-01')$$, 'a condition may name a column with its table, whose partitions have other names');
CALL retention.sweep();
SELECT results_eq('SELECT m.v, p.name FROM app.m LEFT JOIN retention.policy p ON p.policy_id = retention.policy(m.retention_clock) ORDER BY 1', $$VALUES ('x', 'm'), ('y', NULL)$$,
    'rows of a partition are asked as those of its table');
SELECT is_empty($$SELECT FROM retention.audit('app.m')$$, 'the audit asks the same');

-- What functions of other languages name is looked up when they run, so check() tries them on a few rows.
CREATE ROLE keeper;
CREATE SCHEMA kept AUTHORIZATION keeper;
GRANT SET ON PARAMETER retention.test_now TO keeper;
CREATE TYPE kept.place AS (town text, street text);
CREATE TYPE kept.state AS ENUM ('open', 'done');
CREATE TABLE kept.books (code text);
CREATE FUNCTION kept.in_town(p kept.place) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN p.town = 'Oslo'; END $$;
CREATE FUNCTION kept.is_done(s text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN s::kept.state = 'done'::kept.state; END $$;
CREATE FUNCTION kept.is_listed(s text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN EXISTS (SELECT FROM kept.books WHERE code = s); END $$;
CREATE FUNCTION kept.is_short(s text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN IF length(s) > 3 THEN RAISE EXCEPTION 'too long: %', s; END IF; RETURN true; END $$;
CREATE TABLE kept.homes (id int, at kept.place, s text, left_on date);
CREATE TABLE kept.parts (id int, at kept.place, left_on date) PARTITION BY LIST (id);
CREATE TABLE kept.parts_1 PARTITION OF kept.parts FOR VALUES IN (1);
CREATE TABLE kept.empty (id int, at kept.place, left_on date);
DO $$ DECLARE t text; BEGIN FOREACH t IN ARRAY '{homes,parts,parts_1,empty,books}'::text[] LOOP EXECUTE format('ALTER TABLE kept.%I OWNER TO keeper', t); END LOOP; END $$;
INSERT INTO kept.homes VALUES (1, ('Oslo', 'x'), 'open', NULL), (2, ('Bergen', 'x'), 'open', '2020-01-01');
INSERT INTO kept.parts VALUES (1, ('Oslo', 'x'), NULL);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode, priority, applies_to) VALUES
    ('town', 'kept.homes', '{left_on}', '1 year', '99 years', 'delete', 'enforce', 1, 'kept.in_town(at)'), ('finished', 'kept.homes', '{left_on}', '1 year', '99 years', 'delete', 'enforce', 2, 'kept.is_done(s)'),
    ('listed', 'kept.homes', '{left_on}', '1 year', '99 years', 'delete', 'enforce', 3, 'kept.is_listed(s)'), ('short', 'kept.homes', '{left_on}', '1 year', '99 years', 'delete', 'enforce', 4, 'kept.is_short(left(s, 3))'),
    ('parts', 'kept.parts', '{left_on}', '1 year', '99 years', 'delete', 'enforce', 1, 'kept.in_town(at)'), ('empty', 'kept.empty', '{left_on}', '1 year', '99 years', 'delete', 'enforce', 1, 'kept.in_town(at)');
CALL retention.sweep();
CREATE FUNCTION pg_temp.failing() RETURNS text LANGUAGE sql AS
    $$SELECT string_agg(object || ': ' || substring(hint FROM '^[^.]*'), ', ' ORDER BY object) FROM retention.check() WHERE what = 'condition can be asked' AND NOT ok AND object <> 't'$$;
CREATE FUNCTION pg_temp.after(what text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE result text;
BEGIN
    EXECUTE what;
    result := pg_temp.failing();
    RAISE SQLSTATE 'P9999';
EXCEPTION WHEN SQLSTATE 'P9999' THEN RETURN result; WHEN undefined_column THEN RETURN 'refused';
END $$;
SELECT is(pg_temp.failing(), NULL, 'conditions that can be asked have no problem');
SELECT is(pg_temp.after('ALTER TYPE kept.place RENAME ATTRIBUTE town TO city'), 'parts: it fails at rows that are there: error 42703, town: it fails at rows that are there: error 42703', 'an attribute that a function names was renamed');
SELECT is(pg_temp.after('SET LOCAL retention.confirm_drop = on; ALTER TYPE kept.place DROP ATTRIBUTE town'), 'refused', 'an attribute that a function names is not dropped');
SELECT is(pg_temp.after('DROP TABLE kept.books'), 'listed: it fails at rows that are there: error 42P01', 'a table that a function reads was dropped');
SELECT is(pg_temp.after($$CREATE OR REPLACE FUNCTION kept.is_short(s text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RAISE EXCEPTION ''of %'', s; END'$$), 'short: it fails at rows that are there: error P0001', 'what an error says of a row is not told');
SELECT is(pg_temp.after($$DROP TABLE kept.books; UPDATE retention.policy SET mode = 'off' WHERE name = 'listed'$$), NULL, 'a policy that is off is not tried');
SELECT is((SELECT count(*) FROM retention.status WHERE problem !~ 'the quarantine runs since then' AND name <> 't'), 0::bigint, 'status runs no condition');
-- A hidden row is tried, too.
DELETE FROM kept.homes WHERE id = 1;
SELECT is((SELECT count(*) FROM kept.homes), 0::bigint, 'the only row is hidden');
SELECT is(pg_temp.after($$CREATE OR REPLACE FUNCTION kept.is_short(s text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RAISE EXCEPTION ''of %'', s; END'$$), 'short: it fails at rows that are there: error P0001', 'a condition that fails at a hidden row');
SELECT * FROM finish();
ROLLBACK;
