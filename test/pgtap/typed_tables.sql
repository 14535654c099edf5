-- Tables that are made of a composite type change with it: what is declared and configured of their columns follows, as it does when they are
-- altered themselves.
BEGIN;
SELECT plan(26);
SET client_min_messages = warning;
SET retention.test_now = '2030-06-01 12:00:00+00';
CREATE ROLE own;
GRANT SET ON PARAMETER retention.reveal TO own;
CREATE SCHEMA app AUTHORIZATION own;
SET search_path = app, public;
SET ROLE own;
CREATE TABLE people (id int PRIMARY KEY, name text, mail retention.email('2 years', 'redact'), note text, region text, left_on date);
CREATE TABLE north (id int, name text, mail retention.email('2 years', 'redact'), note text, region text, left_on date) PARTITION BY LIST (region);
CREATE TABLE orders (id int, person_id int REFERENCES people);
RESET ROLE;
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode, applies_to) VALUES
	('people', 'people', '{left_on}', '30 days', '100 years', 'delete', 'enforce', NULL), ('north', 'north', '{left_on}', '30 days', '100 years', 'delete', 'enforce', 'name <> ''x''');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode) VALUES ('orders', 'orders', '{person_id.left_on}', '30 days', '100 years', 'delete', 'enforce');
INSERT INTO retention.personal_column (relation, column_name, category, anonymise) VALUES ('people', 'name', 'name', 'null'), ('north', 'note', 'free text', 'redact');
INSERT INTO retention.subject_kind (kind, relation, identifying) VALUES ('person', 'people', '{mail}');
INSERT INTO people VALUES (1, 'open', 'a@example.no', 'n', 'r', NULL), (2, 'SECRET', 'b@example.no', 'n', 'r', '2030-01-01');
INSERT INTO orders VALUES (1, 1), (2, 2);
SELECT format_type(atttypid, atttypmod) AS clock FROM pg_attribute WHERE attrelid = 'people'::regclass AND attname = 'retention_clock' \gset
CREATE TYPE app.person AS (id int, name text, mail retention.email('2 years', 'redact'), note text, region text, left_on date, retention_clock :clock);
ALTER TYPE app.person OWNER TO own;
ALTER TABLE people OF app.person;
ALTER TABLE north OF app.person;
CALL retention.sweep();
CREATE FUNCTION pg_temp.declared() RETURNS text LANGUAGE sql AS $$
	SELECT string_agg(concat_ws(' ', relation, column_name, category, anonymise, keep_for, declared_by), ', ' ORDER BY relation::text, column_name) FROM retention.personal_columns $$;
CREATE FUNCTION pg_temp.given(settings text, statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE h text;
BEGIN
	SET LOCAL ROLE own;
	PERFORM set_config('retention.reveal', settings, true);
	BEGIN
		EXECUTE statement;
	EXCEPTION WHEN OTHERS THEN
		GET STACKED DIAGNOSTICS h = PG_EXCEPTION_HINT;
		RESET ROLE;
		SET LOCAL retention.reveal = off;
		RETURN concat_ws(' ', SQLSTATE, SQLERRM, substring(h FROM 'retention\.\w+'));
	END;
	RESET ROLE;
	SET LOCAL retention.reveal = off;
	RETURN 'done';
END $$;
SELECT is(pg_temp.declared(), 'north mail email redact 2 years type, north note free text redact personal_column, people mail email redact 2 years type, people name name null personal_column', 'what is declared');

-- Renamed.
SELECT is(pg_temp.given('off', 'ALTER TYPE person RENAME ATTRIBUTE name TO nom CASCADE'), 'done', 'an attribute is renamed');
SELECT is(pg_temp.given('off', 'ALTER TYPE person RENAME ATTRIBUTE note TO remark CASCADE'), 'done', 'another is renamed');
SELECT is(pg_temp.given('off', 'ALTER TYPE person RENAME ATTRIBUTE mail TO post CASCADE'), 'done', 'an attribute that identifies persons is renamed');
SELECT is(pg_temp.declared(), 'north post email redact 2 years type, north remark free text redact personal_column, people nom name null personal_column, people post email redact 2 years type', 'declarations follow');
SELECT is(applies_to, '(nom <> ''x''::text)', 'a condition follows') FROM retention.policy WHERE name = 'north';
SELECT is(identifying, '{post}', 'a kind of persons follows') FROM retention.subject_kind;
SELECT is(pg_temp.given('off', 'ALTER TYPE person RENAME ATTRIBUTE left_on TO gone_on CASCADE'), 'done', 'a start is renamed');
SELECT is(string_agg(name || ' ' || clock_starts::text, ', ' ORDER BY name), 'north {gone_on}, orders {person_id.gone_on}, people {gone_on}', 'starts follow, also at the end of a way') FROM retention.policy;
SELECT is(pg_temp.given('off', 'ALTER TYPE person RENAME ATTRIBUTE retention_clock TO clk CASCADE'), 'done', 'the clock is renamed');
SELECT is((SELECT count(*) FROM people), 1::bigint, 'a renamed clock hides what it hid');
SELECT is(string_agg(what, ', '), NULL, 'all is well') FROM retention.check() WHERE NOT ok AND what NOT IN ('worker is alive', 'time is not injected', 'database is the one to act in');
SELECT is(pg_temp.given('off', 'ALTER TYPE person RENAME ATTRIBUTE nom TO name CASCADE'), 'done', 'renamed back');

-- Of another type.
SELECT is(pg_temp.given('off', 'ALTER TYPE person ALTER ATTRIBUTE post TYPE text CASCADE'), 'done', 'an attribute has a type that says nothing');
SELECT is(pg_temp.declared(), 'north post email redact 2 years personal_column, north remark free text redact personal_column, people name name null personal_column, people post email redact 2 years personal_column', 'what its type said goes on');
SELECT is(pg_temp.given('on', 'ALTER TYPE person ALTER ATTRIBUTE gone_on TYPE timestamptz CASCADE'), '2BP01 policy "people" needs column "gone_on" of table "people" as it is', 'a start of another type');
SELECT is(pg_temp.given('on', 'ALTER TYPE person ALTER ATTRIBUTE gone_on TYPE date CASCADE'), 'done', 'a start of the same type');
SELECT is(pg_temp.given('off', 'ALTER TYPE person ALTER ATTRIBUTE id TYPE bigint CASCADE'), 'done', 'a key that each value has');
SELECT is(pg_temp.given('off', 'ALTER TYPE person ALTER ATTRIBUTE name TYPE varchar(3) CASCADE'), '42501 cannot alter the type of a column of table "people": it holds rows that are hidden by a retention policy retention.reveal', 'an attribute of a type that a value may not have');
SELECT is(pg_temp.given('off', 'ALTER TYPE person ALTER ATTRIBUTE name TYPE retention.person_name CASCADE'), 'done', 'a type that says something');
SELECT is(pg_temp.declared() ~ 'north name name null type', true, 'what a new type says is declared');

-- Dropped.
SELECT is(pg_temp.given('off', 'ALTER TYPE person DROP ATTRIBUTE remark CASCADE'), '42501 cannot drop a column of table "people": it holds rows that are hidden by a retention policy retention.confirm_drop', 'an attribute that is dropped');
SET retention.confirm_drop = on;
SELECT is(pg_temp.given('off', 'ALTER TYPE person DROP ATTRIBUTE remark CASCADE'), 'done', 'an attribute whose loss is confirmed');
SELECT is(string_agg(concat_ws(' ', relation, column_name, category), ', '), 'north remark free text', 'what was said of it is kept') FROM retention.dropped_column;
RESET retention.confirm_drop;
SELECT is(pg_temp.given('off', 'ALTER TYPE person ADD ATTRIBUTE remark text CASCADE'), 'done', 'an attribute in place of a dropped one');
SELECT is(pg_temp.declared() ~ 'north remark free text redact', true, 'an attribute in place of another is declared as that was');
SELECT * FROM finish();
ROLLBACK;
