-- Roles of links: two rows that are one human, and rows that a person may see without their being the person's.
BEGIN;
SELECT plan(38);
SET client_min_messages = error;

\ir ../declare.psql

-- A user and a partner that are one human, and an employee by way of the user.
CREATE SCHEMA s;
CREATE TABLE s.partner (id int PRIMARY KEY, name text);
CREATE TABLE s.usr (id int PRIMARY KEY, login text, partner int REFERENCES s.partner);
CREATE TABLE s.employee (id int PRIMARY KEY, badge text, usr int UNIQUE REFERENCES s.usr);
CREATE TABLE s.invoice (id int PRIMARY KEY, partner int REFERENCES s.partner, clerk int REFERENCES s.usr, body text);
SELECT pg_temp.personal('s.partner', 'name', 'name'), pg_temp.personal('s.usr', 'login', 'username'), pg_temp.personal('s.employee', 'badge', 'reference'), pg_temp.personal('s.invoice', 'body', 'free text');
INSERT INTO retention.subject_kind (kind, relation) VALUES ('partner', 's.partner'), ('usr', 's.usr'), ('employee', 's.employee');
SELECT pg_temp.link('partner', 's.invoice', 'partner'), pg_temp.link('usr', 's.invoice', 'clerk', 'mentioned');
INSERT INTO s.partner VALUES (1, 'Kari Lie'), (2, 'Ola Moe');
INSERT INTO s.usr VALUES (10, 'kari17', 1), (20, 'olam', 2), (30, 'nobody', NULL);
INSERT INTO s.employee VALUES (100, 'E-77', 10), (300, 'E-99', NULL);
INSERT INTO s.invoice VALUES (1, 1, 20, 'Kari Lie bought; olam');
SELECT is(pg_temp.rows('usr', '10'), 's.usr 10 about', 'a key between two persons alone joins nobody');
SELECT pg_temp.link('partner', 's.usr', 'partner', 'same'), pg_temp.link('usr', 's.employee', 'usr', 'same');
SELECT is(pg_temp.rows('usr', '10'), 's.employee 100 about, s.invoice 1 about, s.partner 1 about, s.usr 10 about', 'one human is found from the row between');
SELECT is(pg_temp.rows('employee', '100'), pg_temp.rows('partner', '1'), 'one human is the same from either end');
SELECT is(pg_temp.rows('employee', '300') || pg_temp.rows('usr', '30'), 's.employee 300 abouts.usr 30 about', 'a key that is null joins nobody');
SELECT is((SELECT data ->> 'body' FROM retention.export_rows('usr', 10) WHERE relation = 's.invoice'::regclass), 'Kari Lie bought; [redacted]', 'a person''s own name under another kind stays in the copy');
SELECT is_empty($$SELECT * FROM retention.unlinked() WHERE kind = 'partner' AND relation = 's.usr'::regclass$$, 'a link that joins is no gap');
SELECT throws_ok($$SELECT pg_temp.link('partner', 's.invoice', 'partner.x', 'same')$$, NULL, NULL, 'a link that joins must lead somewhere');
SELECT throws_ok($$UPDATE retention.subject_link SET role = 'same' WHERE relation = 's.invoice'::regclass AND kind = 'partner'$$, '22023', 'role "same" does not fit table "invoice" and its path', 'only persons are the same human');
SELECT lives_ok($$SELECT retention.erase('employee', 100)$$, 'one human is erased from either end');
SELECT is((SELECT count(*) FROM s.partner WHERE name IS NOT NULL) + (SELECT count(*) FROM s.usr WHERE login IS NOT NULL) + (SELECT count(*) FROM s.employee WHERE badge IS NOT NULL), 1 + 2 + 1::bigint,
    'one human is erased in all tables');
CREATE TABLE s.profile (id int PRIMARY KEY, partner int REFERENCES s.partner, nick text);
CREATE TABLE s.card (id int PRIMARY KEY, profile int UNIQUE REFERENCES s.profile, printed text);
INSERT INTO s.profile VALUES (1, 2, 'Lillegutt');
INSERT INTO s.card VALUES (1, 1, 'O. the Great');
SELECT pg_temp.personal('s.profile', 'nick', 'name'), pg_temp.personal('s.card', 'printed', 'name');
INSERT INTO retention.subject_kind (kind, relation) VALUES ('profile', 's.profile'), ('card', 's.card');
SELECT pg_temp.link('partner', 's.profile', 'partner', 'same'), pg_temp.link('profile', 's.card', 'profile', 'same');
SELECT throws_ok($$SELECT retention.export('partner', 2)$$, '21000', NULL, 'another name in a row that might be one of many stops a request');
ALTER TABLE s.profile ADD UNIQUE (partner);
SELECT is(pg_temp.rows('partner', '2'), 's.card 1 about, s.invoice 1 mentioned, s.partner 2 about, s.profile 1 about, s.usr 20 about', 'what a person is called in tables that have a row for each is no other person');
INSERT INTO s.partner VALUES (3, 'Siv Dahl');
INSERT INTO s.profile VALUES (2, 3, 'Lillegutt');
UPDATE retention.subject_kind SET identifying = '{nick}' WHERE kind = 'profile';
SELECT throws_ok($$SELECT retention.export('partner', 2)$$, '21000', NULL, 'names of one table differ, whatever others call them');
UPDATE retention.subject_kind SET identifying = '{}' WHERE kind = 'profile';
INSERT INTO s.usr SELECT i, 'u' || i, 2 FROM generate_series(1000, 1030) i;
SELECT throws_ok($$SELECT retention.export('partner', 2)$$, '21000', NULL, 'a key that joins too many rows is stopped, too');

-- Who may see a row.
CREATE SCHEMA d;
CREATE TABLE d.person (id int PRIMARY KEY, name text);
CREATE TABLE d.doc (id int PRIMARY KEY, owner int REFERENCES d.person, title text, body text);
CREATE TABLE d.reader (doc int REFERENCES d.doc, person int REFERENCES d.person, PRIMARY KEY (doc, person));
SELECT pg_temp.personal('d.person', 'name', 'name'), pg_temp.personal('d.doc', 'body', 'free text');
INSERT INTO retention.subject_kind (kind, relation) VALUES ('d', 'd.person');
SELECT pg_temp.link('d', 'd.doc', 'owner'), pg_temp.link('d', 'd.reader', 'person'), pg_temp.link('d', 'd.doc', '[d.reader.doc].person', 'accesses');
INSERT INTO d.person VALUES (1, 'Kari Lie'), (2, 'Ola Moe');
INSERT INTO d.doc VALUES (1, 1, 'Plan', 'Written by Kari Lie for Ola Moe');
INSERT INTO d.reader VALUES (1, 2);
SELECT is(pg_temp.rows('d', '2'), 'd.doc 1 accesses, d.person 2 about, d.reader {"doc": 1, "person": 2} about', 'a copy has what a person may see');
SELECT is((SELECT data::jsonb FROM retention.export_rows('d', 2) WHERE role = 'accesses'), '{"id": 1, "owner": 1, "title": "Plan", "body": "Written by Kari Lie for Ola Moe"}', 'what a person may see is seen whole');
SELECT is(pg_temp.rows('d', '1'), 'd.doc 1 about, d.person 1 about', 'who may see a row is no owner of it');
SELECT lives_ok($$SELECT retention.erase('d', 2)$$, 'who may see a row can be erased');
SELECT is((SELECT concat_ws(', ', owner, title, body, (SELECT count(*) FROM d.reader)) FROM d.doc), '1, Plan, Written by Kari Lie for Ola Moe, 0', 'what a person may see stays as it is');
ALTER TABLE d.doc ADD reviewer int REFERENCES d.person;
SELECT pg_temp.link('d', 'd.doc', 'reviewer', 'mentioned');
INSERT INTO d.person VALUES (3, 'Siv Dahl'), (4, 'Per Ask');
INSERT INTO d.doc VALUES (2, 1, 'Draft', 'Kari Lie, Siv Dahl and Per Ask', 3), (3, 1, 'Note', 'Siv Dahl', NULL);
INSERT INTO d.reader VALUES (2, 3), (2, 4), (3, 3);
SELECT is((SELECT data ->> 'body' FROM retention.export_rows('d', 3) WHERE relation = 'd.doc'::regclass AND row_key = '2'), 'Kari Lie, Siv Dahl and Per Ask', 'who may see a row that names him sees it whole');
SELECT lives_ok($$SELECT retention.erase('d', 3)$$, 'who may see a row and is mentioned in it can be erased');
SELECT is((SELECT string_agg(concat_ws(', ', id, owner, body, reviewer), '; ' ORDER BY id) FROM d.doc WHERE id > 1), '2, 1, Kari Lie, [redacted] and Per Ask; 3, 1, Siv Dahl', 'who may see a row and is mentioned in it is taken out');
SELECT lives_ok($$SELECT retention.erase('d', 1)$$, 'the owner can be erased');

-- What goes with either of two: a like has a note of its own, and is about who likes and who is liked.
CREATE SCHEMA l;
CREATE TABLE l.person (id int PRIMARY KEY, name text);
CREATE TABLE l.post (id int PRIMARY KEY, author int REFERENCES l.person, body text);
CREATE TABLE l.liked (id int PRIMARY KEY, post int REFERENCES l.post, person int REFERENCES l.person, note text, ended_at timestamptz);
CREATE TABLE l.badge (id int PRIMARY KEY, liked int REFERENCES l.liked ON DELETE CASCADE, owner int REFERENCES l.person, label text);
CREATE TABLE l.session (id int PRIMARY KEY, person int REFERENCES l.person, helper int REFERENCES l.person, log text);
SELECT pg_temp.personal('l.person', 'name', 'name'), pg_temp.personal('l.post', 'body', 'free text'), pg_temp.personal('l.liked', 'note', 'free text'), pg_temp.personal('l.badge', 'label', 'free text');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('liked', 'l.liked', '{ended_at}', '1 year', 'anonymise', 'enforce');
INSERT INTO retention.subject_kind (kind, relation) VALUES ('l', 'l.person');
SELECT pg_temp.link('l', 'l.post', 'author'), pg_temp.link('l', 'l.liked', 'person', 'deleted_with'), pg_temp.link('l', 'l.liked', 'post.author'), pg_temp.link('l', 'l.session', 'person', 'deleted_with'),
    pg_temp.link('l', 'l.session', 'helper', 'deleted_with'), pg_temp.link('l', 'l.badge', 'owner');
INSERT INTO l.person VALUES (1, 'Kari Lie'), (2, 'Ola Moe'), (3, 'Siv Dahl');
INSERT INTO l.post VALUES (1, 1, 'Kari Lie says'), (2, 2, 'Ola Moe says');
INSERT INTO l.liked VALUES (1, 1, 2, 'Ola Moe likes Kari Lie'), (2, 2, 1, 'Kari Lie likes Ola Moe'), (3, 2, 3, 'Siv Dahl likes Ola Moe'), (4, 1, 3, 'Siv Dahl likes Kari Lie');
INSERT INTO l.badge VALUES (1, 4, 1, 'Kari''s');
INSERT INTO l.session VALUES (1, 2, 3, 'a'), (2, 3, 1, 'b');
SELECT is(pg_temp.rows('l', '2'), 'l.liked 1 deleted_with, l.liked 2 about, l.liked 3 about, l.person 2 about, l.post 2 about, l.session 1 deleted_with', 'a copy has what goes with the person');
SELECT is((SELECT data ->> 'note' FROM retention.export_rows('l', 2) WHERE relation = 'l.liked'::regclass AND row_key = '1'), 'Ola Moe likes [redacted]', 'a copy of what goes with the person names nobody else');
SELECT lives_ok($$SELECT retention.erase('l', 2)$$, 'who takes rows along is erased');
SELECT is((SELECT string_agg(concat_ws(' ', id, note), ', ' ORDER BY id) FROM l.liked), '2 Kari Lie likes [redacted], 3 Siv Dahl likes [redacted], 4 Siv Dahl likes Kari Lie', 'what goes with the person is deleted, though anonymised by policy, and what is others'' stays');
SELECT is((SELECT string_agg(id::text, ', ') FROM l.session), '2', 'a row without a policy goes with either of two');
SELECT lives_ok($$SELECT retention.erase('l', 3)$$, 'who would take a neighbour''s row along is erased');
SELECT is((SELECT concat_ws(', ', b.label, l.note) FROM l.badge b JOIN l.liked l ON l.id = b.liked), 'Kari''s', 'a row that would take somebody else''s along is anonymised instead');
SELECT lives_ok($$INSERT INTO retention.policy (name, relation, clock_starts, keep_for, must_keep_for, reference, action, mode, priority, applies_to) VALUES ('kept', 'l.liked', '{ended_at}', '9 years', '9 years', 'some Act', 'delete', 'enforce', 1, 'ended_at IS NOT NULL')$$, 'the law may keep what goes along');
UPDATE l.liked SET ended_at = '2026-01-01' WHERE id = 2;
SELECT is((SELECT json_array_length(retention.erase('l', 1) -> 'kept')), 1, 'what the law keeps does not go along');

-- Why a request stops is told, even where no value is to blame.
CREATE FUNCTION pg_temp.detail(query text) RETURNS text LANGUAGE plpgsql AS
    $$DECLARE d text; BEGIN EXECUTE query; EXCEPTION WHEN others THEN GET STACKED DIAGNOSTICS d = PG_EXCEPTION_DETAIL; RETURN d; END$$;
SELECT is(pg_temp.detail($$SELECT retention.export('partner', 2)$$), 'They are joined by keys that links of role "same" follow.', 'humans that keys alone join are told as such');

-- A row that only joins, by keys or by what may be unset.
CREATE TABLE s.tenant_user (tenant int, id int, name text, PRIMARY KEY (tenant, id));
CREATE TABLE s.vote (id int PRIMARY KEY, tenant int, usr int, FOREIGN KEY (tenant, usr) REFERENCES s.tenant_user);
CREATE TABLE s.loan (id int PRIMARY KEY, lender int REFERENCES s.partner, borrower int REFERENCES s.partner);
CREATE TABLE s.pair (a int REFERENCES s.partner, b int REFERENCES s.partner, PRIMARY KEY (a, b));
SELECT pg_temp.personal('s.tenant_user', 'name', 'name');
INSERT INTO retention.subject_kind (kind, relation) VALUES ('tenant', 's.tenant_user');
SELECT pg_temp.link('tenant', 's.vote', 'tenant'), pg_temp.link('partner', 's.loan', 'lender'), pg_temp.link('partner', 's.loan', 'borrower'), pg_temp.link('partner', 's.pair', 'a'), pg_temp.link('partner', 's.pair', 'b');
INSERT INTO s.tenant_user VALUES (1, 1, 'Kari Lie'), (1, 2, 'Ola Moe');
INSERT INTO s.vote VALUES (1, 1, 1), (2, 1, 2);
INSERT INTO s.partner VALUES (41, 'Liv Berg'), (42, 'Jon Berg');
INSERT INTO s.loan VALUES (1, 41, 42), (2, 41, NULL);
INSERT INTO s.pair VALUES (41, 42);
SELECT lives_ok($$SELECT retention.erase('tenant', '{"tenant": 1, "id": 1}'::jsonb)$$, 'who is named by two columns is erased');
SELECT is((SELECT string_agg(concat_ws(' ', id, tenant, usr), ', ' ORDER BY id) FROM s.vote), '1 1 1, 2 1 2', 'one key of two columns is no joining of two');
SELECT lives_ok($$SELECT retention.erase('partner', 41)$$, 'who is joined with somebody else is erased');
SELECT is((SELECT string_agg(concat_ws(' ', id, lender, borrower), ', ' ORDER BY id) FROM s.loan), '1 42', 'what is somebody else''s too stays, and the person is taken out of it');
SELECT is((SELECT count(*) FROM s.pair), 0::bigint, 'whoever cannot be taken out of a row is joined no more');

SELECT * FROM finish();
ROLLBACK;
