-- Standing in for what the extension is made of: functions, operators, types and tables of the same name, found first.

-- attempt: visible() replaced
-- as: reader owner bypass auditor
-- errors: expected
-- attack
CREATE OR REPLACE FUNCTION retention.visible(clock retention.clock) RETURNS boolean LANGUAGE plpgsql STABLE AS 'BEGIN RETURN true; END';
SELECT * FROM app.people;

-- attempt: visible() replaced by a superuser
-- as: admin
-- expect: refused 2BP01
-- control: none
-- attack
CREATE OR REPLACE FUNCTION retention.visible(clock retention.clock) RETURNS boolean LANGUAGE plpgsql STABLE AS 'BEGIN RETURN true; END';
SELECT * FROM app.people;

-- attempt: visible() dropped and made anew
-- as: reader owner
-- errors: expected
-- attack
DROP FUNCTION retention.visible(retention.clock) CASCADE;
ALTER EXTENSION pg_retention DROP FUNCTION retention.visible(retention.clock);
DROP FUNCTION retention.visible(retention.clock) CASCADE;
SELECT * FROM app.people;

-- attempt: visible() renamed
-- as: reader owner
-- errors: expected
-- attack
ALTER FUNCTION retention.visible(retention.clock) RENAME TO hidden;
SELECT * FROM app.people;

-- attempt: visible() renamed by a superuser
-- as: admin
-- expect: refused 2BP01
-- control: none
-- attack
ALTER FUNCTION retention.visible(retention.clock) RENAME TO hidden;
SELECT * FROM app.people;

-- attempt: the type moved to another schema by a superuser
-- as: admin
-- expect: refused 2BP01
-- control: none
-- attack
ALTER TYPE retention.clock SET SCHEMA scratch;
SELECT * FROM app.people;

-- attempt: the schema renamed by a superuser
-- as: admin
-- expect: refused 2BP01
-- control: none
-- attack
ALTER SCHEMA retention RENAME TO retained;
SELECT * FROM app.people;

-- attempt: the right to call visible() taken away
-- as: admin
-- errors: expected
-- attack
REVOKE EXECUTE ON FUNCTION retention.visible(retention.clock) FROM PUBLIC;
SELECT * FROM app.people;
SET LOCAL ROLE reader;
SELECT * FROM app.people;

-- attempt: an overload of visible()
-- as: reader owner
-- errors: expected
-- control: observe
-- attack
CREATE FUNCTION scratch.visible(retention.clock) RETURNS boolean LANGUAGE sql AS 'SELECT true';
CREATE FUNCTION retention.visible(text) RETURNS boolean LANGUAGE sql AS 'SELECT true';
SET LOCAL search_path = scratch, app;
SELECT * FROM people;

-- attempt: a function in pg_temp
-- as: reader owner
-- attack
CREATE FUNCTION pg_temp.visible(retention.clock) RETURNS boolean LANGUAGE sql AS 'SELECT true';
CREATE FUNCTION pg_temp.state(retention.clock) RETURNS text LANGUAGE sql AS $$SELECT 'active'::text$$;
SET LOCAL search_path = pg_temp, app, pg_catalog, retention;
SELECT * FROM people;

-- attempt: a table called policy, first on the path
-- as: reader owner
-- shows: SECRET
-- attack
CREATE TEMP TABLE policy (policy_id smallint, name text, mode text, keep_for text);
CREATE TEMP TABLE restriction (x int);
SET LOCAL search_path = pg_temp, app;
SELECT * FROM people;

-- attempt: an operator of the clock, first on the path
-- as: reader owner
-- attack
CREATE FUNCTION scratch.yes(retention.clock, retention.clock) RETURNS boolean LANGUAGE sql AS 'SELECT true';
CREATE OPERATOR scratch.<= (LEFTARG = retention.clock, RIGHTARG = retention.clock, FUNCTION = scratch.yes);
CREATE OPERATOR scratch.= (LEFTARG = retention.clock, RIGHTARG = retention.clock, FUNCTION = scratch.yes);
SET LOCAL search_path = scratch, app, pg_catalog;
SELECT * FROM people;

-- attempt: operators and casts in the extension's way while it looks for hidden rows
-- as: owner
-- expect: refused 42501
-- control: none
-- shows: it is gone
-- attack
CREATE FUNCTION scratch.no(boolean) RETURNS boolean LANGUAGE sql AS 'SELECT false';
CREATE FUNCTION scratch.visible(retention.clock) RETURNS boolean LANGUAGE sql AS 'SELECT true';
CREATE FUNCTION pg_temp.visible(retention.clock) RETURNS boolean LANGUAGE sql AS 'SELECT true';
SET LOCAL search_path = scratch, pg_temp, app, pg_catalog;
DROP TABLE members;
-- then
SELECT 'it is ' || 'gone' WHERE to_regclass('app.members') IS NULL;

-- attempt: a type called clock
-- as: owner
-- shows: SECRET
-- errors: expected
-- control: none
-- attack
CREATE SCHEMA mine;
CREATE TYPE scratch.clock AS (x int);
ALTER TABLE app.people ALTER retention_clock TYPE scratch.clock USING NULL;
SELECT * FROM app.people;

-- attempt: the schema dropped or renamed
-- as: owner
-- errors: expected
-- attack
DROP SCHEMA retention CASCADE;
ALTER SCHEMA retention RENAME TO old;
SELECT * FROM app.people;

-- attempt: a rule on the table of policies
-- as: reader owner
-- errors: expected
-- control: enforce as admin
-- shows: ^CREATE RULE$
-- attack
\set QUIET off
CREATE RULE r AS ON UPDATE TO retention.policy DO INSTEAD NOTHING;

-- attempt: a trigger on the table of policies
-- as: reader owner
-- errors: expected
-- control: enforce as admin
-- shows: ^CREATE TRIGGER$
-- attack
CREATE FUNCTION scratch.f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
\set QUIET off
CREATE TRIGGER t BEFORE UPDATE ON retention.policy FOR EACH ROW EXECUTE FUNCTION scratch.f();

-- attempt: the text of the extension's own queries
-- as: reader owner
-- attack
PREPARE p AS SELECT 1;
SELECT query FROM pg_stat_activity WHERE pid = pg_backend_pid();
/* retention */ SELECT * FROM app.people;
-- retention
SELECT 1 FROM ONLY app.people x WHERE id < 50 FOR KEY SHARE OF x;
/* pg_retention */ DELETE FROM app.orders WHERE false; SELECT * FROM app.people;

-- attempt: the form of a foreign key's query
-- as: reader owner
-- shows: ^1$
-- attack
SELECT 1 FROM ONLY "app"."people" x WHERE "id" OPERATOR(pg_catalog.=) 1 FOR KEY SHARE OF x;

-- attempt: the form of a partition's query
-- as: owner
-- shows: SECRET
-- attack
SELECT fk.name FROM ONLY app.people fk;

-- attempt: the words of an internal query read from a log
-- as: admin
-- shows: SECRET
-- attack
SET LOCAL log_statement = 'all'; SET LOCAL client_min_messages = log; SET LOCAL debug_print_plan = on;
UPDATE app.people SET city = 'x' WHERE id = 101;
SET LOCAL client_min_messages = notice; SET LOCAL debug_print_plan = off;
SELECT * FROM app.people;

-- attempt: the words of an internal query, learned by a trigger inside one, and used there
-- as: owner
-- errors: expected
-- shows: SECRET(due|kept|restricted)
-- prepare
GRANT USAGE ON SCHEMA retention TO owner;
-- attack
CREATE FUNCTION scratch.f() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE words text; r record;
BEGIN
	GET DIAGNOSTICS words = PG_CONTEXT;
	FOR r IN EXECUTE coalesce(substring(words FROM '/\* \d+\.\d+ \*/ '), '') || 'SELECT * FROM app.people' LOOP RAISE NOTICE '%', r; END LOOP;
	RETURN NEW;
END$$;
CREATE TRIGGER a BEFORE UPDATE ON app.people FOR EACH ROW EXECUTE FUNCTION scratch.f();
SELECT retention.reinstate('app.people', 1);
UPDATE app.people SET city = 'x' WHERE id = 101;

-- attempt: the words of an internal query, learned by a trigger and used in a check
-- as: owner
-- errors: expected
-- shows: SECRET(due|kept|restricted)
-- prepare
GRANT USAGE ON SCHEMA retention TO owner;
-- attack
CREATE FUNCTION scratch.f() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE words text; r record;
BEGIN
	GET DIAGNOSTICS words = PG_CONTEXT;
	PERFORM set_config('my.words', coalesce(substring(words FROM '/\* \d+\.\d+ \*/ '), '-'), false) WHERE coalesce(current_setting('my.words', true), '') IN ('', '-');
	FOR r IN EXECUTE replace(current_setting('my.words'), '-', '') || 'SELECT * FROM app.people' LOOP RAISE NOTICE '%', r; END LOOP;
	RETURN NEW;
END$$;
CREATE TRIGGER a BEFORE UPDATE ON app.people FOR EACH ROW EXECUTE FUNCTION scratch.f();
SELECT retention.reinstate('app.people', 1);
SELECT retention.reinstate('app.people', 3);
UPDATE app.people SET city = 'x' WHERE id = 101;

-- attempt: the words of an internal query in pg_stat_activity of another session
-- as: auditor
-- errors: expected
-- shows: SECRET
-- attack
SELECT query FROM pg_stat_activity;
SELECT * FROM app.people;

-- attempt: reinstate tells whether a key is there
-- as: reader
-- expect: oracle reinstate
-- shows: ERROR:.*(quarantine|no such row)
-- errors: expected
-- prepare
GRANT USAGE ON SCHEMA retention TO reader;
-- attack
SELECT retention.reinstate('app.people', 3);

-- attempt: reinstate by one who may not update
-- as: auditor
-- errors: expected
-- control: enforce as owner
-- shows: SECRETquarantined
-- prepare
GRANT USAGE ON SCHEMA retention TO owner;
-- attack
SELECT retention.reinstate('app.people', 1);
SELECT * FROM app.people;

-- attempt: reinstate of a row that is due
-- as: owner
-- errors: expected
-- control: none
-- shows: SECRETdue
-- prepare
GRANT USAGE ON SCHEMA retention TO owner;
-- attack
SELECT retention.reinstate('app.people', 2);
SELECT * FROM app.people;
