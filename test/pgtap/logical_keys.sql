-- Links along keys that the schema does not say: no foreign keys, references to rows of many tables, keys of other types.
BEGIN;
SELECT plan(51);
SET client_min_messages = error;

\ir ../declare.psql
CREATE FUNCTION pg_temp.data(kind text, key text, relation regclass) RETURNS text LANGUAGE sql AS
    $$SELECT string_agg(data::text, ', ' ORDER BY r.row_key) FROM retention.export_rows(kind, key) r WHERE r.relation = data.relation$$;

-- Comments on cases and on users: a number and the name of what it is a number of.
CREATE SCHEMA r;
CREATE TABLE r.users (id bigint PRIMARY KEY, name text, email text);
CREATE TABLE r.cases (id bigint PRIMARY KEY, user_id bigint, title text);
CREATE TABLE r.comments (id bigint PRIMARY KEY, commentable_type varchar, commentable_id bigint, author_id bigint, body text);
CREATE TABLE r.profiles (id bigint PRIMARY KEY, user_id bigint, full_name text);
SELECT pg_temp.personal('r.users', 'name', 'name'), pg_temp.personal('r.users', 'email', 'email'), pg_temp.personal('r.cases', 'title', 'free text'),
    pg_temp.personal('r.comments', 'body', 'free text'), pg_temp.personal('r.profiles', 'full_name', 'name');
INSERT INTO retention.subject_kind (kind, relation, identifying) VALUES ('user', 'r.users', '{email}');
SELECT lives_ok($$SELECT pg_temp.link('user', 'r.cases', '(user_id = r.users.id)')$$, 'a link may follow a key that the schema does not say');
SELECT lives_ok($$SELECT pg_temp.link('user', 'r.profiles', '(user_id = users.id)')$$, 'the schema of the other table is that of the row''s own when none is named');
SELECT lives_ok($$SELECT pg_temp.link('user', 'r.comments', '(commentable_id = r.cases.id, commentable_type = ''Case'').(user_id = r.users.id)')$$,
    'a reference to rows of many tables is followed where its type says so');
SELECT lives_ok($$SELECT pg_temp.link('user', 'r.comments', '(commentable_type = ''User'', commentable_id = r.users.id)')$$, 'a reference to rows of many tables may lead to persons at once');
SELECT lives_ok($$SELECT pg_temp.link('user', 'r.comments', '(author_id = r.users.id)', 'mentioned')$$, 'a logical key may have any role');
INSERT INTO r.users VALUES (1, 'Kari Lie', 'kari@firma.example'), (2, 'Ola Moe', 'ola@firma.example'), (3, 'Siv Dahl', 'siv@firma.example');
INSERT INTO r.profiles VALUES (11, 1, 'Kari Synnøve Lie'), (12, 2, 'Ola Conrad Moe'), (13, NULL, 'Nobody At All');
INSERT INTO r.cases VALUES (2, 1, 'Kari''s printer'), (1, 2, 'Ola''s printer'), (3, NULL, 'nobody''s');
INSERT INTO r.comments VALUES (101, 'Case', 2, 3, 'Siv Dahl called Kari Lie'), (102, 'User', 2, 3, 'Ola Moe is kind'), (103, 'User', 1, 2, 'Kari Synnøve knows Ola Moe'),
    (104, 'Machine', 1, 3, 'noisy'), (105, 'Case', 1, 1, 'from Kari'), (106, NULL, 1, NULL, 'nobody''s');
SELECT is(pg_temp.rows('user', '1'), 'r.cases 2 about, r.comments 101 about, r.comments 103 about, r.comments 105 mentioned, r.profiles 11 about, r.users 1 about',
    'a copy has what refers to the person, and not what has the same number of another table');
SELECT is(pg_temp.rows('user', '2'), 'r.cases 1 about, r.comments 102 about, r.comments 103 mentioned, r.comments 105 about, r.profiles 12 about, r.users 2 about',
    'a type tells apart rows that have one number');
SELECT is((SELECT data ->> 'body' FROM retention.export_rows('user', 1) WHERE row_key = '103'), 'Kari Synnøve knows [redacted]', 'who wrote is taken out of a copy for whom it is about');
SELECT is((SELECT concat_ws(', ', data ->> 'author_id', data ->> 'commentable_id') FROM retention.export_rows('user', 1) WHERE row_key = '103'), '1', 'a logical key that leads to somebody else is hidden in a copy');
SELECT is((SELECT data ->> 'body' FROM retention.export_rows('user', 1) WHERE row_key = '101'), '[redacted] called Kari Lie', 'who wrote is found by way of a logical key');
SELECT is((SELECT count(*) FROM retention.find_subject('Kari Synnøve Lie')), 1::bigint, 'a table without foreign keys that says more of a person is looked through');
CREATE TEMP TABLE dry AS SELECT retention.erase('user', 1, true)::jsonb AS answer;
CREATE TEMP TABLE run AS SELECT retention.erase('user', 1)::jsonb AS answer;
SELECT is((SELECT answer - '{made_at,dry_run,verification}'::text[] FROM dry), (SELECT answer - '{made_at,dry_run,verification}'::text[] FROM run), 'a dry run along logical keys says what the run does');
SELECT is((SELECT string_agg(concat_ws(' ', id, name, email), ', ' ORDER BY id) FROM r.users), '1, 2 Ola Moe ola@firma.example, 3 Siv Dahl siv@firma.example', 'the person alone is anonymised');
SELECT is((SELECT string_agg(concat_ws(' ', id, title), ', ' ORDER BY id) FROM r.cases), '1 Ola''s printer, 2, 3 nobody''s', 'what a logical key leads from is anonymised, its neighbours are not');
SELECT is((SELECT string_agg(concat_ws(' ', id, commentable_type, commentable_id, author_id, body), ', ' ORDER BY id) FROM r.comments),
    '101 Case 2 3, 102 User 2 3 Ola Moe is kind, 103 User 1 2, 104 Machine 1 3 noisy, 105 Case 1 from [redacted], 106 1 nobody''s',
    'rows with the number of another table stay as they are');
SELECT is((SELECT string_agg(concat_ws(' ', id, full_name), ', ' ORDER BY id) FROM r.profiles), '11, 12 Ola Conrad Moe, 13 Nobody At All', 'names beside the person''s go with the person');
SELECT is((SELECT jsonb_array_length(retention.erase('user', 1)::jsonb -> 'anonymised')), 0, 'an erasure along logical keys is idempotent');

-- What the link is called follows the schema.
ALTER TABLE r.comments RENAME COLUMN commentable_id TO target_id;
ALTER TABLE r.comments RENAME COLUMN commentable_type TO target_type;
ALTER TABLE r.cases RENAME TO tickets;
SELECT is((SELECT string_agg(path, '; ' ORDER BY path COLLATE "C") FROM retention.subject_link WHERE relation = 'r.comments'::regclass),
    '(author_id = r.users.id); (target_id = r.tickets.id, target_type = ''Case'').(user_id = r.users.id); (target_id = r.users.id, target_type = ''User'')', 'a path along logical keys follows renames');
SELECT is(pg_temp.rows('user', '2'), 'r.comments 102 about, r.comments 103 mentioned, r.comments 105 about, r.profiles 12 about, r.tickets 1 about, r.users 2 about', 'a renamed path leads where it led');
SELECT throws_ok('ALTER TABLE r.comments DROP COLUMN target_type', '2BP01', NULL, 'a column that says where a key leads cannot be dropped');
SELECT throws_ok('ALTER TABLE r.comments ALTER target_id TYPE date USING NULL', '2BP01', NULL, 'a logical key cannot get a type that refers to nothing');
SELECT lives_ok('ALTER TABLE r.comments ALTER target_id TYPE text', 'a logical key may become the text of what it refers to');
SELECT is(pg_temp.rows('user', '2'), 'r.comments 102 about, r.comments 103 mentioned, r.comments 105 about, r.profiles 12 about, r.tickets 1 about, r.users 2 about', 'a number is found by its text');
INSERT INTO r.users VALUES (4, 'Liv Moe', 'liv@firma.example');
INSERT INTO r.comments VALUES (107, 'User', '2', 4, 'Liv Moe wrote to Ola Moe');
SELECT lives_ok($$SELECT retention.erase('user', 4)$$, 'who is mentioned along a logical key can be erased');
SELECT is((SELECT concat_ws(', ', target_id, author_id, body) FROM r.comments WHERE id = 107), '2, [redacted] wrote to Ola Moe', 'whom a row is about is found by the text of a number, and keeps a name in common');

-- Numbers for types, texts for numbers, and keys of several columns.
CREATE SCHEMA d;
CREATE TYPE d.what AS ENUM ('person', 'firm');
CREATE TABLE d.person (tenant int, no int, name text, PRIMARY KEY (tenant, no));
CREATE TABLE d.device (id uuid PRIMARY KEY, tenant smallint, owner bigint, label text);
CREATE TABLE d.log (id int PRIMARY KEY, content_type int, object_id varchar(40), note text);
SELECT pg_temp.personal('d.person', 'name', 'name'), pg_temp.personal('d.device', 'label', 'free text'), pg_temp.personal('d.log', 'note', 'free text');
INSERT INTO retention.subject_kind (kind, relation) VALUES ('d', 'd.person');
SELECT lives_ok($$SELECT pg_temp.link('d', 'd.device', '(tenant = d.person.tenant, owner = d.person.no)')$$, 'a logical key may have several columns');
SELECT lives_ok($$SELECT pg_temp.link('d', 'd.log', '(object_id = d.device.id, content_type = 7).(tenant = d.person.tenant, owner = d.person.no)')$$, 'a type may be a number');
INSERT INTO d.person VALUES (1, 1, 'Kari Lie'), (1, 2, 'Ola Moe'), (2, 1, 'Siv Dahl');
INSERT INTO d.device VALUES ('00000000-0000-0000-0000-00000000000a', 1, 1, 'Kari Lie''s'), ('00000000-0000-0000-0000-00000000000b', 2, 1, 'Siv''s'), ('00000000-0000-0000-0000-00000000000c', 1, NULL, 'none');
INSERT INTO d.log VALUES (1, 7, '00000000-0000-0000-0000-00000000000a', 'of Kari'), (2, 7, '00000000-0000-0000-0000-00000000000b', 'of Siv'), (3, 8, '00000000-0000-0000-0000-00000000000a', 'else'), (4, 7, 'nothing', 'lost');
SELECT is((SELECT string_agg(relation::text || ' ' || row_key, ', ' ORDER BY relation::text, row_key) FROM retention.export_rows('d', '{"tenant": 1, "no": 1}'::jsonb)),
    'd.device "00000000-0000-0000-0000-00000000000a", d.log 1, d.person {"no": 1, "tenant": 1}', 'a key of several columns leads to the one whom all of it names');
SELECT lives_ok($$SELECT retention.erase('d', '{"tenant": 1, "no": 1}'::jsonb)$$, 'who is named by several columns is erased');
SELECT is((SELECT string_agg(concat_ws(' ', id, note), ', ' ORDER BY id) FROM d.log), '1, 2 of Siv, 3 else, 4 lost', 'of rows with one text those of the right type alone are reached');
SELECT is((SELECT string_agg(concat_ws(' ', owner, label), ', ' ORDER BY id) FROM d.device), '1, 1 Siv''s, none', 'of rows with one number those of the right tenant alone are reached');

-- Down a key: whom a case was shared with.
CREATE SCHEMA n;
CREATE TABLE n.person (id int PRIMARY KEY, name text);
CREATE TABLE n.paper (id int PRIMARY KEY, body text);
CREATE TABLE n.share (id int PRIMARY KEY, thing text, thing_id int, person int);
SELECT pg_temp.personal('n.person', 'name', 'name'), pg_temp.personal('n.paper', 'body', 'free text');
INSERT INTO retention.subject_kind (kind, relation) VALUES ('n', 'n.person');
SELECT lives_ok($$SELECT pg_temp.link('n', 'n.paper', '[n.share.thing_id = id, n.share.thing = ''paper''].(person = n.person.id)')$$, 'a logical key may be followed down');
SELECT lives_ok($$SELECT pg_temp.link('n', 'n.share', '(person = n.person.id)')$$, 'the rows between have a link of their own');
INSERT INTO n.person VALUES (1, 'Kari Lie'), (2, 'Ola Moe');
INSERT INTO n.paper VALUES (1, 'Kari Lie and Ola Moe'), (2, 'Ola Moe');
INSERT INTO n.share VALUES (1, 'paper', 1, 1), (2, 'paper', 1, 2), (3, 'paper', 2, 2), (4, 'image', 2, 1);
SELECT is(pg_temp.rows('n', '1'), 'n.paper 1 about, n.person 1 about, n.share 1 about, n.share 4 about', 'downwards a type tells apart what refers');
SELECT is((SELECT data ->> 'body' FROM retention.export_rows('n', 1) WHERE relation = 'n.paper'::regclass), 'Kari Lie and [redacted]', 'several lead down from one row');
SELECT lives_ok($$SELECT retention.erase('n', 1)$$, 'whoever shares a row downwards can be erased');
SELECT is((SELECT string_agg(body, '; ' ORDER BY id) FROM n.paper), '[redacted] and Ola Moe; Ola Moe', 'whoever is left keeps the paper');
SELECT is((SELECT string_agg(path, '') FROM retention.subject_link WHERE relation = 'n.paper'::regclass), '[n.share.thing_id = id, n.share.thing = ''paper''].(person = n.person.id)', 'a path down a logical key stays as it was written');

-- Values that stand for persons, but need not be there once.
CREATE TABLE n.letter (id int PRIMARY KEY, address text, body text);
CREATE TABLE n.member (id int PRIMARY KEY, email text, name text);
SELECT pg_temp.personal('n.member', 'name', 'name'), pg_temp.personal('n.letter', 'body', 'free text');
INSERT INTO retention.subject_kind (kind, relation) VALUES ('member', 'n.member');
SELECT pg_temp.link('member', 'n.letter', '(address = n.member.email)');
INSERT INTO n.member VALUES (1, 'home@lie.example', 'Kari Lie'), (2, 'home@lie.example', 'Per Lie');
INSERT INTO n.letter VALUES (1, 'home@lie.example', 'Dear Kari Lie and Per Lie');
SELECT is((SELECT data ->> 'body' FROM retention.export_rows('member', 1) WHERE relation = 'n.letter'::regclass), 'Dear Kari Lie and [redacted]', 'a value that several have leads to all of them');
SELECT lives_ok($$SELECT retention.erase('member', 1)$$, 'whoever has a value that others have, too, can be erased');
SELECT is((SELECT body FROM n.letter), 'Dear [redacted] and Per Lie', 'a value that another has, too, keeps the row for that one');

-- A key that is a name: it stays where it must, and is told; what is declared of it says what becomes of it.
CREATE TABLE n.login (name text PRIMARY KEY, full_name text);
CREATE TABLE n.entry (id int PRIMARY KEY, author text NOT NULL, reader text, seen text, body text);
CREATE TABLE n.strict (id int PRIMARY KEY, reader text REFERENCES n.login, body text);
SELECT pg_temp.personal('n.login', 'full_name', 'name'), pg_temp.personal('n.entry', 'body', 'free text'), pg_temp.personal('n.entry', 'seen', 'username'), pg_temp.personal('n.strict', 'reader', 'username'), pg_temp.personal('n.strict', 'body', 'free text');
INSERT INTO retention.subject_kind (kind, relation, identifying) VALUES ('login', 'n.login', '{name}');
INSERT INTO retention.subject_link (kind, relation, path, role, columns) VALUES ('login', 'n.entry', '(author = n.login.name)', 'mentioned', '{}'), ('login', 'n.entry', '(reader = n.login.name)', 'mentioned', '{}'),
    ('login', 'n.entry', '(seen = n.login.name)', 'mentioned', '{seen}'), ('login', 'n.strict', 'reader', 'mentioned', '{reader}');
UPDATE retention.personal_column SET anonymise = 'random token' WHERE relation = 'n.entry'::regclass AND column_name = 'seen';
INSERT INTO n.login VALUES ('karilie', 'Kari Lie'), ('olamoe', 'Ola Moe');
INSERT INTO n.entry VALUES (1, 'karilie', 'olamoe', 'olamoe', 'Kari Lie wrote'), (2, 'olamoe', 'karilie', 'karilie', 'seen by karilie');
INSERT INTO n.strict VALUES (1, 'karilie', 'of Kari Lie'), (2, 'olamoe', 'of Ola Moe');
CREATE TEMP TABLE named AS SELECT retention.erase('login', 'karilie'::text) AS answer;
SELECT is((SELECT string_agg(concat_ws(' ', id, author, reader, CASE WHEN seen ~ 'kari|ola' THEN seen ELSE 'token' END, body), ', ' ORDER BY id) FROM n.entry), '1 karilie olamoe olamoe [redacted] wrote, 2 olamoe token seen by [redacted]',
    'a name that is a key is unset where it may be, changed as declared, and no text otherwise');
SELECT is((SELECT answer -> 'left' FROM named)::jsonb, '[{"rows": 1, "table": "n.entry", "column": "author"}, {"rows": 1, "table": "n.login", "column": "name"}]', 'a name that stands in a key which must not be null is told');
SELECT is((SELECT string_agg(concat_ws(' ', id, reader, body), ', ' ORDER BY id) FROM n.strict), '1 of [redacted], 2 olamoe of Ola Moe', 'a foreign key that is declared as well is unset');

-- What is no key.
SELECT throws_ok(format($$SELECT pg_temp.link('n', 'n.share', %L)$$, path), state, NULL, format('path %s is refused', path))
FROM (VALUES ('(person = n.person.id', '42601'), ('(person, n.person.id)', '42601'), ('(person = n.person.none)', '42703'), ('(thing = ''x'')', '42601'),
    ('(person = n.person.id, thing_id = ''x'')', '42804'), ('(person = n.person.id, thing_id = n.paper.id)', '42601')) AS v (path, state);
SELECT throws_ok($$SELECT pg_temp.link('n', 'n.person', '(id = r.users.id, name = ''x'')', 'same')$$, NULL, NULL, 'a key that joins humans has no type');

SELECT * FROM finish();
ROLLBACK;
