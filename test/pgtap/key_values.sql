-- What a key holds is compared as its column compares: literals of logical keys, numbers of rows that are not there, keys that are not unique.
BEGIN;
SELECT plan(32);
SET client_min_messages = error;

\ir ../declare.psql
CREATE FUNCTION pg_temp.paths(r regclass) RETURNS text LANGUAGE sql AS
    $$SELECT string_agg(path, '; ' ORDER BY path COLLATE "C") FROM retention.subject_link WHERE relation = r$$;
CREATE SCHEMA k;
CREATE TYPE k.thing AS ENUM ('Case', 'User');
CREATE DOMAIN k.short AS varchar(4);
CREATE DOMAIN k.label AS name;
CREATE TABLE k.person (id int PRIMARY KEY, name text);
CREATE TABLE k.padded (id int PRIMARY KEY, t char(8), tid int, body text);
CREATE TABLE k.typed (id int PRIMARY KEY, e k.thing, s k.short, l k.label, b boolean, tid int, body text);
SELECT pg_temp.personal('k.person', 'name', 'name'), pg_temp.personal('k.padded', 'body', 'free text'), pg_temp.personal('k.typed', 'body', 'free text');
INSERT INTO retention.subject_kind (kind, relation) VALUES ('k', 'k.person');

-- A literal is one of the column's type, uncut.
SELECT lives_ok($$SELECT pg_temp.link('k', 'k.padded', '(tid = k.person.id, t = ''Case'')')$$, 'what is padded with blanks may say the type');
INSERT INTO k.person VALUES (1, 'Kari Lie'), (2, 'Ola Moe');
INSERT INTO k.padded VALUES (1, 'Case', 1, 'of a case'), (2, 'C', 1, 'of a C'), (3, 'User', 1, 'of a user');
SELECT is(pg_temp.rows('k', '1'), 'k.padded 1 about, k.person 1 about', 'a literal of a padded type is not cut to one letter');
SELECT throws_ok(format($$SELECT pg_temp.link('k', 'k.typed', %L)$$, path), '42804', NULL, format('%s is refused', what))
FROM (VALUES ('(tid = k.person.id, s = ''Cases'')', 'a literal that the column would cut'), ('(tid = k.person.id, e = ''Machine'')', 'a label that the enum has not'),
    ('(tid = k.person.id, b = ''perhaps'')', 'what is no boolean'), (format('(tid = k.person.id, l = ''%s'')', repeat('x', 64)), 'a literal that is longer than a name')) AS v (path, what);
SELECT throws_ok($$SELECT pg_temp.link('k', 'k.padded', '(tid = k.person.id, t = ''Case and more'')')$$, '42804', NULL, 'a literal that a padded column would cut is refused');
SELECT lives_ok(format($$SELECT pg_temp.link('k', 'k.typed', %L, 'mentioned')$$, path), format('%s may say the type', what))
FROM (VALUES ('(tid = k.person.id, s = ''Case'')', 'what fits a domain'), ('(tid = k.person.id, e = ''Case'')', 'a label of an enum'), ('(tid = k.person.id, b = ''true'')', 'a boolean'),
    (format('(tid = k.person.id, l = ''%s'')', repeat('x', 63)), 'a name')) AS v (path, what);
INSERT INTO k.typed VALUES (1, 'Case', NULL, NULL, NULL, 1, 'x'), (2, 'User', NULL, NULL, NULL, 1, 'x'), (3, NULL, 'Case', NULL, NULL, 1, 'x'), (4, NULL, NULL, NULL, true, 1, 'x'),
    (5, NULL, NULL, NULL, false, 1, 'x'), (6, NULL, NULL, repeat('x', 63), NULL, 1, 'x');
SELECT is(pg_temp.rows('k', '1'), 'k.padded 1 about, k.person 1 about, k.typed 1 mentioned, k.typed 3 mentioned, k.typed 4 mentioned, k.typed 6 mentioned', 'literals of each type find their rows');

-- Whose column a literal is of.
CREATE TABLE k.thing_of (id int PRIMARY KEY, body text);
CREATE TABLE k.share (id int PRIMARY KEY, kind text, thing int, uid int);
SELECT pg_temp.personal('k.thing_of', 'body', 'free text');
SELECT throws_ok(format($$SELECT pg_temp.link('k', 'k.thing_of', %L)$$, path), NULL, NULL, format('path %s is refused', path))
FROM (VALUES ('[k.share.thing = id, k.person.kind = ''t''].(uid = k.person.id)'), ('[k.share.thing = id, nonsense.kind = ''t''].(uid = k.person.id)')) AS v (path);
SELECT lives_ok($$SELECT pg_temp.link('k', 'k.thing_of', '[k.share.thing = id, kind = ''t''].(uid = k.person.id)')$$, 'a literal downwards is of the table that refers');
SELECT is(pg_temp.paths('k.thing_of'), '[k.share.thing = id, kind = ''t''].(uid = k.person.id)', 'a path is told as it was read');

-- The type of a reference is no text, whatever somebody is called.
CREATE TABLE k.remark (id int PRIMARY KEY, ctype varchar, cid int, author int, body text);
INSERT INTO k.person VALUES (7, 'Case Berg');
SELECT pg_temp.personal('k.remark', 'body', 'free text'), pg_temp.link('k', 'k.remark', '(cid = k.padded.id, ctype = ''Case'').(tid = k.person.id, t = ''Case'')'), pg_temp.link('k', 'k.remark', '(author = k.person.id)', 'mentioned');
INSERT INTO k.remark VALUES (1, 'Case', 1, 7, 'Case Berg has called');
SELECT is((SELECT concat_ws('; ', data ->> 'ctype', data ->> 'body') FROM retention.export_rows('k', 1) WHERE relation = 'k.remark'::regclass), 'Case; [redacted] has called', 'a copy shows the type of a reference');
SELECT lives_ok($$SELECT retention.erase('k', 7)$$, 'who is called as a type is erased');
SELECT is((SELECT concat_ws('; ', ctype, cid) FROM k.remark), 'Case; 1', 'the type of a reference stays when somebody is erased who is called so');

-- A number that nobody has leads to nobody.
CREATE TABLE k.member (id int PRIMARY KEY, name text, email text);
CREATE TABLE k.bought (id int PRIMARY KEY, member int, email text);
SELECT pg_temp.personal('k.member', 'name', 'name'), pg_temp.personal('k.member', 'email', 'email'), pg_temp.personal('k.bought', 'email', 'email');
INSERT INTO retention.subject_kind (kind, relation, identifying) VALUES ('m', 'k.member', '{email}');
SELECT pg_temp.link('m', 'k.bought', '(member = k.member.id)');
INSERT INTO k.member VALUES (1, 'Kari Lie', 'kari@f.example'), (2, 'Ola Moe', 'ola@f.example');
INSERT INTO k.bought VALUES (1, 1, 'kari@f.example'), (2, 77, 'kari@f.example'), (3, 0, 'kari@f.example'), (4, 2, 'kari@f.example');
CREATE TEMP TABLE answer AS SELECT retention.erase('m', 1)::jsonb AS a;
SELECT is((SELECT string_agg(r ->> 'rows', ', ') FROM answer, jsonb_array_elements(a -> 'elsewhere') r WHERE r ->> 'table' = 'k.bought' AND r ->> 'whose' = 'nobody known'), '2',
    'a row whose number nobody has is nobody''s, and not somebody else''s');
SELECT is((SELECT a ->> 'complete' FROM answer), 'false', 'what leads to nobody is not told as complete');

-- Keys that are not unique where they are compared.
CREATE COLLATION k.ci (PROVIDER = icu, LOCALE = 'und-u-ks-level2', DETERMINISTIC = false);
CREATE TABLE k.folded (id text COLLATE k.ci NOT NULL, name text);
CREATE UNIQUE INDEX ON k.folded (id COLLATE "C");
SELECT throws_ok($$INSERT INTO retention.subject_kind (kind, relation, key) VALUES ('f', 'k.folded', '{id}')$$, '42704', NULL, 'an index that tells apart what the column calls equal names no persons');
CREATE UNIQUE INDEX ON k.folded (id);
SELECT lives_ok($$INSERT INTO retention.subject_kind (kind, relation, key) VALUES ('f', 'k.folded', '{id}')$$, 'an index under the column''s own collation names persons');
CREATE TABLE k.staff () INHERITS (k.person);
INSERT INTO k.staff VALUES (2, 'Siv Dahl'), (3, 'Per Dahl');
SELECT throws_ok($$SELECT retention.erase('k', 2)$$, '21000', 'a key of kind "k" is held by several rows', 'who has the key of somebody else in a table that inherits is not erased with him');
SELECT throws_ok($$SELECT retention.export('k', 2)$$, '21000', NULL, 'who has the key of somebody else in a table that inherits is not shown to him');
SELECT lives_ok($$SELECT retention.erase('k', 3)$$, 'a person in a table that inherits is erased');
SELECT is((SELECT string_agg(concat_ws(' ', tableoid::regclass, id, name), ', ' ORDER BY id, tableoid::regclass::text) FROM k.person), 'k.person 1 Kari Lie, k.person 2 Ola Moe, k.staff 2 Siv Dahl, k.staff 3, k.person 7', 'a person who has the key of nobody else is erased, and nobody beside');

-- A foreign key refers to the rows of its table, and to none of a table that inherits from it with the same key.
CREATE TABLE k.matter (id int PRIMARY KEY, parent int REFERENCES k.matter, owner int, title text);
CREATE TABLE k.archived () INHERITS (k.matter);
CREATE TABLE k.entry (id int PRIMARY KEY, case_id int REFERENCES k.matter, body text);
INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('k.matter', 'title', 'free text'), ('k.entry', 'body', 'free text');
INSERT INTO retention.subject_link (kind, relation, path) VALUES ('k', 'k.matter', '(owner = k.person.id)'), ('k', 'k.entry', 'case_id.parent*.(owner = k.person.id)');
INSERT INTO k.person VALUES (21, 'Eva Dal'), (22, 'Tor Ask');
INSERT INTO k.matter VALUES (7, NULL, 21, 'of Eva'), (8, 7, NULL, 'below'), (9, NULL, 22, 'of Tor');
INSERT INTO k.archived VALUES (7, NULL, 22, 'of Tor'), (8, 9, NULL, 'below Tor');
INSERT INTO k.entry VALUES (1, 7, 'about Eva'), (2, 8, 'about Eva, below'), (3, 9, 'about Tor');
SELECT is((SELECT string_agg(row_key::text, ',' ORDER BY row_key::text) FROM retention.export_rows('k', 22) WHERE relation = 'k.entry'::regclass), '3', 'a copy has no row that leads to somebody else, whatever the key of a row in a table that inherits');
SELECT is((SELECT string_agg(row_key::text, ',' ORDER BY row_key::text) FROM retention.export_rows('k', 21) WHERE relation = 'k.entry'::regclass), '1,2', 'a copy has the rows that lead to the person over a table from which another inherits');
SELECT lives_ok($$SELECT retention.erase('k', 22)$$, 'who owns a row of a table that inherits is erased');
SELECT is((SELECT string_agg(concat_ws(' ', id, body), ', ' ORDER BY id) FROM k.entry), '1 about Eva, 2 about Eva, below, 3', 'what leads to somebody else stays');
SELECT is((SELECT string_agg(concat_ws(' ', tableoid::regclass, id, title), ', ' ORDER BY tableoid::regclass::text, id) FROM k.matter), 'k.archived 7, k.archived 8 below Tor, k.matter 7 of Eva, k.matter 8 below, k.matter 9', 'rows of a table that inherits are the person''s by what they say themselves');

SELECT * FROM finish();
ROLLBACK;
