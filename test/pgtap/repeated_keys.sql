-- Links along a key of a table to itself, as often as it leads on: threads, trees of places.
BEGIN;
SELECT plan(38);
SET client_min_messages = error;
\ir ../declare.psql

CREATE SCHEMA t;
CREATE TABLE t.person (id int PRIMARY KEY, name text);
CREATE TABLE t.folder (id int PRIMARY KEY, parent int REFERENCES t.folder, owner int REFERENCES t.person, title text);
CREATE TABLE t.file (id int PRIMARY KEY, folder int REFERENCES t.folder, body text);
SELECT pg_temp.personal('t.person', 'name', 'name'), pg_temp.personal('t.folder', 'title', 'free text'), pg_temp.personal('t.file', 'body', 'free text');
INSERT INTO retention.subject_kind (kind, relation) VALUES ('t', 't.person');
SELECT lives_ok($$SELECT pg_temp.link('t', 't.folder', 'parent*.owner')$$, 'a key to the table itself may be followed as often as it leads on');
SELECT lives_ok($$SELECT pg_temp.link('t', 't.file', 'folder.parent*.owner')$$, 'a repeated key may stand in the middle of a path');
SELECT throws_ok(format($$SELECT pg_temp.link('t', 't.file', %L)$$, path), state, NULL, format('path %s is refused', path))
FROM (VALUES ('folder*.owner', '42830'), ('*', '42601'), ('[t.folder.parent]*.owner', '42601'), ('folder.parent**.owner', '42703')) AS v (path, state);
ALTER TABLE t.folder ADD editor int REFERENCES t.person;
SELECT pg_temp.link('t', 't.folder', 'editor', 'mentioned');
INSERT INTO t.person VALUES (1, 'Kari Lie'), (2, 'Ola Moe'), (3, 'Siv Dahl');
INSERT INTO t.folder VALUES (1, NULL, 1, 'Kari Lie at home'), (2, 1, NULL, 'of Kari Lie'), (3, 2, 2, 'Ola Moe in that of Kari Lie'), (4, NULL, 2, 'Ola Moe''s'), (5, 4, NULL, 'below'), (6, NULL, NULL, 'nobody''s'), (7, 7, 3, 'in itself'), (8, 9, NULL, 'in a'), (9, 8, 3, 'circle');
UPDATE t.folder SET editor = 2 WHERE id = 4;
INSERT INTO t.file VALUES (1, 1, 'x1'), (2, 2, 'x2'), (3, 3, 'Kari Lie and Ola Moe'), (5, 5, 'x5'), (6, 6, 'x6'), (8, 8, 'x8'), (9, NULL, 'x9');
SELECT is(pg_temp.rows('t', '1'), 't.file 1 about, t.file 2 about, t.file 3 about, t.folder 1 about, t.folder 2 about, t.folder 3 about, t.person 1 about', 'what leads to the person in however many steps is found');
SELECT is(pg_temp.rows('t', '2'), 't.file 3 about, t.file 5 about, t.folder 3 about, t.folder 4 about, t.folder 5 about, t.person 2 about', 'what lies below another is found, what lies above is not');
SELECT is((SELECT string_agg(path, ', ' ORDER BY path COLLATE "C") FROM retention.explain_subject('t', 2) WHERE relation = 't.folder'::regclass AND rows > 0), 'owner, parent*.owner', 'the columns of the row itself come before whatever only mentions');
SELECT is(pg_temp.rows('t', '3'), 't.file 8 about, t.folder 7 about, t.folder 8 about, t.folder 9 about, t.person 3 about', 'a circle ends');
SELECT is((SELECT data ->> 'body' FROM retention.export_rows('t', 1) WHERE relation = 't.file'::regclass AND row_key = '3'), 'Kari Lie and [redacted]', 'whoever else is further up is taken out of a copy');
SELECT is((SELECT data ->> 'body' FROM retention.export_rows('t', 2) WHERE relation = 't.file'::regclass AND row_key = '3'), '[redacted] and Ola Moe', 'whoever is three levels further up is taken out of a copy');
SELECT is((SELECT concat_ws(',', data ->> 'id', data ->> 'parent', data ->> 'owner') FROM retention.export_rows('t', 2) WHERE relation = 't.folder'::regclass AND row_key = '3'), '3,2,2', 'a step up that leads to the person, too, stays in a copy');
SELECT is((SELECT data ->> 'owner' FROM retention.export_rows('t', 1) WHERE relation = 't.folder'::regclass AND row_key = '3'), NULL, 'a key that leads to somebody else further down is hidden in a copy');
SELECT lives_ok($$SELECT retention.erase('t', 1)$$, 'whoever is further up is erased');
SELECT is((SELECT string_agg(concat_ws(' ', id, title), ', ' ORDER BY id) FROM t.folder), '1, 2, 3 Ola Moe in that of [redacted], 4 Ola Moe''s, 5 below, 6 nobody''s, 7 in itself, 8 in a, 9 circle', 'what others own further down stays theirs');
SELECT is((SELECT string_agg(concat_ws(' ', id, body), ', ' ORDER BY id) FROM t.file), '1, 2, 3 [redacted] and Ola Moe, 5 x5, 6 x6, 8 x8, 9 x9', 'what lies in folders of several persons stays theirs who are left');
SELECT is((SELECT concat_ws(',', parent, owner) FROM t.folder WHERE id = 3), '2,2', 'a key within the table is not cut, for it leads to more than the person');
SELECT lives_ok($$SELECT retention.erase('t', 3)$$, 'somebody in a circle is erased');
SELECT is((SELECT string_agg(title, ', ') FROM t.folder WHERE id > 6), NULL, 'all rows of a circle are erased');
SELECT lives_ok($$SELECT retention.erase('t', 2)$$, 'the last of several further up is erased');
SELECT is((SELECT string_agg(title, ', ' ORDER BY id) FROM t.folder), 'nobody''s', 'what the last one owned goes with the last one');
ALTER TABLE t.folder RENAME parent TO "Up";
SELECT is((SELECT string_agg(path, ', ' ORDER BY path) FROM retention.subject_link), '"Up"*.owner, editor, folder."Up"*.owner', 'a repeated key follows renames');

-- Persons above persons.
CREATE SCHEMA b;
CREATE TABLE b.person (id int PRIMARY KEY, boss int REFERENCES b.person, name text, note text);
SELECT pg_temp.personal('b.person', 'name', 'name'), pg_temp.personal('b.person', 'note', 'free text');
INSERT INTO retention.subject_kind (kind, relation) VALUES ('b', 'b.person');
SELECT pg_temp.link('b', 'b.person', 'boss*', 'mentioned');
INSERT INTO b.person VALUES (1, NULL, 'Kari Lie', 'x'), (2, 1, 'Ola Moe', 'under Kari Lie'), (3, 2, 'Siv Dahl', 'under Ola Moe and Kari Lie');
SELECT lives_ok($$SELECT retention.erase('b', 1)$$, 'who is above others is erased');
SELECT is((SELECT string_agg(concat_ws(' ', id, boss, name, note), ', ' ORDER BY id) FROM b.person), '1, 2 1 Ola Moe under [redacted], 3 2 Siv Dahl under Ola Moe and [redacted]', 'who is two levels below is not cut off from whoever is between');

-- Rows of one table that go with the person, and those that only lie below them.
CREATE TABLE b.task (id int PRIMARY KEY, parent int REFERENCES b.task ON DELETE SET NULL, owner int REFERENCES b.person, body text);
SELECT pg_temp.personal('b.task', 'body', 'free text');
SELECT pg_temp.link('b', 'b.task', 'owner', 'deleted_with'), pg_temp.link('b', 'b.task', 'parent.owner', 'mentioned'), pg_temp.link('b', 'b.task', 'parent.parent.owner', 'mentioned');
INSERT INTO b.task VALUES (1, NULL, 2, 'of Ola Moe'), (2, 1, 3, 'Siv Dahl for Ola Moe'), (3, 2, NULL, 'for Ola Moe, too');
SELECT lives_ok($$SELECT retention.erase('b', 2)$$, 'a person whose rows others lie below is erased');
SELECT is((SELECT string_agg(concat_ws(' ', id, parent, owner, body), ', ' ORDER BY id) FROM b.task), '2 3 Siv Dahl for [redacted], 3 2 for [redacted], too', 'what lies below is gone through before its way is gone');

-- What is deleted leads nowhere: rows below it are decided before, and once.
CREATE TABLE b.remark (id int PRIMARY KEY, task int NOT NULL, body text);
SELECT pg_temp.personal('b.remark', 'body', 'free text');
INSERT INTO b.person VALUES (4, NULL, 'Per Ask', 'x'), (5, NULL, 'Eva Ro', 'x');
ALTER TABLE b.task ADD helper int;
SELECT pg_temp.link('b', 'b.task', '(helper = b.person.id)'), pg_temp.link('b', 'b.remark', '(task = b.task.id).owner'), pg_temp.link('b', 'b.remark', '(task = b.task.id).(helper = b.person.id)');
INSERT INTO b.task VALUES (10, NULL, 4, 'Per Ask with Eva Ro', 5), (11, 10, NULL, 'below', NULL);
INSERT INTO b.remark VALUES (1, 10, 'Per Ask and Eva Ro');
SELECT lives_ok($$SELECT retention.erase('b', 4)$$, 'a person whose task goes along is erased');
SELECT is((SELECT string_agg(concat_ws(' ', id, parent, owner, body), ', ' ORDER BY id) FROM b.task WHERE id > 9), '11 below', 'what goes along is deleted, and what refers to it is cut off');
SELECT is((SELECT string_agg(body, ', ') FROM b.remark), '[redacted] and Eva Ro', 'a row whose way is deleted is not taken for the person''s alone');

INSERT INTO b.person VALUES (6, NULL, 'Ida Nes', 'x'), (7, NULL, 'Jon Sol', 'x');
SELECT pg_temp.link('b', 'b.task', 'parent.(helper = b.person.id)');
INSERT INTO b.task VALUES (20, NULL, 6, 'Ida Nes for Jon Sol', 7), (21, 20, NULL, 'Ida Nes and Jon Sol', 6);
SELECT lives_ok($$SELECT retention.erase('b', 6)$$, 'a person whose row goes along above others of the same table is erased');
SELECT is((SELECT string_agg(concat_ws(' ', id, body), ', ' ORDER BY id) FROM b.task WHERE id > 19), '21 [redacted] and Jon Sol', 'what goes along goes last, so that whoever else is left is known');

-- Rows of one portion: some are deleted, and a key is unset in those that the person is taken out of.
CREATE TABLE b.card (id int PRIMARY KEY, parent int REFERENCES b.card ON DELETE SET NULL, owner int REFERENCES b.person, body text, ended_at timestamptz);
SELECT pg_temp.personal('b.card', 'body', 'free text');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('card', 'b.card', '{ended_at}', '9 years', 'delete', 'enforce');
SELECT pg_temp.link('b', 'b.card', 'parent*.owner');
INSERT INTO b.person VALUES (8, NULL, 'Lea Ny', 'x'), (9, NULL, 'Mia Om', 'x');
INSERT INTO b.card VALUES (1, NULL, 8, 'of Lea Ny'), (2, 1, NULL, 'below'), (3, 2, 9, 'Lea Ny and Mia Om');
SELECT lives_ok($$SELECT retention.erase('b', 8)$$, 'a person of whose rows some are deleted and some are shared is erased');
SELECT is((SELECT string_agg(concat_ws(' ', id, parent, owner, body), ', ' ORDER BY id) FROM b.card), '3 9 [redacted] and Mia Om', 'a row in which a key is unset is gone through, too');

-- Without foreign keys, of several columns, with types, and text of a collation.
CREATE SCHEMA m;
CREATE TABLE m.person (name varchar(20) COLLATE "C" PRIMARY KEY, full_name text);
CREATE TABLE m.post (site int, slug varchar(30) COLLATE "C", up_site int, up varchar(20) COLLATE "C", up_type text, author text, body text, PRIMARY KEY (site, slug));
SELECT pg_temp.personal('m.person', 'full_name', 'name'), pg_temp.personal('m.post', 'body', 'free text');
INSERT INTO retention.subject_kind (kind, relation) VALUES ('m', 'm.person');
SELECT lives_ok($$SELECT pg_temp.link('m', 'm.post', '(up_site = m.post.site, up = m.post.slug, up_type = ''post'')*.(author = m.person.name)', 'mentioned')$$, 'a logical key may be repeated');
INSERT INTO m.person VALUES ('kari', 'Kari Lie'), ('ola', 'Ola Moe');
INSERT INTO m.post VALUES (1, 'a', NULL, NULL, NULL, 'kari', 'Kari Lie says'), (1, 'b', 1, 'a', 'post', 'ola', 'Kari Lie says Ola Moe'), (1, 'c', 1, 'a', 'page', 'ola', 'Kari Lie, a page'), (2, 'b', 1, 'b', 'post', NULL, 'quotes Kari Lie');
SELECT is((SELECT string_agg(row_key ->> 'site' || (row_key ->> 'slug'), ', ' ORDER BY row_key) FROM retention.export_rows('m', 'kari'::text) WHERE relation = 'm.post'::regclass), '1a, 1b, 2b', 'a repeated logical key has its type');
SELECT lives_ok($$SELECT retention.erase('m', 'kari'::text)$$, 'whoever a thread mentions is erased');
SELECT is((SELECT string_agg(body, '; ' ORDER BY site, slug) FROM m.post), '[redacted] says; [redacted] says Ola Moe; Kari Lie, a page; quotes [redacted]', 'a thread is gone through to its end');

SELECT * FROM finish();
ROLLBACK;
