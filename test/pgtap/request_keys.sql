-- A request is the person's whatever type the key has and whatever the settings of the session are that opened it, and nobody else's.
BEGIN;
SELECT plan(19);

CREATE EXTENSION IF NOT EXISTS citext;
CREATE DOMAIN word AS text;
CREATE TYPE mood AS ENUM ('calm', 'cross');
CREATE TABLE stamped (k timestamp PRIMARY KEY);
CREATE TABLE dated (k date PRIMARY KEY);
CREATE TABLE several (k smallint, "L l" uuid, m name, PRIMARY KEY (k, "L l", m));
CREATE TABLE moment (k timestamptz PRIMARY KEY);
CREATE TABLE caseless (k citext PRIMARY KEY);
CREATE TABLE worded (k word PRIMARY KEY);
CREATE TABLE graded (k mood PRIMARY KEY);
CREATE TABLE short (k varchar(5) PRIMARY KEY);
CREATE TABLE told (k boolean PRIMARY KEY);
INSERT INTO stamped VALUES ('2026-01-02 03:04:05.678'), ('2026-01-02 03:04:05');
INSERT INTO dated VALUES ('2026-01-02'), ('2026-02-01');
INSERT INTO several VALUES (1, '00000000-0000-0000-0000-000000000001', 'x y'), (1, '00000000-0000-0000-0000-000000000001', 'x');
INSERT INTO moment VALUES ('2026-01-02 03:04:05.678+00'), ('2026-01-02 04:04:05.678+00');
INSERT INTO caseless VALUES ('Abc'), ('b');
INSERT INTO worded VALUES ('"q" \ ä'), ('"q"');
INSERT INTO graded VALUES ('calm'), ('cross');
INSERT INTO short VALUES ('x'), ('y');
INSERT INTO told VALUES (true), (false);
INSERT INTO retention.subject_kind (kind, relation) SELECT t, t::regclass FROM unnest('{stamped,dated,several,moment,caseless,worded,graded,short,told}'::text[]) t;
CREATE TEMP TABLE person (kind text, key text, other text);
INSERT INTO person VALUES ('stamped', '02.01.2026 03:04:05.678', '2026-01-02 03:04:05'), ('dated', '02.01.2026', '2026-02-01'), ('moment', '2026-01-02 03:04:05.678+00', '2026-01-02 04:04:05.678+00'),
    ('caseless', 'aBC', 'b'), ('worded', '"q" \ ä', '"q"'), ('graded', 'calm', 'cross'), ('short', 'x', 'y'), ('told', 'true', 'false');

SET datestyle = 'German';
SET timezone = 'America/New_York';
CREATE TEMP TABLE opened AS SELECT kind, other, retention.open_request('access', kind, key) AS id FROM person;
SELECT retention.open_request('access', 'several', '{"k": 1, "L l": "00000000-0000-0000-0000-000000000001", "m": "x y"}'::jsonb) AS id \gset
RESET datestyle;
SET timezone = 'Asia/Tokyo';
SELECT is(json_array_length(retention.export(r.kind, r.key, r.request_id) -> 'requests'), 1, format('a request is the person''s: %s', r.kind)) FROM retention.request r ORDER BY r.request_id;
SELECT throws_ok(format('SELECT retention.export(%L, %L::text, %s)', kind, other, id), '22023', format('request %s is not this person''s', id), format('a request is nobody else''s: %s', kind)) FROM opened ORDER BY id;
SELECT throws_ok(format($$SELECT retention.export('several', '{"k": 1, "L l": "00000000-0000-0000-0000-000000000001", "m": "x"}'::jsonb, %s)$$, :id), '22023', NULL, 'a request is nobody else''s: several');

-- An erasure finds them all, and those of others stay.
DO $$DECLARE r regclass; BEGIN FOR r IN SELECT relation FROM retention.subject_kind LOOP EXECUTE format('ALTER TABLE %s ADD COLUMN n text', r); END LOOP; END$$;
INSERT INTO retention.personal_column (relation, column_name, category) SELECT relation, 'n', 'other' FROM retention.subject_kind;
SELECT retention.erase(kind, key) FROM retention.request WHERE kind <> 'told' ORDER BY request_id;
SELECT results_eq('SELECT kind FROM retention.request WHERE key IS NOT NULL', $$VALUES ('told')$$, 'requests are nobody''s after an erasure, whatever the key, and those of others stay');

SELECT * FROM finish();
ROLLBACK;
