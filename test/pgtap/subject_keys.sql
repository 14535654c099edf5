-- A person may be named by a number, a text, a uuid or JSON, with named and positional arguments.
BEGIN;
SELECT plan(50);

CREATE SCHEMA k;
CREATE DOMAIN k.code AS varchar(10);
CREATE TYPE k.grade AS ENUM ('one', 'two');
CREATE TABLE k.numbered (id bigint PRIMARY KEY);
CREATE TABLE k.short (id smallint PRIMARY KEY);
CREATE TABLE k.exact (id numeric(20, 2) PRIMARY KEY);
CREATE TABLE k.named (id text PRIMARY KEY);
CREATE TABLE k.coded (id k.code PRIMARY KEY);
CREATE TABLE k.padded (id char(8) PRIMARY KEY);
CREATE TABLE k.unique (id uuid PRIMARY KEY);
CREATE TABLE k.dated (id date PRIMARY KEY);
CREATE TABLE k.graded (id k.grade PRIMARY KEY);
CREATE TABLE k.both (a uuid, b text, PRIMARY KEY (a, b));
CREATE TABLE k.nicked (id int PRIMARY KEY, nick text UNIQUE);
CREATE TABLE k.posts (id int PRIMARY KEY, who int REFERENCES k.nicked, other text REFERENCES k.nicked (nick));
INSERT INTO k.numbered VALUES (1), (42);
INSERT INTO k.short VALUES (42);
INSERT INTO k.exact VALUES (42);
INSERT INTO k.named VALUES ('42'), ('kari''s "x"');
INSERT INTO k.coded VALUES ('K-1');
INSERT INTO k.padded VALUES ('K-1');
INSERT INTO k.unique VALUES ('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11');
INSERT INTO k.dated VALUES ('2026-02-28');
INSERT INTO k.graded VALUES ('two');
INSERT INTO k.both VALUES ('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', 'x');
INSERT INTO k.nicked VALUES (1, 'kari'), (2, 'ola');
INSERT INTO k.posts VALUES (1, 1, 'ola'), (2, 2, 'kari');
INSERT INTO retention.subject_kind (kind, relation) SELECT relname, oid FROM pg_class
    WHERE relnamespace = 'k'::regnamespace AND relkind = 'r' AND relname NOT IN ('nicked', 'posts');
INSERT INTO retention.subject_kind (kind, relation, key) VALUES ('nicked', 'k.nicked', '{nick}');
INSERT INTO retention.subject_link (kind, relation, path) VALUES ('nicked', 'k.posts', 'who'), ('nicked', 'k.posts', 'other');

CREATE FUNCTION pg_temp.key_of(document json) RETURNS jsonb LANGUAGE sql AS $$SELECT (document -> 'subject' -> 'key')::jsonb$$;

-- Positional.
SELECT is(pg_temp.key_of(retention.export('numbered', 42)), '42', 'bigint: a number');
SELECT is(pg_temp.key_of(retention.export('numbered', 42::smallint)), '42', 'a narrower one');
SELECT is(pg_temp.key_of(retention.export('numbered', '42')), '42', 'a literal');
SELECT is(pg_temp.key_of(retention.export('numbered', '42'::text)), '42', 'a text');
SELECT is(pg_temp.key_of(retention.export('numbered', '42'::jsonb)), '42', 'JSON');
SELECT is(pg_temp.key_of(retention.export('numbered', '"42"'::jsonb)), '42', 'JSON text');
SELECT is(pg_temp.key_of(retention.export('numbered', '{"id": 42}'::jsonb)), '42', 'a JSON object');
SELECT is(pg_temp.key_of(retention.export('short', 42)), '42', 'smallint');
SELECT is(pg_temp.key_of(retention.export('exact', 42)), '42.00', 'numeric: an integer');
SELECT is(pg_temp.key_of(retention.export('exact', '42.00'::jsonb)), '42.00', 'JSON');
SELECT is(pg_temp.key_of(retention.export('named', 'kari''s "x"')), '"kari''s \"x\""', 'text: a literal');
SELECT is(pg_temp.key_of(retention.export('named', '"kari''s \"x\""'::jsonb)), '"kari''s \"x\""', 'JSON');
SELECT is(pg_temp.key_of(retention.export('named', 42)), '"42"', 'a number');
SELECT is(pg_temp.key_of(retention.export('coded', 'K-1')), '"K-1"', 'a domain');
SELECT is(pg_temp.key_of(retention.export('coded', 'K-1'::varchar)), '"K-1"', 'from varchar');
SELECT is(pg_temp.key_of(retention.export('padded', 'K-1')), '"K-1     "', 'char(n)');
SELECT is(pg_temp.key_of(retention.export('unique', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid)), '"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"', 'uuid');
SELECT is(pg_temp.key_of(retention.export('unique', 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11')), '"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"', 'a literal in any form');
SELECT is(pg_temp.key_of(retention.export('unique', '"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"'::jsonb)), '"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"', 'JSON');
SELECT is(pg_temp.key_of(retention.export('dated', '2026-02-28')), '"2026-02-28"', 'a date');
SELECT is(pg_temp.key_of(retention.export('graded', 'two')), '"two"', 'an enum');
SELECT is(pg_temp.key_of(retention.export('both', '{"b": "x", "a": "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"}'::jsonb)),
    '{"a": "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "b": "x"}', 'two columns in any order');

-- Named, in every function; with the number of a request.
SELECT setval('retention.request_request_id_seq', 6), retention.open_request('access', kind => 'numbered', key => '42'::text),
    retention.open_request(type => 'access', kind => 'named', key => '42'::text), retention.open_request('access', 'unique', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid);
SELECT is(pg_temp.key_of(retention.export(kind => 'numbered', key => 42)), '42', 'export');
SELECT is(pg_temp.key_of(retention.export(key => '42'::text, kind => 'numbered', request_id => 7)), '42', 'in any order');
SELECT is(pg_temp.key_of(retention.export(kind => 'unique', key => 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid, request_id => 9)),
    '"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"', 'a uuid');
SELECT is(pg_temp.key_of(retention.export(kind => 'numbered', key => '{"id": 42}'::jsonb, request_id => NULL)), '42', 'JSON');
SELECT is(pg_temp.key_of(retention.portability(kind => 'numbered', key => 42)), '42', 'portability');
SELECT lives_ok($$SELECT * FROM retention.portability_csv(kind => 'named', key => '42'::text, request_id => 8)$$, 'portability_csv');
SELECT results_eq($$SELECT row_key FROM retention.export_rows(kind => 'unique', key => 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid)$$,
    $$VALUES ('"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"'::jsonb)$$, 'export_rows');
SELECT results_eq($$SELECT rows FROM retention.explain_subject(kind => 'named', key => '42'::text)$$, 'VALUES (1::bigint)', 'explain_subject');
-- What does not wait for the end of the transaction brings the entries that do.
SELECT ok(retention.erase('numbered', 1) IS NOT NULL, 'a person without data is erased');
SELECT set_eq($$SELECT detail FROM retention.ledger WHERE detail LIKE 'kind%request%'$$,
    $$VALUES ('kind numbered, request 7'), ('kind unique, request 9'), ('kind named, request 8')$$, 'the ledger has the request, and no key');
SELECT is((SELECT count(*) FROM retention.ledger WHERE detail LIKE '%kari%' OR detail LIKE '%a0eebc99%'), 0::bigint, 'of nobody');

-- A key that is not the primary key, and foreign keys to either.
SELECT set_eq($$SELECT relation::text, row_key FROM retention.export_rows('nicked', 'kari')$$,
    $$VALUES ('k.nicked', '1'::jsonb), ('k.posts', '1'), ('k.posts', '2')$$, 'another unique key');
SELECT is_empty($$SELECT * FROM retention.find_subject('nobody')$$, 'nobody is found');

-- The type of a column changes in the middle of a session.
ALTER TABLE k.numbered ALTER id TYPE text;
SELECT is(pg_temp.key_of(retention.export('numbered', 42)), '"42"', 'another type');
ALTER TABLE k.numbered ALTER id TYPE bigint USING id::bigint;
SELECT is(pg_temp.key_of(retention.export('numbered', 42)), '42', 'a key changes its type back');

-- What is wrong.
SELECT throws_ok($$SELECT retention.export('none', 1)$$, '42704', 'kind of subject "none" does not exist', 'no such kind');
SELECT throws_ok($$SELECT retention.export('numbered', 43)$$, 'P0002', NULL, 'no such person');
SELECT throws_ok($$SELECT * FROM retention.explain_subject('numbered', 43)$$, 'P0002', NULL, 'not to be explained either');
SELECT throws_ok($$SELECT retention.export('numbered', 'x')$$, '22P02', NULL, 'not a number');
SELECT throws_ok($$SELECT retention.export('numbered', '9223372036854775808')$$, '22003', NULL, 'a number that is too large');
SELECT throws_ok($$SELECT retention.export('short', 99999)$$, '22003', NULL, 'for its column');
SELECT throws_ok($$SELECT retention.export('unique', 'x')$$, '22P02', NULL, 'not a uuid');
SELECT throws_ok($$SELECT retention.export('numbered', '{"no": 42}'::jsonb)$$, '22023', NULL, 'another column');
SELECT throws_ok($$SELECT retention.export('numbered', '{"id": 42, "no": 1}'::jsonb)$$, '22023', NULL, 'a key with a column more');
SELECT throws_ok($$SELECT retention.export('numbered', '[42]'::jsonb)$$, '22023', NULL, 'an array');
SELECT throws_ok($$SELECT retention.export('numbered', 'null'::jsonb)$$, '22023', NULL, 'a JSON null');
SELECT throws_ok($$SELECT retention.export('numbered', NULL::bigint)$$, '22004', NULL, 'a null');
SELECT throws_ok($$SELECT retention.export(NULL, 42)$$, '22004', NULL, 'a kind that is null');

SELECT * FROM finish();
ROLLBACK;
