-- What is recorded of persons follows a command that writes their keys otherwise, or the command is refused.
\set ON_ERROR_STOP on
\set QUIET on
CREATE EXTENSION IF NOT EXISTS pgtap;
CREATE EXTENSION IF NOT EXISTS citext;
SET client_min_messages = error;
SET retention.test_now = '2040-03-01 10:00:00 Europe/Oslo';
SELECT no_plan();

CREATE SCHEMA re;
CREATE ROLE re_owner;
GRANT USAGE, CREATE ON SCHEMA re TO re_owner;
INSERT INTO retention.purpose (name, legal_basis, direct_marketing, caps) VALUES ('news', 'legitimate interest', true, '{1 per calendar year}'), ('survey', 'consent', false, '{}');
INSERT INTO retention.recipient (name, role, purposes, country) VALUES ('Print', 'processor', '{news,survey}', 'NO');

-- A table of persons 1 to 9, of which 1 to 4 have records of all sorts; 3 is gone, in a way that no trigger sees.
CREATE FUNCTION re.make(name text, type text, key text) RETURNS void LANGUAGE plpgsql AS $$BEGIN
    EXECUTE format('CREATE TABLE re.%I (id %s PRIMARY KEY, email text, other uuid, left_on date)', name, type);
    EXECUTE format('INSERT INTO re.%I SELECT %s, %L || i || ''@x.example'', (''00000000-0000-0000-0000-00000000000'' || i)::uuid FROM generate_series(1, 9) i', name, key, name);
    EXECUTE format('ALTER TABLE re.%I OWNER TO re_owner', name);
    INSERT INTO retention.subject_kind (kind, relation, identifying) VALUES (name, format('re.%I', name)::regclass, '{email}');
END$$;
CREATE FUNCTION re.say(kind text, key jsonb) RETURNS void LANGUAGE plpgsql AS $$BEGIN
    PERFORM retention.give_consent(kind, key, 'survey', 'box of ' || key::text), retention.open_request('access', kind, key),
        retention.disclose('Print', 'survey', kind, key, 'address'), retention.object(kind, key, 'news'), retention.restrict(kind, key, 'asked');
    INSERT INTO retention.contact_count VALUES (key::text, 'news', kind, ARRAY['2040-01-01'::timestamptz]);
    INSERT INTO retention.statement (kind, key, relation, row_key, statement, made_at) SELECT k.kind, say.key, k.relation, say.key, 'says so', now() FROM retention.subject_kind k WHERE k.kind = say.kind;
END$$;
CREATE FUNCTION re.of(wanted_kind text, wanted jsonb) RETURNS text LANGUAGE sql AS $$
    SELECT coalesce(string_agg(t, ' ' ORDER BY t), 'nothing') FROM (SELECT 'consent' AS t, kind, key FROM retention.consent UNION ALL SELECT 'counter', kind, key::jsonb FROM retention.contact_count
        UNION ALL SELECT 'disclosure', kind, key FROM retention.disclosure UNION ALL SELECT 'objection', kind, key FROM retention.objection_key UNION ALL SELECT 'statement', kind, key FROM retention.statement
        UNION ALL SELECT 'request', kind, key FROM retention.request UNION ALL SELECT 'restriction', kind, key FROM retention.restriction) x WHERE key = wanted AND kind = wanted_kind $$;
\set all '\'consent counter disclosure objection request restriction statement\''

-- A number becomes a text: each person keeps what is recorded.
SELECT re.make('person', 'int', 'i');
SELECT re.say('person', to_jsonb(i)) FROM generate_series(1, 4) i;
SET ROLE re_owner;
ALTER TABLE re.person ALTER COLUMN id TYPE bigint;
ALTER TABLE re.person ALTER COLUMN id TYPE text;
RESET ROLE;
SELECT is(re.of('person', '"1"') || '; ' || re.of('person', '1'), :all || '; nothing', 'what is recorded of a person follows the key from a number to a text');
SELECT is(re.of('person', '"2"') || '; ' || re.of('person', '"4"'), :all || '; ' || :all, 'the records of each person follow');
SELECT is(retention.may_contact('person', '1'::text, 'news'), false, 'an objection holds after the key has another type');
SELECT is(json_array_length(retention.export('person', '1'::text) -> 'requests'), 1, 'a copy has the requests of a person whose key has another type');
SELECT is_empty($$SELECT * FROM retention.records_of_nobody()$$, 'no record is nobody''s after the change of a type');
BEGIN;
SAVEPOINT s;
ALTER TABLE re.person ALTER COLUMN id TYPE int USING id::int;
SELECT is(re.of('person', '2'), :all, 'records follow a text that becomes a number');
ROLLBACK TO s;
SELECT is(re.of('person', '"2"'), :all, 'records are where they were when the command is taken back');
COMMIT;
SELECT re.say('person', '"9"');
ALTER TABLE re.person ALTER COLUMN email TYPE varchar(200), ALTER COLUMN id TYPE uuid USING other;
SELECT is(re.of('person', '"00000000-0000-0000-0000-000000000009"') || '; ' || re.of('person', '"9"'), :all || '; nothing', 'records follow an expression that names another column');
ALTER TABLE re.person ALTER COLUMN id TYPE text;
SELECT is(re.of('person', '"00000000-0000-0000-0000-000000000001"'), :all, 'records stay under a key that is written as it was');

-- What cannot be followed is refused, and only where something is recorded.
SELECT throws_ok($$ALTER TABLE re.person DROP COLUMN id, ADD COLUMN id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY$$, '2BP01',
    'objections, consents or other records name persons of kind "person" by column "id" of table person', 'a key is not replaced by another one of its name');
SELECT throws_ok($$ALTER TABLE re.person ALTER COLUMN id TYPE uuid USING gen_random_uuid()$$, '2BP01',
    'records of persons of kind "person" cannot follow column "id" of table person, which gets values that nobody can know before', 'a key does not become another value each time');
CREATE SEQUENCE re.numbers INCREMENT 100;
CREATE FUNCTION re.lies() RETURNS text LANGUAGE plpgsql STABLE AS $$BEGIN RETURN nextval('re.numbers'); END$$;
GRANT USAGE ON SEQUENCE re.numbers TO re_owner;
SELECT throws_ok($$ALTER TABLE re.person ALTER COLUMN id TYPE text USING id || re.lies()$$, '2BP01',
    'records of 5 persons of kind "person" do not follow their keys', 'records are not lost where a function does not keep what it says of itself');
SELECT throws_ok($$ALTER TABLE re.person ALTER COLUMN id TYPE int USING nowhere$$, '42703', 'column "nowhere" does not exist', 'an expression that is wrong is an error as the server has it');
SELECT throws_ok($$ALTER TABLE re.person ALTER COLUMN id TYPE int USING left_on$$, '42804', NULL, 'an expression of another type is an error as the server has it');
SELECT throws_ok($$ALTER TABLE re.person ALTER COLUMN id TYPE int USING email::int$$, '22P02', NULL, 'a value that does not fit is an error');
SELECT throws_ok($$ALTER TABLE re.person ALTER COLUMN id TYPE int USING 1$$, '23505', NULL, 'keys that become one are an error');
SELECT is(re.of('person', '"00000000-0000-0000-0000-000000000001"'), :all, 'records stay where the command fails');
SET ROLE pg_read_all_data;
SELECT throws_ok($$ALTER TABLE re.person ALTER COLUMN id TYPE uuid USING id::uuid$$, '42501', NULL, 'whoever does not own the table is refused');
RESET ROLE;
SELECT re.make('unsaid', 'int', 'i');
ALTER TABLE re.unsaid ALTER COLUMN id TYPE uuid USING gen_random_uuid();
ALTER TABLE re.unsaid DROP COLUMN id, ADD COLUMN id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY;
SELECT is((SELECT max(id) FROM re.unsaid), 9, 'a key of which nothing is recorded may become anything');

-- One gets the key that another had, and whoever gets the key of somebody who is gone inherits nothing.
SELECT re.make('shifted', 'int', 'i');
SELECT retention.give_consent('shifted', i, 'survey', 'box of ' || i) FROM generate_series(1, 4) i;
INSERT INTO retention.contact_count VALUES ('30', 'news', 'shifted', ARRAY['2040-01-01'::timestamptz]);
ALTER TABLE re.shifted ALTER COLUMN id TYPE bigint USING CASE WHEN id = 9 THEN 30 ELSE id + 1 END;
SELECT is((SELECT string_agg(key::text || ' ' || how, ', ' ORDER BY key) FROM retention.consent WHERE kind = 'shifted'), '2 box of 1, 3 box of 2, 4 box of 3, 5 box of 4', 'records follow where one gets the key of another');
SELECT is(re.of('shifted', '30'), 'nothing', 'whoever gets the key of somebody who is gone inherits nothing');

-- A key of several columns, with names of their own, of which one or all change.
CREATE TABLE re.pair ("Si te" int, code numeric(6, 2), n int, PRIMARY KEY (code, "Si te"));
INSERT INTO re.pair SELECT 1, i, i FROM generate_series(1, 3) i;
INSERT INTO retention.subject_kind (kind, relation) VALUES ('pair', 're.pair');
SELECT re.say('pair', '{"code": 2.00, "Si te": 1}');
ALTER TABLE re.pair ALTER COLUMN code TYPE int;
SELECT is(re.of('pair', '{"code": 2, "Si te": 1}'), :all, 'records follow where a column of several is rounded');
ALTER TABLE re.pair ALTER COLUMN "Si te" TYPE text USING 'site ' || "Si te", ALTER COLUMN code TYPE varchar(9) USING pair.code + pair.n;
SELECT is(re.of('pair', '{"code": "4", "Si te": "site 1"}'), :all, 'records follow where all columns of a key change');

-- Keys that are written in several ways, and are equal in another way afterwards.
CREATE COLLATION re.caseless (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
SELECT re.make('caseless', 'citext', $$'A' || i$$);
SELECT re.say('caseless', '"a1"');
SELECT re.say('caseless', '"A2"');
ALTER TABLE re.caseless ALTER COLUMN id TYPE text;
SELECT is(re.of('caseless', '"A1"') || '; ' || re.of('caseless', '"A2"'), :all || '; ' || :all, 'records that were written in another way are found as the row has it');
INSERT INTO retention.contact_count VALUES ('"a3"', 'news', 'caseless', ARRAY['2040-01-01'::timestamptz]);
ALTER TABLE re.caseless ALTER COLUMN id TYPE text COLLATE re.caseless;
SELECT is(re.of('caseless', '"A1"') || '; ' || re.of('caseless', '"a3"'), :all || '; nothing', 'nobody inherits by another collation');
CREATE DOMAIN re.code AS text CHECK (value <> '');
ALTER TABLE re.caseless ALTER COLUMN id TYPE re.code USING lower(id);
SELECT is(re.of('caseless', '"a2"'), :all, 'records follow into a domain');

-- Tables of several.
CREATE TABLE re.parts (id int, region int, PRIMARY KEY (id, region)) PARTITION BY LIST (region);
CREATE TABLE re.parts_1 (dropped text, region int NOT NULL, id int NOT NULL);
ALTER TABLE re.parts_1 DROP COLUMN dropped;
ALTER TABLE re.parts ATTACH PARTITION re.parts_1 FOR VALUES IN (1);
CREATE TABLE re.parts_2 PARTITION OF re.parts FOR VALUES IN (2);
INSERT INTO re.parts VALUES (1, 1), (2, 2);
INSERT INTO retention.subject_kind (kind, relation) VALUES ('part', 're.parts');
SELECT re.say('part', '{"id": 1, "region": 1}'), re.say('part', '{"id": 2, "region": 2}');
ALTER TABLE re.parts ALTER COLUMN id TYPE text USING region || '-' || id;
SELECT is(re.of('part', '{"id": "1-1", "region": 1}') || '; ' || re.of('part', '{"id": "2-2", "region": 2}'), :all || '; ' || :all, 'records of persons of each partition follow');
CREATE TABLE re.above (id int, email text);
CREATE TABLE re.below (CONSTRAINT below_key PRIMARY KEY (id)) INHERITS (re.above);
CREATE TYPE re.form AS (id int, email text);
CREATE TABLE re.formed OF re.form (PRIMARY KEY (id));
INSERT INTO re.below VALUES (1), (2);
INSERT INTO re.formed VALUES (1), (2);
INSERT INTO retention.subject_kind (kind, relation) VALUES ('below', 're.below'), ('formed', 're.formed');
SELECT re.say('below', '2'), re.say('formed', '2');
ALTER TABLE re.above ALTER COLUMN id TYPE text;
ALTER TYPE re.form ALTER ATTRIBUTE id TYPE text CASCADE;
SELECT is(re.of('below', '"2"'), :all, 'records follow where a table above has another type');
SELECT is(re.of('formed', '"2"'), :all, 'records follow where the type of a table has another attribute');
ALTER TABLE re.above ALTER COLUMN id TYPE int USING id::int + 10;
SELECT is(re.of('below', '12'), :all, 'records follow an expression that names the table above');

-- Rows that whoever alters the table does not see.
SELECT re.make('unseen', 'int', 'i');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode) VALUES ('unseen', 're.unseen', '{left_on}', '10 days', '300 days', 'delete', 'enforce');
CALL retention.sweep();
SELECT re.say('unseen', '1'), re.say('unseen', '2');
UPDATE re.unseen SET left_on = '2040-01-01' WHERE id <= 2;
SET retention.reveal = on;
ALTER TABLE re.unseen ALTER COLUMN id TYPE text;
SET retention.reveal = off;
SELECT is(re.of('unseen', '"2"'), :all, 'records of persons whose rows are hidden follow');
SELECT re.make('ruled', 'int', 'i');
ALTER TABLE re.ruled ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
SELECT re.say('ruled', '2');
SET ROLE re_owner;
SELECT is((SELECT count(*) FROM re.ruled), 0::bigint, 'the owner sees none of the rows');
ALTER TABLE re.ruled ALTER COLUMN id TYPE text;
RESET ROLE;
SELECT is(re.of('ruled', '"2"'), :all, 'records of persons whom row security hides follow');

-- Whose key is none any more.
CREATE TABLE re.coded (id int PRIMARY KEY, code int UNIQUE);
INSERT INTO re.coded SELECT i, i FROM generate_series(1, 3) i;
INSERT INTO retention.subject_kind (kind, relation, key) VALUES ('coded', 're.coded', '{code}');
SELECT retention.give_consent('coded', i, 'survey', 'box') FROM generate_series(1, 3) i;
ALTER TABLE re.coded ALTER COLUMN code TYPE text USING CASE WHEN code <> 2 THEN code END;
SELECT is((SELECT string_agg(key::text, ' ' ORDER BY key) FROM retention.consent WHERE kind = 'coded'), '"1" "3"', 'records of whoever has no key any more end');

-- A label of an enum.
CREATE TYPE re.place AS ENUM ('oslo', 'moss');
CREATE DOMAIN re.town AS re.place;
CREATE TABLE re.placed (id re.place PRIMARY KEY);
CREATE TABLE re.housed (town re.town, was text, n int, PRIMARY KEY (town, was, n));
INSERT INTO re.placed VALUES ('oslo'), ('moss');
INSERT INTO re.housed VALUES ('oslo', 'oslo', 1), ('moss', 'oslo', 1);
INSERT INTO retention.subject_kind (kind, relation) VALUES ('placed', 're.placed'), ('housed', 're.housed');
SELECT re.say('placed', '"oslo"'), re.say('placed', '"moss"'), re.say('housed', '{"town": "oslo", "was": "oslo", "n": 1}'), re.say('housed', '{"town": "moss", "was": "oslo", "n": 1}');
ALTER TYPE re.place RENAME VALUE 'oslo' TO 'Christiania';
SELECT is(re.of('placed', '"Christiania"') || '; ' || re.of('placed', '"moss"') || '; ' || re.of('placed', '"oslo"'), :all || '; ' || :all || '; nothing', 'records follow a label that has another name');
SELECT is(re.of('housed', '{"town": "Christiania", "was": "oslo", "n": 1}') || '; ' || re.of('housed', '{"town": "moss", "was": "oslo", "n": 1}'), :all || '; ' || :all, 'a label is followed in its column alone');
ALTER TYPE re.place ADD VALUE 'bergen';
SELECT is(retention.may_contact('placed', 'Christiania'::text, 'news'), false, 'an objection holds after a label has another name');

SELECT is_empty($$SELECT * FROM retention.records_of_nobody()$$, 'no record is nobody''s in the end');
SELECT * FROM finish();
