-- What a schema change takes of hidden rows beside their columns: attributes of columns, and what of a value another type has no room for.
BEGIN;
SELECT plan(110);
SET client_min_messages = error;
SET retention.test_now = '2030-06-01 12:00:00+00';
CREATE ROLE own;
GRANT SET ON PARAMETER retention.reveal TO own;
CREATE SCHEMA app AUTHORIZATION own;
SET search_path = app, public;
SET ROLE own;
CREATE DOMAIN country AS text;
SELECT format('CREATE TYPE place%s AS (street text, zip text, country country)', n) FROM generate_series(1, 9) n \gexec
CREATE TYPE mood AS ENUM ('well', 'ill');
CREATE TYPE moods AS ENUM ('ill', 'fair', 'well');
CREATE TYPE good AS ENUM ('well', 'fair');
CREATE TYPE trip AS (started place3, n int);
CREATE DOMAIN spot AS place4;
CREATE TYPE span AS RANGE (subtype = place5);
CREATE TABLE source (id int, street text, zip text);
CREATE TABLE one (id int, at place1, left_on date);
CREATE TABLE many (id int, at place2[], left_on date);
CREATE TABLE nested (id int, at trip[], left_on date);
CREATE TABLE named (id int, at spot, left_on date);
CREATE TABLE ranged (id int, at span, left_on date);
CREATE TABLE rowed (id int, at source, left_on date);
CREATE TABLE parted (id int, at place6, left_on date) PARTITION BY LIST (id);
CREATE TABLE parted_2 PARTITION OF parted FOR VALUES IN (2);
CREATE TABLE kept (id int PRIMARY KEY, at place7, name text, n numeric(8, 2), left_on date);
CREATE TABLE limited (id int PRIMARY KEY, at place8, name text, left_on date);
CREATE TABLE shown (id int, at place9, n numeric(8, 2), left_on date);
CREATE TABLE values (id int, at timestamp(3), stamp timestamptz, n numeric(8, 2), r double precision, name varchar(20), padded char(8), big bigint, mood mood, flag boolean, key uuid, i interval, b bit(4), tags varchar(20)[], left_on date);
RESET ROLE;
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode)
SELECT t, t::regclass, '{left_on}', '30 days', '100 years', 'delete', 'enforce' FROM unnest('{one,many,nested,named,ranged,rowed,parted,limited,shown,values}'::text[]) t;
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, must_keep_for, reference, mode) VALUES
	('kept', 'kept', '{left_on}', '30 days', 'delete', '10 years', 'Bookkeeping Act', 'enforce');
INSERT INTO one VALUES (2, ('a', 'b', 'c'), '2030-01-01');
INSERT INTO many VALUES (2, ARRAY[('a', 'b', 'c')::place2], '2030-01-01');
INSERT INTO nested VALUES (2, ARRAY[(('a', 'b', 'c'), 1)::trip], '2030-01-01');
INSERT INTO named VALUES (2, ('a', 'b', 'c'), '2030-01-01');
INSERT INTO ranged VALUES (2, span(('a', 'b', 'c')::place5, NULL), '2030-01-01');
INSERT INTO rowed VALUES (2, (1, 'a', 'b'), '2030-01-01');
INSERT INTO parted VALUES (2, ('a', 'b', 'c'), '2030-01-01');
INSERT INTO kept VALUES (2, ('a', 'b', 'c'), 'SECRET', 1.25, '2030-01-01');
INSERT INTO limited VALUES (2, ('a', 'b', 'c'), 'SECRET', NULL);
INSERT INTO shown VALUES (2, ('a', 'b', 'c'), 1.25, NULL);
INSERT INTO values VALUES (2, '2029-01-01 12:34:56.789', '2029-01-01 12:34:56.789Z', 1.25, 1.0000000001, 'SECRET', 'x', 1, 'ill', true, '00000000-0000-0000-0000-000000000001', '1 day 2 hours', '1000', '{SECRET}', '2030-01-01');
INSERT INTO retention.subject_kind (kind, relation) VALUES ('person', 'app.limited');
SELECT retention.restrict('person', '2', 'contested') \g /dev/null
CALL retention.sweep();

-- SQLSTATE, and the setting that the hint names; "done" where there is no error. What was done is taken back.
CREATE FUNCTION pg_temp.under(settings text, statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE h text; s text := 'done';
BEGIN
	SET LOCAL ROLE own;
	PERFORM set_config('retention.reveal', CASE WHEN settings ~ 'reveal' THEN 'on' ELSE 'off' END, true), set_config('retention.confirm_drop', CASE WHEN settings ~ 'confirm' THEN 'on' ELSE 'off' END, true);
	BEGIN
		EXECUTE statement;
		RAISE EXCEPTION 'taken back' USING ERRCODE = 'T0000';
	EXCEPTION WHEN OTHERS THEN
		IF SQLSTATE <> 'T0000' THEN
			GET STACKED DIAGNOSTICS h = PG_EXCEPTION_HINT;
			s := concat_ws(' ', SQLSTATE, substring(h FROM 'retention\.(confirm_drop|reveal)'));
			IF s !~ '^(42501|RT00)' THEN s := s || ' ' || SQLERRM; END IF;
		END IF;
	END;
	RESET ROLE;
	PERFORM set_config('retention.reveal', 'off', true), set_config('retention.confirm_drop', 'off', true);
	RETURN s;
END $$;

-- An attribute goes from each column of its type, of its array, of what is made of it.
CREATE TABLE pg_temp.attributes (type text, of text);
INSERT INTO pg_temp.attributes VALUES ('place1', 'a type'), ('place2', 'an array'), ('place3', 'a type in an array of another'), ('place4', 'a domain'), ('place5', 'a range'), ('place6', 'a partition');
SELECT is(pg_temp.under(settings, format('ALTER TYPE %I DROP ATTRIBUTE zip', type)), expected, format('an attribute of %s, %s', of, settings))
FROM pg_temp.attributes, (VALUES ('', '42501 confirm_drop'), ('reveal', '42501 confirm_drop'), ('confirm', 'done')) v (settings, expected);
SELECT is(pg_temp.under(settings, 'ALTER TABLE source DROP COLUMN zip'), expected, 'a column of a table whose rows are values, ' || settings)
FROM (VALUES ('', '42501 confirm_drop'), ('reveal', '42501 confirm_drop'), ('confirm', 'done')) v (settings, expected);
SELECT is(pg_temp.under('', 'ALTER TYPE place1 ADD ATTRIBUTE floor int'), 'done', 'an attribute more loses nothing');
SELECT is(pg_temp.under('', 'ALTER TYPE place1 RENAME ATTRIBUTE zip TO code'), 'done', 'another name for an attribute loses nothing');
SELECT is(pg_temp.under('', 'ALTER TYPE place9 DROP ATTRIBUTE zip'), 'done', 'of rows that show their writers may take an attribute');
SELECT matches(pg_temp.under('', 'DROP DOMAIN country CASCADE'), '^(42501 confirm_drop|RT00)', 'attributes that go with their own type');
SELECT is(pg_temp.under('reveal and confirm', 'ALTER TYPE place7 DROP ATTRIBUTE zip'), 'RT001', 'an attribute of rows that law keeps');
SELECT is(pg_temp.under('reveal and confirm', 'ALTER TYPE place8 DROP ATTRIBUTE zip'), 'RT002', 'an attribute of restricted rows');

-- What a value is replaced by, or has no room for, is lost, too.
CREATE TABLE pg_temp.cuts (statement text);
INSERT INTO pg_temp.cuts VALUES ('ALTER TABLE values ALTER at TYPE date'), ('ALTER TABLE values ALTER at TYPE timestamp(0)'), ('ALTER TABLE values ALTER stamp TYPE time'), ('ALTER TABLE values ALTER n TYPE int'),
	('ALTER TABLE values ALTER n TYPE numeric(8, 1)'), ('ALTER TABLE values ALTER r TYPE real'), ('ALTER TABLE values ALTER r TYPE numeric'), ('ALTER TABLE values ALTER i TYPE interval day'), ('ALTER TABLE values ALTER name TYPE name'),
	('ALTER TABLE values ALTER name TYPE text USING upper(name)'), ('ALTER TABLE values ALTER name TYPE text USING name::char(4)'), ('SET LOCAL extra_float_digits = -10; ALTER TABLE values ALTER r TYPE text');
SELECT is(pg_temp.under(settings, statement), expected, format('cut, %s: %s', settings, statement))
FROM pg_temp.cuts, (VALUES ('', '42501 reveal'), ('confirm', '42501 reveal'), ('reveal', '42501 confirm_drop'), ('reveal and confirm', 'done')) v (settings, expected);
SELECT is(pg_temp.under(settings, statement), expected, format('may fail, %s: %s', settings, statement)) FROM (VALUES ('', '42501 reveal'), ('reveal', 'done')) w (settings, expected),
	(VALUES ('ALTER TABLE values ALTER name TYPE varchar(10)'), ('ALTER TABLE values ALTER n TYPE numeric(6, 2)'), ('ALTER TABLE values ALTER big TYPE int'), ('ALTER TABLE values ALTER tags TYPE varchar(10)[]'), ('ALTER TABLE values ALTER padded TYPE char(4)'), ('ALTER TABLE values ALTER name TYPE char(40)')) v (statement);
SELECT is(pg_temp.under('', statement), 'done', 'neither cut nor failing: ' || statement) FROM (VALUES ('ALTER TABLE values ALTER padded TYPE char(20)'), ('ALTER TABLE values ALTER padded TYPE varchar(8)'), ('ALTER TABLE values ALTER tags TYPE text[]'),
	('ALTER TABLE values ALTER tags TYPE varchar(40)[]'), ('ALTER TABLE values ALTER r TYPE text'), ('ALTER TABLE values ALTER mood TYPE moods USING mood::text::moods'), ('ALTER TABLE values ALTER mood TYPE varchar(255)'), ('ALTER TABLE values ALTER big TYPE varchar(255) USING big::varchar(255)'),
	('ALTER TABLE values ALTER big TYPE varchar(20)'), ('ALTER TABLE values ALTER flag TYPE varchar(5)'), ('ALTER TABLE values ALTER key TYPE varchar(36)')) v (statement);
SELECT is(pg_temp.under('', statement), '42501 reveal', 'cut or failing: ' || statement) FROM (VALUES ('ALTER TABLE values ALTER mood TYPE good USING mood::text::good'), ('ALTER TABLE values ALTER big TYPE varchar(19)'), ('ALTER TABLE values ALTER big TYPE varchar(19) USING big::varchar(19)'),
	('ALTER TABLE values ALTER name TYPE mood USING name::text::mood'), ('ALTER TABLE values ALTER flag TYPE varchar(4)')) v (statement);
SELECT is(pg_temp.under('reveal and confirm', format('ALTER TABLE %I ALTER %s', relation, form)), state, format('lost to nobody: %s, %s', relation, form)) FROM (VALUES ('kept', 'RT001'), ('limited', 'RT002')) k (relation, state),
	(VALUES ('name TYPE text USING '''''), ('at TYPE text USING NULL')) v (form);
SELECT is(pg_temp.under('reveal and confirm', 'ALTER TABLE kept ALTER n TYPE int'), 'RT001', 'lost to nobody: digits');
SELECT is(pg_temp.under('reveal', 'ALTER TABLE shown ALTER n TYPE int'), 'done', 'of rows that show their writers may cut values');
SELECT matches(pg_temp.under('reveal', 'ALTER TABLE values ALTER name TYPE int'), '^42804', 'what cannot be assigned is said by the server');

SELECT * FROM finish();
ROLLBACK;
