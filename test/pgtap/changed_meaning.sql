-- A command that changes what the words of a policy mean, though they stay the same, moves no row in silence: rows are compared by their
-- dates, and stamped anew; columns by which clocks start do not go.
BEGIN;
SELECT plan(37);
SET client_min_messages = warning;
SET retention.test_now = '2030-01-01 12:00Z';
CREATE ROLE keeper;
GRANT SET ON PARAMETER retention.test_now, retention.reveal, retention.confirm_drop TO keeper;
CREATE SCHEMA app AUTHORIZATION keeper;
GRANT USAGE ON SCHEMA retention TO keeper;
GRANT SELECT, INSERT, UPDATE, DELETE ON retention.policy TO keeper;
GRANT USAGE ON SEQUENCE retention.policy_id_seq TO keeper;
CREATE FUNCTION pg_temp.tried(what text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE what;
    RAISE SQLSTATE 'DN000';
EXCEPTION WHEN SQLSTATE 'DN000' THEN RETURN 'done';
    WHEN OTHERS THEN RETURN SQLSTATE || ' ' || SQLERRM;
END $$;
CREATE FUNCTION pg_temp.policies_of(relation text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE result text;
BEGIN
    PERFORM set_config('retention.reveal', 'on', true);
    EXECUTE format('SELECT string_agg(coalesce(p.name, ''none''), '' '' ORDER BY t.id) FROM %s t LEFT JOIN retention.policy p ON p.policy_id = retention.policy(t.retention_clock)', relation) INTO result;
    PERFORM set_config('retention.reveal', 'off', true);
    RETURN result;
END $$;
CREATE FUNCTION pg_temp.policy(name text, relation text, applies_to text, keep_for text, floor text, mode text DEFAULT 'enforce') RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO retention.policy (name, relation, clock_starts, action, applies_to, keep_for, must_keep_for, quarantine_for, mode)
    VALUES (name, relation::regclass, '{d}', 'delete', applies_to, keep_for::retention.period, floor::retention.period, '9 years', mode);
END $$;

SET ROLE keeper;
CREATE TYPE app.pair AS (a int, b text);
CREATE TYPE app.nested AS (p app.pair, n int);
CREATE DOMAIN app.a_pair AS app.pair;
CREATE TABLE app.whole (id int, k app.pair, d date);
CREATE TABLE app.arrays (id int, k app.pair[], d date);
CREATE TABLE app.nests (id int, k app.nested, d date);
CREATE TABLE app.domains (id int, k app.a_pair, d date);
CREATE TABLE app.spread (id int, k app.pair, d date);
CREATE TABLE app.field (id int, k app.pair, d date);
CREATE TABLE app.other (id int, v text);
CREATE TABLE app.by_table (id int, k app.other, d date);
CREATE TABLE app.plain (id int, v text, d date);
CREATE TABLE app.seen (id int, v text, d date);
CREATE TABLE app.m (id int, v text, d date, e date) PARTITION BY LIST (id);
CREATE TABLE app.m1 PARTITION OF app.m FOR VALUES IN (1);
SELECT pg_temp.policy('whole', 'app.whole', 'k IS NOT NULL', '1 year', NULL);
SELECT pg_temp.policy('arrays', 'app.arrays', 'k[1] IS NOT NULL', '5 years', '5 years');
SELECT pg_temp.policy('nests', 'app.nests', '(k).p IS NOT NULL', '5 years', '5 years');
SELECT pg_temp.policy('domains', 'app.domains', 'k IS NOT NULL', '5 years', '5 years');
SELECT pg_temp.policy('spread', 'app.spread', 'ROW((k).*) IS NOT NULL', '5 years', '5 years');
SELECT pg_temp.policy('field', 'app.field', '(k).a = 1', '5 years', '5 years');
SELECT pg_temp.policy('by table', 'app.by_table', 'k IS NOT NULL', '5 years', '5 years');
SELECT pg_temp.policy('plain', 'app.plain', 'v < ''3''', '5 years', '5 years');
SELECT pg_temp.policy('seen', 'app.seen', 'v < ''3''', '1 year', NULL);
INSERT INTO retention.policy (name, relation, clock_starts, action, applies_to, keep_for) VALUES ('m', 'app.m', '{e}', 'delete', 'id < 0', '1 year');
SELECT pg_temp.policy('m1', 'app.m1', 'v = ''x''', '5 years', '5 years');
INSERT INTO app.whole VALUES (1, (1, 'a'), '2028-01-01'), (2, NULL, '2028-01-01');
INSERT INTO app.arrays VALUES (1, ARRAY[(1, 'a')::app.pair], '2029-06-01');
INSERT INTO app.nests VALUES (1, ((1, 'a'), 2), '2029-06-01');
INSERT INTO app.domains VALUES (1, (1, 'a'), '2029-06-01');
INSERT INTO app.spread VALUES (1, (1, 'a'), '2029-06-01');
INSERT INTO app.field VALUES (1, (1, 'a'), '2029-06-01');
INSERT INTO app.by_table VALUES (1, (1, 'a'), '2029-06-01');
INSERT INTO app.plain VALUES (1, '10', '2029-06-01');
INSERT INTO app.seen VALUES (1, '10', '2028-01-01');
INSERT INTO app.m VALUES (1, 'x', '2029-06-01');

-- A type gets another attribute.
SELECT is(pg_temp.tried('ALTER TYPE app.pair ADD ATTRIBUTE c int'), '55006 policy "whole" hides rows that would reappear',
    'an attribute more does not show rows that were whole without it');
SELECT is(pg_temp.tried('ALTER TYPE app.nested DROP ATTRIBUTE p, ADD ATTRIBUTE p app.pair'), '42501 policy "nests" keeps rows that must be kept',
    'an attribute that goes and comes again releases no row');
SELECT is(pg_temp.tried('ALTER TYPE app.nested ADD ATTRIBUTE more int'), 'done', 'a type has what no condition asks for');
SELECT is(pg_temp.tried('ALTER TABLE app.other ADD COLUMN more int'), '42501 policy "by table" keeps rows that must be kept',
    'a table gets no column while a condition reads whole rows of it');
-- Each alone.
CREATE FUNCTION pg_temp.alone(name text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE other text;
BEGIN
    RESET ROLE;
    SET LOCAL retention.confirm_drop = on;
    DELETE FROM retention.policy p WHERE p.name IN ('whole', 'arrays', 'nests', 'domains', 'spread', 'field') AND p.name <> alone.name;
    SET LOCAL retention.confirm_drop = off;
    SET LOCAL ROLE keeper;
    ALTER TYPE app.pair ADD ATTRIBUTE c int;
    RAISE SQLSTATE 'DN000';
EXCEPTION WHEN SQLSTATE 'DN000' THEN RETURN NEXT 'done';
    WHEN OTHERS THEN RETURN NEXT SQLSTATE || ' ' || SQLERRM;
END $$;
SELECT is(pg_temp.alone('nests'), '42501 policy "nests" keeps rows that must be kept', 'rows inside of rows');
SELECT is(pg_temp.alone('domains'), '42501 policy "domains" keeps rows that must be kept', 'a domain over rows');
SELECT is(pg_temp.alone('spread'), '42501 policy "spread" keeps rows that must be kept', 'all columns of a row, written as a star');
SELECT is(pg_temp.alone('whole'), '55006 policy "whole" hides rows that would reappear', 'what is hidden is not shown');
SELECT is(pg_temp.alone('field'), 'done', 'a condition on one attribute is none on the others');
RESET ROLE;
SET retention.confirm_drop = on;
SELECT is(pg_temp.tried('ALTER TYPE app.pair ADD ATTRIBUTE c int'), 'done', 'a superuser may have it so');
ALTER TYPE app.pair ADD ATTRIBUTE c int;
RESET retention.confirm_drop;
SELECT ok(EXISTS (SELECT FROM retention.ledger WHERE action = 'mandatory period loosened'), 'the ledger says what a command loosened');
SELECT is(pg_temp.policies_of('app.spread'), 'spread', 'rows keep their policy until they are stamped anew');
SELECT ok(EXISTS (SELECT FROM retention.preparation WHERE relation = 'app.spread'::regclass), 'rows are to be stamped anew');
CALL retention.sweep();
SELECT is(pg_temp.policies_of(r), 'none', 'a sweep gives rows the policy that the condition says now: ' || r) FROM unnest('{app.arrays,app.nests,app.domains,app.spread}'::text[]) r;
SELECT is(pg_temp.policies_of('app.field'), 'field', 'a row whose attribute is as it was keeps its policy');
SELECT is_empty($$SELECT r, a.* FROM unnest('{app.whole,app.arrays,app.nests,app.domains,app.spread,app.field}'::regclass[]) r, retention.audit(r) a$$, 'the audit finds rows as their conditions say');
SET ROLE keeper;

-- Columns that a condition reads.
SELECT is(pg_temp.tried($$ALTER TABLE app.plain ALTER v TYPE text USING '9'$$), '42501 policy "plain" keeps rows that must be kept', 'other values of the same type');
SELECT is(pg_temp.tried('ALTER TABLE app.plain ALTER v TYPE int USING v::int'), '42501 policy "plain" keeps rows that must be kept', 'another type, by which values come in another order');
SELECT is(pg_temp.tried('ALTER TABLE app.plain DROP COLUMN v, ADD COLUMN v text'), '42501 policy "plain" keeps rows that must be kept', 'another column by the same name');
SELECT is(pg_temp.tried('ALTER TABLE app.seen DROP COLUMN v, ADD COLUMN v text'), '42501 cannot drop a column of table "seen": it holds rows that are hidden by a retention policy', 'another column by the same name shows nothing');
SELECT is(pg_temp.tried('ALTER TABLE app.m DROP COLUMN v, ADD COLUMN v text'), '42501 policy "m1" keeps rows that must be kept', 'a partition''s, by its root');
SELECT is(pg_temp.tried('ALTER TABLE app.plain ALTER v TYPE varchar(20)'), 'done', 'another type under which the rows are the same');

-- Columns by which clocks start.
SELECT is(pg_temp.tried('ALTER TABLE app.plain DROP COLUMN d, ADD COLUMN d date'), '2BP01 policy "plain" needs column "d" of table "plain" as it is', 'a start is not dropped, whatever comes in its place');
SELECT is(pg_temp.tried('ALTER TABLE app.m DROP COLUMN d, ADD COLUMN d date'), '2BP01 policy "m1" needs column "d" of table "m1" as it is', 'a start of a partition, by its root');
SELECT is(pg_temp.tried('ALTER TABLE app.m ALTER d TYPE date USING ''2020-01-01'''), '2BP01 policy "m1" needs column "d" of table "m1" as it is', 'a start of a partition is given no other values by its root');

-- Functions that a condition calls.
RESET ROLE;
CREATE ROLE intruder;
GRANT USAGE, CREATE ON SCHEMA app TO intruder;
SET ROLE keeper;
CREATE FUNCTION app.is_x(text) RETURNS boolean IMMUTABLE LANGUAGE sql AS $$ SELECT $1 = 'x' $$;
CREATE FUNCTION app.is_y(varchar) RETURNS boolean IMMUTABLE LANGUAGE sql AS $$ SELECT $1 = 'y' $$;
CREATE FUNCTION app.is_y(text) RETURNS boolean IMMUTABLE LANGUAGE sql AS $$ SELECT $1 = 'x' $$;
CREATE TABLE app.called (id int, v varchar, d date);
CREATE TABLE app.picked (id int, v varchar, d date);
SELECT pg_temp.policy('called', 'app.called', 'app.is_x(v)', '5 years', '5 years');
SELECT pg_temp.policy('picked', 'app.picked', 'app.is_y(v)', '5 years', '5 years');
INSERT INTO app.called VALUES (1, 'x', '2029-06-01');
INSERT INTO app.picked VALUES (1, 'y', '2029-06-01');
SET ROLE intruder;
SELECT is(pg_temp.tried($$CREATE FUNCTION app.is_x(varchar) RETURNS boolean IMMUTABLE LANGUAGE sql AS 'SELECT true'$$), '42501 a policy of table "called" would mean something else',
    'somebody else writes no function that a condition would call instead');
CREATE FUNCTION app.is_z(varchar) RETURNS boolean IMMUTABLE LANGUAGE sql AS 'SELECT true';
SELECT is(pg_temp.tried('ALTER FUNCTION app.is_z RENAME TO is_x'), '42501 a policy of table "called" would mean something else', 'somebody else renames no function to one that a condition would call instead');
RESET ROLE;
CREATE SCHEMA beside AUTHORIZATION intruder;
SET ROLE intruder;
CREATE FUNCTION beside.is_x(varchar) RETURNS boolean IMMUTABLE LANGUAGE sql AS 'SELECT true';
SELECT is(pg_temp.tried('ALTER FUNCTION beside.is_x SET SCHEMA app'), '42501 a policy of table "called" would mean something else', 'somebody else moves no function to where a condition would call it instead');
SELECT is(pg_temp.tried($$CREATE FUNCTION app.is_x(int) RETURNS boolean IMMUTABLE LANGUAGE sql AS 'SELECT true'$$), 'done', 'somebody else writes a function that no condition would call');
SET ROLE keeper;
SELECT is(pg_temp.tried($$CREATE FUNCTION app.is_x(varchar) RETURNS boolean IMMUTABLE LANGUAGE sql AS 'SELECT false'$$), '42501 policy "called" keeps rows that must be kept',
    'the owner of the table releases nothing by a function that is found before another');
SELECT is(pg_temp.tried($$CREATE FUNCTION app.is_x(varchar) RETURNS boolean IMMUTABLE LANGUAGE sql AS 'SELECT true'$$), 'done', 'the owner may have another function called by which his rows are kept');
SELECT is(pg_temp.tried('DROP FUNCTION app.is_y(varchar)'), '42501 policy "picked" keeps rows that must be kept', 'the owner of the table releases nothing by a function that is dropped in front of another');
SELECT is(pg_temp.tried('ALTER FUNCTION app.is_x(text) RENAME TO is_it'), 'done', 'a function that is called may be called something else');
SELECT is(pg_temp.tried('ALTER FUNCTION app.is_y(varchar) RENAME TO is_it'), 'done', 'a condition follows a function that is renamed away from another');
SELECT * FROM finish();
ROLLBACK;
