-- One way to name a row by its key: whoever takes a key takes the same spellings of it, and finds the same row or gives the same error.
BEGIN;
SET retention.test_now = '2030-06-01 12:00:00+00';
SET client_min_messages = error;
SET datestyle = 'ISO';
SET timezone = 'UTC';

CREATE SCHEMA r;
CREATE SCHEMA k;
CREATE EXTENSION citext SCHEMA r;
CREATE COLLATION r.ignoring_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
CREATE TYPE r.mood AS ENUM ('glad', 'sad');
CREATE DOMAIN r.number AS int CHECK (VALUE > 0);
CREATE DOMAIN r.word AS text CHECK (VALUE <> 'never');
CREATE DOMAIN r.letter AS char(1);
CREATE DOMAIN r.nick AS r.citext;
CREATE DOMAIN r.amount AS numeric(9, 2);
CREATE DOMAIN r.id AS uuid;
CREATE DOMAIN r.day AS date;
CREATE DOMAIN r.feeling AS r.mood;

-- columns of the key and their types; the key of the row that is meant, that of another row.
CREATE TABLE r.kinds (kind text PRIMARY KEY, columns text[], types text[], meant text[], other text[]);
INSERT INTO r.kinds VALUES
    ('int', '{id}', '{int}', '{42}', '{43}'),
    ('bigint', '{id}', '{bigint}', '{5000000000}', '{43}'),
    ('text', '{id}', '{text}', '{42}', '{a}'),
    ('varchar', '{id}', '{varchar(3)}', '{abc}', '{ab}'),
    ('char1', '{id}', '{char(1)}', '{a}', '{b}'),
    ('char6', '{id}', '{char(6)}', '{ab}', '{abc}'),
    ('byte', '{id}', '{"\"char\""}', '{a}', '{b}'),
    ('name', '{id}', '{name}', ARRAY[repeat('n', 63)], '{b}'),
    ('citext', '{id}', '{r.citext}', '{Ab}', '{b}'),
    ('folded', '{id}', '{text COLLATE r.ignoring_case}', '{Ab}', '{b}'),
    ('uuid', '{id}', '{uuid}', '{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}', '{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a12}'),
    ('numeric', '{id}', '{numeric}', '{1.0}', '{1.5}'),
    ('moment', '{id}', '{timestamptz}', '{2030-01-01 12:00:00+00}', '{2030-01-01 13:00:00+00}'),
    ('date', '{id}', '{date}', '{2030-01-01}', '{2030-01-02}'),
    ('boolean', '{id}', '{boolean}', '{t}', '{f}'),
    ('enum', '{id}', '{r.mood}', '{glad}', '{sad}'),
    ('document', '{id}', '{jsonb}', ARRAY['"a"'], '{1}'),
    ('number', '{id}', '{r.number}', '{42}', '{43}'),
    ('word', '{id}', '{r.word}', '{a}', '{b}'),
    ('letter', '{id}', '{r.letter}', '{a}', '{b}'),
    ('nick', '{id}', '{r.nick}', '{Ab}', '{b}'),
    ('amount', '{id}', '{r.amount}', '{1.00}', '{1.01}'),
    ('id', '{id}', '{r.id}', '{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}', '{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a12}'),
    ('day', '{id}', '{r.day}', '{2030-01-01}', '{2030-01-02}'),
    ('feeling', '{id}', '{r.feeling}', '{glad}', '{sad}'),
    ('Capital', '{"The \"Id\""}', '{int}', '{42}', '{43}'),
    ('two', '{tenant,no}', '{int,char(1)}', '{1,a}', '{1,b}'),
    ('three', '{"The Tenant",day,"it''s"}', '{r.citext,date,numeric}', '{Ab,2030-01-01,1.0}', '{Ab,2030-01-01,2}');

-- How a key is written, and what comes of it: the row that is meant, or an error.
CREATE TABLE r.spellings (no int GENERATED ALWAYS AS IDENTITY, kind text, key text, outcome text);
INSERT INTO r.spellings (kind, key, outcome) VALUES
    ('int', '42::bigint', 'meant'), ('int', $$'42'::text$$, 'meant'), ('int', $$' 42 '::text$$, 'meant'), ('int', $$'42'::jsonb$$, 'meant'),
    ('int', $$'"42"'::jsonb$$, 'meant'), ('int', $$'{"id": 42}'::jsonb$$, 'meant'), ('int', $$'{"id": "42"}'::jsonb$$, 'meant'),
    ('int', '44::bigint', 'P0002'), ('int', $$'one'::text$$, '22P02'), ('int', '5000000000::bigint', '22003'), ('int', $$'1.5'::jsonb$$, '22P02'),
    ('int', $$'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid$$, '22P02'), ('int', $$'{"id": 42, "more": 1}'::jsonb$$, '22023'),
    ('int', $$'{"ID": 42}'::jsonb$$, '22023'), ('int', $$'{"id": null}'::jsonb$$, '22023'), ('int', $$'{}'::jsonb$$, '22023'),
    ('int', $$'[42]'::jsonb$$, '22023'), ('int', $$'null'::jsonb$$, '22023'), ('int', 'NULL::bigint', '22004'), ('int', 'NULL::jsonb', '22004'),
    ('bigint', '5000000000::bigint', 'meant'), ('bigint', $$'5000000000'::jsonb$$, 'meant'),
    ('text', '42::bigint', 'meant'), ('text', $$'42'::text$$, 'meant'), ('text', $$'42'::jsonb$$, 'meant'), ('text', $$'"42"'::jsonb$$, 'meant'),
    ('text', $$'42 '::text$$, 'P0002'), ('text', $$''::text$$, 'P0002'),
    ('varchar', $$'abc'::text$$, 'meant'), ('varchar', $$'abcd'::text$$, 'P0002'), ('varchar', $$'{"id": "abcd"}'::jsonb$$, 'P0002'),
    ('char1', $$'a'::text$$, 'meant'), ('char1', $$'a  '::text$$, 'meant'), ('char1', $$'ab'::text$$, 'P0002'), ('char1', $$'"ab"'::jsonb$$, 'P0002'),
    ('char6', $$'ab'::text$$, 'meant'), ('char6', $$'"ab    "'::jsonb$$, 'meant'), ('char6', $$'{"id": "ab"}'::jsonb$$, 'meant'),
    ('char6', $$'abcdefg'::text$$, 'P0002'),
    ('byte', $$'a'::text$$, 'meant'), ('byte', $$'ab'::text$$, '22001'), ('byte', $$'"ab"'::jsonb$$, '22001'),
    ('name', $$repeat('n', 63)$$, 'meant'), ('name', $$repeat('n', 64)$$, '22001'), ('name', $$to_jsonb(repeat('n', 64))$$, '22001'),
    ('citext', $$'AB'::text$$, 'meant'), ('citext', $$'"ab"'::jsonb$$, 'meant'), ('citext', $$'{"id": "aB"}'::jsonb$$, 'meant'), ('citext', $$'abc'::text$$, 'P0002'),
    ('folded', $$'AB'::text$$, 'meant'), ('folded', $$'"ab"'::jsonb$$, 'meant'),
    ('uuid', $$'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid$$, 'meant'), ('uuid', $$'{A0EEBC999C0B4EF8BB6D6BB9BD380A11}'::text$$, 'meant'),
    ('uuid', $$'"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"'::jsonb$$, 'meant'), ('uuid', '1::bigint', '22P02'),
    ('numeric', '1::bigint', 'meant'), ('numeric', $$'1.00'::text$$, 'meant'), ('numeric', $$'1.00'::jsonb$$, 'meant'), ('numeric', $$'1.04'::jsonb$$, 'P0002'),
    ('moment', $$'2030-01-01 12:00:00+00'::text$$, 'meant'), ('moment', $$'"2030-01-01T13:00:00+01:00"'::jsonb$$, 'meant'),
    ('moment', $$'2030-01-01 12:00'::text$$, 'meant'), ('moment', $$'2030-13-01'::text$$, '22008'), ('moment', '1::bigint', '22007'),
    ('date', $$'2030-01-01'::text$$, 'meant'), ('date', $$'{"id": "20300101"}'::jsonb$$, 'meant'), ('date', $$'2030-02-30'::text$$, '22008'),
    ('boolean', $$'true'::jsonb$$, 'meant'), ('boolean', $$'yes'::text$$, 'meant'), ('boolean', '1::bigint', 'meant'),
    ('enum', $$'glad'::text$$, 'meant'), ('enum', $$'{"id": "glad"}'::jsonb$$, 'meant'), ('enum', $$'mad'::text$$, '22P02'),
    ('document', $$'"a"'::text$$, 'meant'), ('document', $$'"a"'::jsonb$$, 'meant'), ('document', $$'{"id": "a"}'::jsonb$$, 'meant'),
    ('document', $$'a'::text$$, '22P02'), ('document', $$'{"a": 1}'::jsonb$$, '22023'), ('document', $$'[1]'::jsonb$$, 'P0002'),
    ('number', '42::bigint', 'meant'), ('number', $$'{"id": 42}'::jsonb$$, 'meant'), ('number', '-1::bigint', 'P0002'), ('number', $$'x'::text$$, '22P02'),
    ('word', $$'a'::text$$, 'meant'), ('word', $$'never'::text$$, 'P0002'),
    ('letter', $$'a'::text$$, 'meant'), ('letter', $$'ab'::text$$, 'P0002'),
    ('nick', $$'AB'::text$$, 'meant'), ('nick', $$'{"id": "ab"}'::jsonb$$, 'meant'),
    ('amount', '1::bigint', 'meant'), ('amount', $$'1.0'::jsonb$$, 'meant'), ('amount', $$'1.004'::text$$, 'P0002'),
    ('id', $$'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid$$, 'meant'), ('day', $$'2030-01-01'::text$$, 'meant'), ('feeling', $$'"glad"'::jsonb$$, 'meant'),
    ('Capital', '42::bigint', 'meant'), ('Capital', $$'{"The \"Id\"": 42}'::jsonb$$, 'meant'), ('Capital', $$'{"the \"id\"": 42}'::jsonb$$, '22023'),
    ('two', $$'{"no": "a", "tenant": 1}'::jsonb$$, 'meant'), ('two', $$'{"no": "a ", "tenant": "1"}'::jsonb$$, 'meant'),
    ('two', $$'{"no": "ab", "tenant": 1}'::jsonb$$, 'P0002'), ('two', $$'{"tenant": 1}'::jsonb$$, '22023'),
    ('two', $$'{"no": null, "tenant": 1}'::jsonb$$, '22023'), ('two', $$'{"no": "a", "tenant": 1, "x": 1}'::jsonb$$, '22023'),
    ('two', $$'{"no": "a", "x": 1}'::jsonb$$, '22023'), ('two', '1::bigint', '22023'), ('two', $$'{"no": "a", "tenant": 1}'::text$$, '22023'),
    ('two', $$'[1, "a"]'::jsonb$$, '22023'), ('two', $$'"a"'::jsonb$$, '22023'), ('two', $$'{"no": "a", "tenant": "one"}'::jsonb$$, '22P02'),
    ('three', $$'{"The Tenant": "AB", "day": "2030-01-01", "it''s": 1.00}'::jsonb$$, 'meant'),
    ('three', $$'{"The Tenant": "AB", "day": "2030-01-01", "its": 1.00}'::jsonb$$, '22023'),
    ('three', $$'{"The Tenant": "AB", "day": "2030-01-01"}'::jsonb$$, '22023');

SELECT plan((SELECT count(*)::int FROM r.spellings) + 7);

DO $$DECLARE k r.kinds; definitions text; names text; BEGIN
    FOR k IN SELECT * FROM r.kinds LOOP
        SELECT string_agg(format('%I %s', c, t), ', ' ORDER BY n), string_agg(quote_ident(c), ', ' ORDER BY n) INTO definitions, names
            FROM unnest(k.columns, k.types) WITH ORDINALITY u (c, t, n);
        EXECUTE format('CREATE TABLE k.%I (%s, note text, left_on date, PRIMARY KEY (%s))', k.kind, definitions, names);
        INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode)
            VALUES (k.kind, format('k.%I', k.kind)::regclass, '{left_on}', '10 days', '10 days', 'delete', 'enforce');
        EXECUTE format('INSERT INTO k.%I VALUES (%s, ''meant'', ''2030-05-15''), (%s, ''other'', ''2030-05-15'')', k.kind,
            (SELECT string_agg(quote_literal(v), ', ' ORDER BY n) FROM unnest(k.meant) WITH ORDINALITY u (v, n)),
            (SELECT string_agg(quote_literal(v), ', ' ORDER BY n) FROM unnest(k.other) WITH ORDINALITY u (v, n)));
        INSERT INTO retention.subject_kind (kind, relation) VALUES (k.kind, format('k.%I', k.kind)::regclass);
    END LOOP;
END$$;

-- What is left of a call when it is undone: which row it found, or its error, with all that it says but that there is no such row.
CREATE FUNCTION pg_temp.outcome(call text, seen text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE found text; state text; message text; detail text; hint text; BEGIN
    BEGIN
        EXECUTE call;
        SET LOCAL retention.reveal = on;
        EXECUTE seen INTO found;
        RAISE EXCEPTION USING ERRCODE = 'ZZ000', MESSAGE = coalesce(found, 'none');
    EXCEPTION WHEN OTHERS THEN
        GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    END;
    RETURN CASE state WHEN 'ZZ000' THEN message WHEN 'P0002' THEN state WHEN '22004' THEN state
        ELSE concat_ws('; ', state, message, nullif(detail, ''), nullif(hint, '')) END;
END$$;

CREATE FUNCTION pg_temp.lift(restriction json) RETURNS void LANGUAGE sql AS $$
    SELECT retention.inform_of_lifting((restriction ->> 'restriction_id')::bigint);
    SELECT retention.lift_restriction((restriction ->> 'restriction_id')::bigint)$$;

-- The outcome of each call that takes a key, those with the same outcome in one.
CREATE FUNCTION pg_temp.outcomes(kind text, key text) RETURNS text LANGUAGE sql AS $$
    WITH canonical (key) AS (SELECT format('(SELECT %s FROM r.kinds k WHERE k.kind = %L)',
            CASE WHEN cardinality(k.columns) > 1 OR kind = 'document' THEN 'jsonb_object(k.columns, k.meant)' ELSE 'to_jsonb(k.meant[1])' END, kind)
        FROM r.kinds k WHERE k.kind = outcomes.kind),
    -- A jsonb key is not its text.
    whole (key) AS (SELECT CASE WHEN kind = 'document' THEN $q$'"a"'::jsonb$q$ ELSE canonical.key END FROM canonical),
    calls (name, call, seen) AS (SELECT 'reinstate', format('SELECT retention.reinstate(%L, %s)', format('k.%I', kind), key),
            format('SELECT string_agg(note, '','') FROM k.%I WHERE left_on IS NULL', kind)
        UNION ALL SELECT 'export', format('CREATE TEMPORARY TABLE exported ON COMMIT DROP AS SELECT retention.export(%L, %s)::text AS document', kind, key),
            'SELECT CASE WHEN document ~ ''"meant"'' THEN ''meant'' END FROM exported'
        UNION ALL SELECT 'erase', format('SELECT retention.erase(%L, %s)', kind, key), format('SELECT CASE WHEN string_agg(note, '','') = ''other'' THEN ''meant'' END FROM k.%I', kind)
        UNION ALL SELECT 'restrict', format('SELECT retention.restrict(%L, %s, ''why'')', kind, key),
            format('SELECT string_agg(note, '','') FROM k.%I WHERE retention.with_flags(retention_clock, 2) OPERATOR(retention.=) retention_clock', kind)
        UNION ALL SELECT 'lift', format('SELECT pg_temp.lift(retention.restrict(%L, %s, ''why''))', kind, key),
            format('SELECT CASE WHEN count(*) = 0 THEN ''meant'' END FROM k.%I WHERE retention.with_flags(retention_clock, 2) OPERATOR(retention.=) retention_clock', kind)
        UNION ALL SELECT 'rectify', format('SELECT retention.rectify(%L, %s, %L, %s, ''{"note": "new"}'')', kind, outcomes.key, format('k.%I', kind), w.key),
            format('SELECT CASE WHEN string_agg(note, '','' ORDER BY note) = ''new,other'' THEN ''meant'' END FROM k.%I', kind) FROM whole w
        UNION ALL SELECT 'row', format('SELECT retention.rectify(%L, %s, %L, %s, ''{"note": "new"}'')', kind, w.key, format('k.%I', kind), outcomes.key),
            format('SELECT CASE WHEN string_agg(note, '','' ORDER BY note) = ''new,other'' THEN ''meant'' END FROM k.%I', kind) FROM whole w WHERE outcomes.key ~ 'json'),
    outcomes (name, outcome) AS (SELECT name, pg_temp.outcome(call, seen) FROM calls),
    alike (names, outcome) AS (SELECT string_agg(name, ', ' ORDER BY name), outcome FROM outcomes GROUP BY outcome)
    SELECT CASE WHEN count(*) = 1 THEN min(outcome) ELSE string_agg(format('%s: %s', names, outcome), E'\n' ORDER BY names) END FROM alike$$;

SELECT is((SELECT CASE WHEN o !~ '\n' THEN regexp_replace(o, ';.*', '') ELSE o END FROM pg_temp.outcomes(kind, key) o), outcome,
    format('all that take a key take %s for one of type %s alike', key, kind)) FROM r.spellings ORDER BY no;

-- What an error says.
CREATE TABLE k.keyless (note text, left_on date);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action) VALUES ('keyless', 'k.keyless', '{left_on}', '10 days', 'delete');
SELECT is(pg_temp.outcome($$SELECT retention.reinstate('k.keyless', 1)$$, NULL),
    '42704; table "keyless" has no primary key; Rows are named by their primary key, or by a unique index over NOT NULL columns: add one.', 'a table without a key has no rows to name');
SELECT is(pg_temp.outcomes('two', $$'{"tenant": 1}'::jsonb$$),
    '22023; the key of table "two" is (tenant, no); Column "no" is missing.; Give a jsonb object with a value for each of these columns.', 'a column that is missing is named');
SELECT is(pg_temp.outcomes('two', $$'{"no": null, "tenant": 1}'::jsonb$$),
    '22023; the key of table "two" is (tenant, no); Column "no" is null.; Give a jsonb object with a value for each of these columns.', 'a column that is null is named');
SELECT is(pg_temp.outcomes('two', $$'{"no": "a", "tenant": 1, "x": 1}'::jsonb$$),
    '22023; the key of table "two" is (tenant, no); Field "x" is none of them.; Give a jsonb object with a value for each of these columns.', 'a field that is no column is named');
SELECT is(pg_temp.outcomes('int', $$'[42]'::jsonb$$), '22023; the key of table "int" is (id); Give its value.', 'an array is not the value of a key');
SELECT is(pg_temp.outcomes('name', $$repeat('n', 64)$$), '22001; the value is too long for a key of type name; Column "id" of table "name" cuts it, and would name another row.', 'a value that the type would cut is refused');
-- Persons have no such key, for sets are made of theirs.
CREATE TABLE k.listed (id int[] PRIMARY KEY, note text, left_on date);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode) VALUES
    ('listed', 'k.listed', '{left_on}', '10 days', '10 days', 'delete', 'enforce');
INSERT INTO k.listed VALUES ('{1,2}', 'meant', '2030-05-15'), ('{1}', 'other', '2030-05-15');
SELECT is(pg_temp.outcome($$SELECT retention.reinstate('k.listed', '{1,2}'::text)$$, 'SELECT note FROM k.listed WHERE left_on IS NULL'), 'meant',
    'an array names a row');
SELECT * FROM finish();
ROLLBACK;
