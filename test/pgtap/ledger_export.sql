-- The ledger and the configuration as lines of JSON, which somebody else can verify when the extension is gone.
BEGIN;
SELECT plan(18);

CREATE ROLE app_owner;
CREATE SCHEMA app;
CREATE TABLE app.users (id int PRIMARY KEY, name text, email retention.email('1 year'), ended date);
INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('app.users', 'name', 'name');
INSERT INTO retention.policy (name, relation, clock_starts, timezone, keep_for, action) VALUES ('users', 'app.users', '{ended}', 'UTC', '30 days', 'delete');
INSERT INTO retention.subject_kind (kind, relation, identifying) VALUES ('user', 'app.users', '{email}');
INSERT INTO retention.controller (name, contact) VALUES ('Fjordbygg AS', 'privacy@fjordbygg.example');
INSERT INTO app.users VALUES (1, 'Kari Lie', 'kari@x.example', NULL);
CALL retention.sweep();
SELECT retention.restrict('user', 1, 'accuracy contested by Kari Lie');
SET LOCAL search_path = app, public;
SET LOCAL TimeZone = 'Asia/Kolkata';
SET LOCAL DateStyle = 'SQL, DMY';
UPDATE retention.policy SET purpose = E'a "quoted"\nline, \\ and æøå';

CREATE TEMP TABLE line AS SELECT row_number() OVER () AS n, l, l::jsonb AS j FROM retention.export_ledger() l;
SELECT results_eq($$SELECT j ->> 'kind', count(*) FROM line GROUP BY 1 ORDER BY min(n)$$,
    $$SELECT k, c FROM (VALUES ('database', 1::bigint), ('policy', 1), ('personal_column', 2), ('subject_kind', 1), ('controller', 1), ('entry', (SELECT count(*) FROM retention.ledger))) v (k, c)$$,
    'the database, its configuration and every entry of its ledger');
SELECT is_empty($$SELECT FROM line WHERE l ~ E'\n'$$, 'an object is one line');
SELECT is((SELECT array_agg(j -> 'entry_id' ORDER BY n) FROM line WHERE j ->> 'kind' = 'entry'), (SELECT array_agg(to_jsonb(entry_id) ORDER BY entry_id) FROM retention.ledger), 'entries come in their order');
SELECT is((SELECT j ->> 'head' FROM line WHERE n = 1), retention.ledger_head(), 'the head is in the first line');
SELECT is((SELECT j ->> 'mark' FROM line WHERE n = 1), retention.ledger_head(), 'the mark is in the first line');
SELECT is((SELECT j -> 'verified' ->> 'ok' FROM line WHERE n = 1), 'true', 'what the chain was found to be is in the first line');
SELECT is((SELECT j -> 'formats' ->> 'ledger entry' FROM line WHERE n = 1), '1', 'the format of the entries is in the first line');
SELECT is((SELECT (j ->> 'relation', j ->> 'keep_for', j ->> 'clock_starts')::text FROM line WHERE j ->> 'kind' = 'policy'), '(app.users,"30 days","[""ended""]")',
    'tables are named in full whatever the search_path of the caller is');
SELECT is((SELECT array_agg((j ->> 'column_name') || ' ' || (j ->> 'declared_by') ORDER BY j ->> 'column_name') FROM line WHERE j ->> 'kind' = 'personal_column'), '{email type,name personal_column}',
    'columns that are personal by their type are in it, too');
SELECT is_empty($$SELECT FROM line WHERE l ~* 'kari|contested'$$, 'nothing about persons is in it');

-- By another hand, from the lines alone.
CREATE FUNCTION pg_temp.field(bytea) RETURNS bytea LANGUAGE sql AS
    $$SELECT CASE WHEN $1 IS NULL THEN '\xffffffff'::bytea ELSE int4send(length($1)) || $1 END$$;
CREATE FUNCTION pg_temp.hash_of(e jsonb) RETURNS text LANGUAGE sql AS $$
    SELECT encode(sha256(pg_temp.field(int8send((e ->> 'entry_id')::bigint)) || pg_temp.field(int8send((extract(epoch FROM (e ->> 'at')::timestamptz) * 1000000 - 946684800000000)::bigint)) ||
        pg_temp.field(convert_to(e ->> 'actor', 'UTF8')) || pg_temp.field(convert_to(e ->> 'action', 'UTF8')) || pg_temp.field(int8send((e ->> 'policy_id')::bigint)) ||
        pg_temp.field(convert_to(e ->> 'relation', 'UTF8')) || pg_temp.field(int8send((e ->> 'row_count')::bigint)) || pg_temp.field(convert_to(e ->> 'detail', 'UTF8')) ||
        pg_temp.field(int8send((e ->> 'format')::bigint)) || pg_temp.field(decode(e ->> 'previous', 'hex'))), 'hex') $$;
SELECT is_empty($$SELECT FROM line WHERE j ->> 'kind' = 'entry' AND j ->> 'hash' <> pg_temp.hash_of(j)$$, 'each hash can be computed from its line');
SELECT is_empty($$SELECT FROM line a JOIN line b ON b.n = a.n + 1 AND a.j ->> 'kind' = 'entry' AND b.j ->> 'kind' = 'entry' AND b.j ->> 'previous' <> a.j ->> 'hash'$$, 'each line of an entry carries the hash of the line before');

GRANT USAGE ON SCHEMA retention TO app_owner;
SET ROLE app_owner;
SELECT throws_ok('SELECT retention.export_ledger()', '42501', NULL, 'nobody exports the ledger without a right to');
RESET ROLE;
GRANT EXECUTE ON FUNCTION retention.export_ledger() TO app_owner;
SET ROLE app_owner;
SELECT isnt_empty('SELECT retention.export_ledger()', 'who has the right to export the ledger needs no other');
RESET ROLE;
-- It is named where the extension is about to go.
CREATE FUNCTION pg_temp.hint(what text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE hint text;
BEGIN
    EXECUTE what;
    RETURN 'passes';
EXCEPTION WHEN OTHERS THEN GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT; RETURN hint;
END $$;
SELECT matches(pg_temp.hint('DROP EXTENSION pg_retention CASCADE'), 'retention\.export_ledger\(\)', 'the hint of a refused DROP EXTENSION names the export');
CREATE FUNCTION pg_temp.notice() RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    DROP EXTENSION pg_retention CASCADE;
    RETURN 'dropped';
EXCEPTION WHEN OTHERS THEN RETURN SQLERRM;
END $$;
SELECT matches(pg_temp.notice(), 'column "email"', 'columns of personal types keep the extension');
CREATE TABLE kept AS SELECT l FROM line;
SELECT retention.inform_of_lifting(1);
SELECT retention.lift_restriction(1);
DELETE FROM retention.policy;
DELETE FROM retention.personal_column;
ALTER TABLE users ALTER COLUMN email TYPE text;
DROP TABLE users;
SELECT lives_ok('DROP EXTENSION pg_retention', 'the extension goes');
SELECT isnt_empty('SELECT FROM kept', 'what was exported is there');

SELECT * FROM finish();
ROLLBACK;
