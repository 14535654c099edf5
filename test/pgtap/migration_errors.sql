-- What is wrong with a schema change is said as the server says it where that tells of no row: whoever writes it is not sent to get a right that
-- would not help.
BEGIN;
SELECT plan(8);
SET client_min_messages = error;
SET retention.test_now = '2030-06-01 12:00:00+00';
CREATE ROLE own;
CREATE SCHEMA app AUTHORIZATION own;
SET search_path = app, public;
SET ROLE own;
CREATE TABLE people (id int PRIMARY KEY, name varchar(20), note varchar(20), city varchar(20), zip varchar(20), at timestamptz, left_on date, low text GENERATED ALWAYS AS (lower(name)) STORED);
CREATE VIEW notes AS SELECT note FROM people;
CREATE POLICY cities ON people USING (city <> 'x');
CREATE FUNCTION pass() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER a_zip BEFORE UPDATE ON people FOR EACH ROW WHEN (OLD.zip <> NEW.zip) EXECUTE FUNCTION pass();
RESET ROLE;
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode) VALUES ('people', 'people', '{left_on}', '30 days', '100 years', 'delete', 'enforce');
INSERT INTO people VALUES (1, 'open', 'n', 'c', 'z', '2029-01-01', NULL), (2, 'SECRET', 'SECRET', 'SECRET', 'SECRET', '2029-01-01', '2030-01-01');
CALL retention.sweep();
CREATE FUNCTION pg_temp.answer(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE m text; d text; h text;
BEGIN
	SET LOCAL ROLE own;
	BEGIN
		EXECUTE statement;
		RAISE EXCEPTION 'done';
	EXCEPTION WHEN OTHERS THEN
		GET STACKED DIAGNOSTICS m = MESSAGE_TEXT, d = PG_EXCEPTION_DETAIL, h = PG_EXCEPTION_HINT;
	END;
	RESET ROLE;
	RETURN concat_ws(' | ', m, nullif(rtrim(d, '.'), ''), nullif(h, ''));
END $$;
SELECT is(pg_temp.answer(statement), answer, statement) FROM (VALUES
	('ALTER TABLE people ALTER note TYPE text', 'cannot alter type of a column used by a view or rule | rule _RETURN on view notes depends on column "note"'),
	('ALTER TABLE people ALTER city TYPE text', 'cannot alter type of a column used in a policy definition | policy cities on table people depends on column "city"'),
	('ALTER TABLE people ALTER zip TYPE text', 'cannot alter type of a column used in a trigger definition | trigger a_zip on table people depends on column "zip"'),
	('ALTER TABLE people ALTER name TYPE text', 'cannot alter type of a column used by a generated column | Column "name" is used by generated column "low"'),
	('ALTER TABLE people ALTER id TYPE bigint, ALTER id TYPE int', 'cannot alter type of column "id" twice'),
	('ALTER TABLE people ALTER ctid TYPE text', 'cannot alter system column "ctid"'),
	('CREATE INDEX ON people (ctid)', 'index creation on system columns is not supported')) v (statement, answer);
SELECT is(pg_temp.answer('ALTER TABLE people ALTER name TYPE int USING 1'), 'cannot alter the type of a column of table "people": it holds rows that are hidden by a retention policy | Set retention.reveal as a role that may.', 'what would tell of a row is refused');
SELECT * FROM finish();
ROLLBACK;
