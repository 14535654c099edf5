-- What commands and maintenance functions evaluate over hidden rows: nothing a user wrote is given them, and no error shows them.
BEGIN;
SELECT plan(48);
SELECT v >= 180000 AS from18, v >= 190000 AS from19 FROM CAST(current_setting('server_version_num') AS int) v \gset

SET client_min_messages = error;
SET retention.test_now = '2030-06-01 12:00:00+00';
CREATE ROLE own;
CREATE ROLE stranger;
CREATE SCHEMA app AUTHORIZATION own;
GRANT USAGE ON SCHEMA app TO stranger;
SET search_path = app, public;

-- SQLSTATE, and whatever of the error shows the secret; "done" where there is none.
CREATE FUNCTION pg_temp.try(role text, statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE m text; d text; h text; c text;
BEGIN
    EXECUTE format('SET LOCAL ROLE %I', role);
    BEGIN
        EXECUTE statement;
        RESET ROLE;
        RETURN 'done';
    EXCEPTION WHEN OTHERS THEN
        GET STACKED DIAGNOSTICS m = MESSAGE_TEXT, d = PG_EXCEPTION_DETAIL, h = PG_EXCEPTION_HINT, c = PG_EXCEPTION_CONTEXT;
        RESET ROLE;
        IF concat(m, d, h, split_part(c, 'SQL statement', 1)) ~ 'SECRET' THEN RETURN SQLSTATE || ' shows ' || concat_ws('|', m, d, h, c); END IF;
        RETURN SQLSTATE;
    END;
END $$;
CREATE FUNCTION pg_temp.says(role text, statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('SET LOCAL ROLE %I', role);
    BEGIN
        EXECUTE statement;
    EXCEPTION WHEN OTHERS THEN
        RESET ROLE;
        RETURN SQLERRM;
    END;
    RESET ROLE;
    RETURN 'done';
END $$;
-- How often a user's function was called.
CREATE SEQUENCE public.calls MINVALUE 0;
GRANT ALL ON SEQUENCE public.calls TO PUBLIC;

SET ROLE own;
CREATE FUNCTION app.spy(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$BEGIN PERFORM nextval('public.calls'); RETURN $1; END$$;
CREATE FUNCTION app.far(float8, float8) RETURNS float8 LANGUAGE plpgsql IMMUTABLE AS $$BEGIN PERFORM nextval('public.calls'); RETURN $1 - $2; END$$;
CREATE TYPE app.span AS RANGE (subtype = float8, subtype_diff = app.far);
CREATE TABLE people (id int NOT NULL, name text, at span, born date, left_on date);
-- Written to by itself, and then by those who clean up.
CREATE TABLE blocks (id int, name text, left_on date) WITH (autovacuum_enabled = off);
CREATE TABLE plain (id int, name text, at span, left_on date);
RESET ROLE;
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode)
SELECT t, t::regclass, '{left_on}', '30 days', '100 years', 'delete', 'enforce' FROM unnest('{people,blocks,plain}'::text[]) t;
SET retention.test_now = '2028-01-15 12:00:00+00';
SET ROLE own;
INSERT INTO people SELECT n, 'open', span(n, n + 1), '2000-01-01', NULL FROM generate_series(10, 40) n;
INSERT INTO people VALUES (1, 'SECRET', '[7777,8888]', '2000-01-01', '2028-01-15'), (2, 'timezone', '[7777,8888]', '2000-01-01', '2028-01-15');
INSERT INTO blocks SELECT n, 'open', NULL FROM generate_series(10, 40) n;
INSERT INTO blocks VALUES (1, 'SECRET', '2028-01-15');
INSERT INTO plain SELECT n, 'open', span(n, n + 1), NULL FROM generate_series(10, 40) n;
RESET ROLE;
SET retention.test_now = '2030-06-01 12:00:00+00';
CALL retention.sweep();
SET LOCAL retention.reveal = on;
SELECT is((SELECT count(*) FROM people WHERE name = 'SECRET'), 1::bigint, 'there is a hidden row to be shown');
SET LOCAL retention.reveal = off;
SELECT is((SELECT count(*) FROM people WHERE name = 'SECRET'), 0::bigint, 'the row to be shown is hidden');
SELECT setval('public.calls', 0) \g /dev/null

-- Extended statistics on an expression that fails.
SAVEPOINT clean;
SELECT is(pg_temp.try('own', 'CREATE STATISTICS st ON (CASE WHEN id < 3 THEN name::int END) FROM people'), '42501',
    'statistics on an expression are refused: each ANALYZE would tell whether it fails');
SET LOCAL retention.reveal = on;
CREATE STATISTICS st ON (CASE WHEN id < 3 THEN name::int END) FROM people;
SET LOCAL retention.reveal = off;
SELECT is(pg_temp.try('own', 'ANALYZE people'), 'done', 'ANALYZE passes over statistics on an expression that fails');
SELECT is(pg_temp.try('postgres', 'ANALYZE people'), 'done', 'a superuser''s, too');
SELECT is(pg_temp.try('own', 'ANALYZE'), 'done', 'ANALYZE of the whole database passes');
SELECT is((SELECT count(*) FROM pg_stats WHERE tablename = 'plain'), 0::bigint, 'statistics of governed tables stay hidden');
SELECT cmp_ok((SELECT reltuples FROM pg_class WHERE relname = 'plain'), '>', 0::real, 'the other tables are analysed');
ROLLBACK TO clean;
-- Statistics may stand on what is not immutable: a function of the server's that writes somewhere.
SAVEPOINT clean;
SET LOCAL retention.reveal = on;
CREATE STATISTICS st ON (lo_from_bytea(0, name::bytea)) FROM people;
SET LOCAL retention.reveal = off;
SELECT is(pg_temp.try('own', 'ANALYZE people'), 'done', 'ANALYZE passes over statistics that write');
SELECT is((SELECT count(*) FROM pg_largeobject_metadata), 0::bigint, 'statistics that write have written nothing');
ROLLBACK TO clean;
-- A user's function in an index, in its condition, in a range type.
SAVEPOINT clean;
SET LOCAL retention.reveal = on;
CREATE INDEX spied ON people (spy(name));
CREATE INDEX conditional ON people (id) WHERE spy(name) <> '';
CREATE INDEX ranges ON people USING gist (at);
SET LOCAL retention.reveal = off;
SELECT setval('public.calls', 0) \g /dev/null
SELECT is(pg_temp.try('own', 'ANALYZE people'), 'done', 'ANALYZE passes over indexes with a user''s function');
SELECT is(pg_temp.try('own', 'ANALYZE people (at)'), 'done', 'ANALYZE passes over ranges that a user''s function measures');
SELECT is(pg_temp.try('own', 'REINDEX INDEX spied'), '42501', 'REINDEX with it is refused');
SELECT is(pg_temp.try('own', 'REINDEX INDEX ranges'), '42501', 'REINDEX of ranges with a user''s function is refused');
SELECT is(pg_temp.try('postgres', 'REINDEX TABLE people'), '42501', 'to a superuser, too');
SELECT is(pg_temp.try('own', 'CREATE INDEX ON people USING gist (at)'), '42501', 'an index on ranges that a user''s function measures');
SELECT is(pg_temp.try('own', 'ALTER TABLE people SET UNLOGGED'), '42501', 'a table that is rewritten');
SELECT is((SELECT last_value FROM public.calls), 0::bigint, 'the functions were given nothing');
ROLLBACK TO clean;
SELECT is(pg_temp.try('own', 'ANALYZE plain'), 'done', 'where nothing is hidden, it is analysed as ever');
SELECT cmp_ok((SELECT last_value FROM public.calls), '>', 0::bigint, 'with the function');
SELECT setval('public.calls', 0) \g /dev/null

-- An expression of the server's own that fails.
SAVEPOINT clean;
SET LOCAL retention.reveal = on;
SET ROLE own;
UPDATE people SET name = '1';
CREATE INDEX fails ON people ((CASE WHEN id < 3 THEN name::int END));
RESET ROLE;
-- As after a failed build CONCURRENTLY, a row may be written that the index cannot take.
UPDATE pg_index SET indisready = false WHERE indexrelid = 'fails'::regclass;
UPDATE people SET name = 'SECRET';
SET LOCAL retention.reveal = off;
SELECT is(pg_temp.try('own', 'REINDEX INDEX fails'), '22P02', 'REINDEX over an expression that fails shows no value');
SELECT is(pg_temp.says('own', 'REINDEX INDEX fails'), 'the command failed, and its error could show rows that are hidden by a retention policy', 'REINDEX over an expression that fails says why it shows nothing');
SELECT is(pg_temp.try('own', 'ANALYZE people'), 'done', 'ANALYZE leaves it out');
ROLLBACK TO clean;

-- Constraints that are checked when they change.
\if :from18
SELECT is(pg_temp.try('own', 'ALTER TABLE people ALTER CONSTRAINT people_id_not_null INHERIT'), '42501', 'a NOT NULL that becomes inherited');
\else
SELECT skip('18: a NOT NULL that becomes inherited');
\endif
\if :from19
SELECT is(pg_temp.try('own', 'ALTER TABLE people ADD CONSTRAINT checked CHECK (name::int > 0) NOT ENFORCED; ALTER TABLE people ALTER CONSTRAINT checked ENFORCED'),
    '42501', 'a CHECK that becomes enforced');
\else
SELECT skip('19: a CHECK that becomes enforced');
\endif

-- Partitions.
SET ROLE own;
CREATE TABLE below_expression (LIKE people INCLUDING DEFAULTS) PARTITION BY LIST ((name::int));
CREATE TABLE beside_index (LIKE people INCLUDING DEFAULTS) PARTITION BY LIST (id);
CREATE INDEX ON beside_index ((name::int));
CREATE TABLE ordinary (LIKE people INCLUDING DEFAULTS) PARTITION BY LIST (name);
RESET ROLE;
SELECT is(pg_temp.try('own', 'ALTER TABLE below_expression ATTACH PARTITION people FOR VALUES IN (1)'), '42501', 'ATTACH below an expression');
SELECT is(pg_temp.try('own', 'ALTER TABLE beside_index ATTACH PARTITION people FOR VALUES IN (1)'), '42501', 'ATTACH beside an index over an expression');
SELECT is(pg_temp.try('own', 'ALTER TABLE ordinary ATTACH PARTITION people FOR VALUES IN (''open'')'), '23514', 'ATTACH of rows that do not fit shows none');
SAVEPOINT clean;
SET LOCAL retention.reveal = on;
UPDATE people SET name = id::text;
ALTER TABLE below_expression ATTACH PARTITION people DEFAULT;
SET LOCAL retention.reveal = off;
SELECT is(pg_temp.try('own', 'CREATE TABLE another PARTITION OF below_expression FOR VALUES IN (7)'), '42501', 'a partition beside a default one that holds hidden rows');
SELECT is(pg_temp.try('own', 'CREATE FOREIGN TABLE another PARTITION OF below_expression FOR VALUES IN (7) SERVER nowhere'), '42501', 'a foreign one, too');
ROLLBACK TO clean;

-- Functions that maintain indexes.
SAVEPOINT clean;
SET LOCAL retention.reveal = on;
CREATE INDEX summaries ON blocks USING brin (spy(name));
SET LOCAL retention.reveal = off;
SELECT setval('public.calls', 0) \g /dev/null
SELECT is(pg_temp.try('own', 'SELECT brin_desummarize_range(''summaries'', 0)'), '42501', 'brin_desummarize_range');
SELECT is(pg_temp.try('own', 'SELECT brin_summarize_new_values(''summaries'')'), '42501', 'brin_summarize_new_values');
SELECT is(pg_temp.try('own', 'SELECT brin_summarize_range(i, 0) FROM (SELECT ''summaries''::regclass AS i) AS x'), '42501', 'brin_summarize_range');
SELECT is(pg_temp.try('postgres', 'SELECT brin_summarize_new_values(''summaries'')'), '42501', 'a superuser''s');
SELECT is(pg_temp.try('own', 'SELECT gin_clean_pending_list(''summaries'')'), '42809', 'an index of another kind is no obstacle');
SELECT is((SELECT last_value FROM public.calls), 0::bigint, 'the function was given nothing');
DROP INDEX summaries;
CREATE INDEX summaries ON blocks USING brin (id);
SELECT is(pg_temp.try('own', 'SELECT brin_summarize_new_values(''summaries'')'), 'done', 'an index on a column is maintained as ever');
ROLLBACK TO clean;

-- Who may not is told so by the server, before anything else is told.
SELECT matches(pg_temp.says('stranger', statement), '^(must be owner|permission denied|must be able)', statement) FROM (VALUES
    ('ALTER TABLE app.people ALTER name TYPE varchar'), ('ALTER TABLE app.people ALTER left_on TYPE text'),
    ('CREATE UNIQUE INDEX ON app.people (name)'), ('ALTER TABLE app.people DROP retention_clock'),
    ('ALTER TABLE app.people DISABLE TRIGGER ALL'), ('CREATE TRIGGER zz BEFORE INSERT ON app.people FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()'),
    ('TRUNCATE app.people'), ('DROP TABLE app.people')) v (statement);
SELECT is(pg_temp.try('own', 'TRUNCATE app.people'), '42501', 'TRUNCATE tells the owner that there are hidden rows');

-- Every function that takes a relation by its number has a verdict, on this version and in what of contrib is here.
\set judged `grep -oE '^    .".*", k' src/guard/commands.cpp | grep -oE '[a-z0-9_]{5,}'`
DO $$
DECLARE e text;
BEGIN
    FOR e IN SELECT name FROM pg_available_extensions WHERE name IN ('amcheck', 'pageinspect', 'pg_buffercache', 'pg_freespacemap', 'pg_prewarm',
        'pg_surgery', 'pg_visibility', 'pg_walinspect', 'pg_logicalinspect', 'pgrowlocks', 'pgstattuple') LOOP
        EXECUTE format('CREATE EXTENSION IF NOT EXISTS %I SCHEMA public', e);
    END LOOP;
END $$;
SELECT is(array(SELECT DISTINCT proname::text FROM pg_proc WHERE 'regclass'::regtype = ANY (proargtypes) AND (pronamespace = 'pg_catalog'::regnamespace
        OR oid IN (SELECT objid FROM pg_depend d JOIN pg_extension x ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = x.oid
            WHERE d.classid = 'pg_proc'::regclass AND x.extname NOT IN ('pg_retention', 'pgtap')))
    EXCEPT SELECT regexp_split_to_table(:'judged', '\s+')), '{}', 'every function that takes a relation is judged');
SELECT cmp_ok(array_length(regexp_split_to_array(:'judged', '\s+'), 1), '>', 30, 'by the table in the code');

SELECT * FROM finish();
ROLLBACK;
