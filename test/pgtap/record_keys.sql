-- A restriction and a statement are kept under the key of their person, as JSON. It is the same key to every session, however that writes and reads.
BEGIN;
SELECT plan(19);
SET retention.test_now = '2030-06-01 12:00:00+00';
SET client_min_messages = error;

CREATE SCHEMA k;
CREATE TABLE k.measured (id float8 PRIMARY KEY, note text, left_on date);
CREATE TABLE k.narrow (id float4 PRIMARY KEY, note text, left_on date);
CREATE TABLE k.lasting (id tstzrange PRIMARY KEY, note text, left_on date);
CREATE TABLE k.listed (id datemultirange PRIMARY KEY, note text, left_on date);
CREATE TABLE k.between (id interval PRIMARY KEY, note text, left_on date);
CREATE TABLE k.raw (id bytea PRIMARY KEY, note text, left_on date);
CREATE TABLE k.moment (id timestamptz PRIMARY KEY, note text, left_on date);
CREATE TABLE k.documented (id jsonb PRIMARY KEY, note text, left_on date);
CREATE TABLE k.relations (id regclass PRIMARY KEY, note text, left_on date);
CREATE TABLE k.both (a float8, b tstzrange, note text, left_on date, PRIMARY KEY (a, b));
CREATE TABLE k.cases (kind text PRIMARY KEY, key text, setting text, value text);
INSERT INTO k.cases VALUES ('measured', '0.30000000000000004', 'extra_float_digits', '0'), ('narrow', '5592405.5', 'extra_float_digits', '-3'),
    ('lasting', '["2030-02-01 00:00:00+00","2030-02-03 00:00:00+00")', 'datestyle', 'German'),
    ('listed', '{[2030-02-01,2030-02-03)}', 'datestyle', 'SQL, DMY'), ('between', '-1 mons +2 days -03:00:00', 'intervalstyle', 'sql_standard'),
    ('raw', '\x005c78', 'bytea_output', 'escape'), ('moment', '2030-02-01 00:00:00+00', 'timezone', 'Asia/Tokyo'),
    ('documented', 'null', 'datestyle', 'ISO'), ('relations', 'k.raw', 'search_path', 'k, public'),
    ('both', '{"a": 0.30000000000000004, "b": "[2030-02-01 00:00:00+00,2030-02-03 00:00:00+00)"}', 'datestyle', 'German');
DO $$DECLARE c k.cases; BEGIN
    FOR c IN SELECT * FROM k.cases LOOP
        INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode)
            VALUES (c.kind, format('k.%I', c.kind)::regclass, '{left_on}', '10 days', '10 days', 'delete', 'enforce');
        INSERT INTO retention.subject_kind (kind, relation) VALUES (c.kind, format('k.%I', c.kind)::regclass);
        IF c.kind = 'both' THEN INSERT INTO k.both VALUES (0.30000000000000004, '[2030-02-01 00:00:00+00,2030-02-03 00:00:00+00)', 'meant');
        ELSE EXECUTE format('INSERT INTO k.%I VALUES (%L, ''meant'')', c.kind, c.key); END IF;
    END LOOP;
END$$;

CREATE FUNCTION pg_temp.restricted(kind text, key text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE answer jsonb; BEGIN
    IF kind = 'both' THEN answer := retention.restrict(kind, key::jsonb, 'why'); ELSE answer := retention.restrict(kind, key, 'why'); END IF;
    RETURN answer ->> 'restriction_id';
END$$;
-- How many rows stay restricted when one of two restrictions of the same person is lifted; the other was recorded under the setting.
CREATE FUNCTION pg_temp.left_restricted(kind text, key text, setting text, value text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE found bigint; usual text := current_setting(setting); lifted bigint; BEGIN
    PERFORM set_config(setting, value, true);
    PERFORM pg_temp.restricted(kind, key);
    PERFORM set_config(setting, usual, true);
    lifted := pg_temp.restricted(kind, key);
    PERFORM retention.inform_of_lifting(lifted);
    PERFORM retention.lift_restriction(lifted);
    SET LOCAL retention.reveal = on;
    EXECUTE format('SELECT count(*) FROM k.%I WHERE retention.with_flags(retention_clock, 2) OPERATOR(retention.=) retention_clock', kind) INTO found;
    SET LOCAL retention.reveal = off;
    RETURN found;
EXCEPTION WHEN OTHERS THEN RETURN SQLERRM;
END$$;
SELECT is(pg_temp.left_restricted(kind, key, setting, value), '1', format('a restriction recorded under %s = %s stands when another is lifted: %s', setting, value, kind))
    FROM k.cases ORDER BY kind;

-- The key that an export gives to a row names it, under whatever settings it was exported.
SET extra_float_digits = -3;
SET datestyle = 'German';
CREATE TABLE k.parted (a float8, b tstzrange, note text, PRIMARY KEY (a, b));
INSERT INTO retention.subject_kind (kind, relation) VALUES ('parted', 'k.parted');
INSERT INTO k.parted VALUES (0.30000000000000004, '["2030-02-01 00:00:00+00","2030-02-03 00:00:00+00")', 'old'), (0.3, '["2030-01-02 00:00:00+00","2030-03-02 00:00:00+00")', 'other');
CREATE TABLE k.exported AS SELECT (retention.export('parted', '{"a": 0.30000000000000004, "b": "[2030-02-01 00:00:00+00,2030-02-03 00:00:00+00)"}'::jsonb) #>> '{data,0,rows,0,key}')::jsonb AS key;
RESET extra_float_digits;
RESET datestyle;
SELECT lives_ok($$SELECT retention.rectify('parted', key, 'k.parted', key, '{"note": "new"}', 'I was renamed') FROM k.exported$$, 'an exported key names its row');
SELECT results_eq('SELECT note FROM k.parted ORDER BY a', $$VALUES ('other'), ('new')$$, 'an exported key names no other row');

-- A column of a key gets another name: records follow.
SELECT pg_temp.restricted('both', '{"a": 0.30000000000000004, "b": "[2030-02-01 00:00:00+00,2030-02-03 00:00:00+00)"}') AS restriction \gset
ALTER TABLE k.both RENAME COLUMN a TO number;
ALTER TABLE k.parted RENAME COLUMN a TO "the number's";
SELECT lives_ok(format('SELECT retention.inform_of_lifting(%s)', :restriction), 'a person is informed after a column of the key was renamed');
SELECT lives_ok(format('SELECT retention.lift_restriction(%s)', :restriction), 'a restriction is lifted after a column of the key was renamed');
SELECT is((SELECT array_agg(DISTINCT k ORDER BY k) FROM retention.restriction, jsonb_object_keys(key) k WHERE kind = 'both'), '{b,number}'::text[], 'all records of the kind follow');
CREATE TABLE k.copy AS SELECT retention.export('parted', (key - 'a') || jsonb_build_object('the number''s', key -> 'a')) -> 'statements' AS made FROM k.exported;
SELECT is(made #>> '{0,statement}', 'I was renamed', 'a statement is still found') FROM k.copy;
SELECT is((SELECT array_agg(k ORDER BY k) FROM json_object_keys(made #> '{0,key}') k), ARRAY['b', 'the number''s'], 'the row of a statement has the name that it now has') FROM k.copy;
-- What is JSON itself has no columns.
INSERT INTO k.documented VALUES ('{"id": 1}', 'second');
SELECT retention.restrict('documented', '{"id": {"id": 1}}'::jsonb, 'why');
ALTER TABLE k.documented RENAME COLUMN id TO name;
SELECT is((SELECT count(*) FROM retention.restriction WHERE kind = 'documented' AND key = '{"id": 1}'), 1::bigint, 'a value that looks like an object of columns stays');
SELECT lives_ok($$SELECT retention.export('documented', '{"name": {"id": 1}}'::jsonb)$$, 'a value that looks like an object of columns names its row');
SELECT * FROM finish();
ROLLBACK;
