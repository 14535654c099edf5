-- What schemas of other people found (foreign_schemas): each case by itself.
BEGIN;
SELECT plan(16);
SET client_min_messages = error;
\ir ../declare.psql
CREATE FUNCTION pg_temp.data(kind text, key bigint, relation regclass) RETURNS text LANGUAGE sql AS
    $$SELECT string_agg(data::text, ', ' ORDER BY r.row_key) FROM retention.export_rows(kind, key) r WHERE r.relation = data.relation$$;

-- One human in a chain of tables, each of which has a name of its own: what tells who somebody else is stands in all of them.
CREATE SCHEMA c;
CREATE TABLE c.partner (id int PRIMARY KEY, name text, is_company boolean NOT NULL DEFAULT false);
CREATE TABLE c.usr (id int PRIMARY KEY, partner int UNIQUE REFERENCES c.partner, login text);
CREATE TABLE c.profile (usr int PRIMARY KEY REFERENCES c.usr, nick text);
CREATE TABLE c.employee (id int PRIMARY KEY, usr int UNIQUE REFERENCES c.usr);
CREATE TABLE c.alias (id int PRIMARY KEY, partner int REFERENCES c.partner, alias text);
CREATE TABLE c.hours (id int PRIMARY KEY, employee int REFERENCES c.employee, approved_by int REFERENCES c.employee, task text);
SELECT pg_temp.personal('c.partner', 'name', 'name'), pg_temp.personal('c.usr', 'login', 'username'), pg_temp.personal('c.profile', 'nick', 'username'), pg_temp.personal('c.alias', 'alias', 'name'), pg_temp.personal('c.hours', 'task', 'free text');
INSERT INTO retention.subject_kind (kind, relation, applies_to) VALUES ('partner', 'c.partner', 'NOT is_company'), ('usr', 'c.usr', NULL), ('profile', 'c.profile', NULL), ('employee', 'c.employee', NULL);
SELECT pg_temp.link('partner', 'c.usr', 'partner', 'same'), pg_temp.link('usr', 'c.profile', 'usr', 'same'), pg_temp.link('usr', 'c.employee', 'usr', 'same'), pg_temp.link('partner', 'c.alias', 'partner'),
    pg_temp.link('employee', 'c.hours', 'employee'), pg_temp.link('employee', 'c.hours', 'approved_by', 'mentioned');
INSERT INTO c.partner VALUES (1, 'Kari Lie'), (2, 'Ola Moen'), (3, 'Siv Dahl');
INSERT INTO c.partner VALUES (4, 'Firma Fjord', true);
INSERT INTO c.usr VALUES (11, 1, 'kari17'), (12, 2, 'olam99'), (14, 4, 'fjord4');
INSERT INTO c.profile VALUES (11, 'Kariolka'), (12, 'Olabolla');
INSERT INTO c.employee VALUES (21, 11), (22, 12), (24, 14);
INSERT INTO c.alias VALUES (1, 2, 'Olemann');
INSERT INTO c.hours VALUES (1, 21, 22, 'Kari Lie for Ola Moen, olam99, Olabolla, Olemann'), (2, 21, 24, 'Kari Lie for fjord4 of Firma Fjord');
SELECT is((SELECT data ->> 'task' FROM retention.export_rows('partner', 1) WHERE row_key = '1' AND relation = 'c.hours'::regclass), 'Kari Lie for [redacted], [redacted], [redacted], [redacted]',
    'a copy is without the names that somebody else has in tables of the same human');
SELECT is((SELECT data ->> 'task' FROM retention.export_rows('partner', 1) WHERE row_key = '2' AND relation = 'c.hours'::regclass), 'Kari Lie for [redacted] of Firma Fjord',
    'a company that a key of the same human leads to is not taken out of a copy');
-- A name that is like another's with a letter changed.
INSERT INTO c.partner VALUES (5, 'Kari Lia');
INSERT INTO c.usr VALUES (15, 5, 'x5');
INSERT INTO c.employee VALUES (25, 15);
INSERT INTO c.hours VALUES (3, 22, 25, 'Olabolla with Kari Lia'), (4, 25, 21, 'Kari Lia for Kari Lie');
DO $$BEGIN PERFORM retention.erase('partner', 1); END$$;
SELECT is((SELECT string_agg(concat_ws(' ', id, task), ', ' ORDER BY id) FROM c.hours), '1, 2, 3 Olabolla with Kari Lia, 4 Kari Lia for [redacted]',
    'a name that somebody else has in a table of the same human stays where a name like it is taken out');
-- Tables of the same human that have no row of hers.
SELECT is((SELECT retention.export('partner', 3)::jsonb -> 'not_reached'), '[]', 'a copy has reached the tables of the same human');
SELECT is((SELECT retention.erase('partner', 3)::jsonb -> 'not_reached'), '[]', 'a table of the same human is reached though it has no row of the person');

-- Tenants without foreign keys: whoever is taken out of a row leaves it its tenant, which other keys have, too.
CREATE SCHEMA t;
CREATE TABLE t.customer (tenant text, no int, name text, PRIMARY KEY (tenant, no));
CREATE TABLE t.note (id int PRIMARY KEY, tenant text, about_type text, about_no int, writer_no int, reader_no int, text text);
SELECT pg_temp.personal('t.customer', 'name', 'name'), pg_temp.personal('t.note', 'text', 'free text');
INSERT INTO retention.subject_kind (kind, relation) VALUES ('t', 't.customer');
SELECT pg_temp.link('t', 't.note', '(tenant = t.customer.tenant, about_no = t.customer.no, about_type = ''customer'')'), pg_temp.link('t', 't.note', '(tenant = t.customer.tenant, writer_no = t.customer.no)', 'mentioned');
INSERT INTO t.customer VALUES ('a', 1, 'Kari Lie'), ('a', 2, 'Ola Moen'), ('b', 1, 'Siv Dahl');
INSERT INTO t.note VALUES (1, 'a', 'customer', 2, 1, NULL, 'Kari Lie on Ola Moen'), (2, 'b', 'customer', 1, 1, NULL, 'Siv Dahl on herself');
DO $$BEGIN PERFORM retention.erase('t', '{"tenant": "a", "no": 1}'::jsonb); END$$;
SELECT is((SELECT concat_ws('|', tenant, about_no, writer_no, text) FROM t.note WHERE id = 1), 'a|2|[redacted] on Ola Moen', 'a tenant that several keys without foreign keys have stays');
DO $$BEGIN PERFORM retention.erase('t', '{"tenant": "a", "no": 2}'::jsonb); END$$;
SELECT is((SELECT string_agg(concat_ws(' ', id, text), ', ' ORDER BY id) FROM t.note), '1, 2 Siv Dahl on herself', 'the row still led to whom it is about');

-- Persons who refer to each other, and rows that lead to them by a key that is set to null: what leads there is read before the persons go.
CREATE SCHEMA m;
CREATE TABLE m.person (id int PRIMARY KEY, name text, manager int REFERENCES m.person ON DELETE SET NULL, ended_at date);
CREATE TABLE m.hours (id int PRIMARY KEY, person int REFERENCES m.person, approved_by int REFERENCES m.person ON DELETE SET NULL, task text);
SELECT pg_temp.personal('m.person', 'name', 'name'), pg_temp.personal('m.hours', 'task', 'free text');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('m', 'm.person', '{ended_at}', '1 day', 'delete', 'enforce');
INSERT INTO retention.subject_kind (kind, relation) VALUES ('m', 'm.person');
SELECT pg_temp.link('m', 'm.person', 'manager', 'mentioned'), pg_temp.link('m', 'm.hours', 'person'), pg_temp.link('m', 'm.hours', 'approved_by', 'mentioned');
INSERT INTO m.person VALUES (1, 'Kari Lie', NULL), (2, 'Ola Moen', 1);
INSERT INTO m.hours VALUES (1, 2, 1, 'Painting, seen by Kari Lie');
DO $$BEGIN PERFORM retention.erase('m', 1); END$$;
SELECT is((SELECT concat_ws('|', person, approved_by, task) FROM m.hours), '2|Painting, seen by [redacted]', 'a row that led to a person who is deleted is without the name');
SELECT is((SELECT string_agg(concat_ws(' ', id, name, manager), ', ') FROM m.person), '2 Ola Moen', 'a person whose manager is deleted stays');

-- One human in two tables by an address: what the other table calls somebody tells who it is, too.
CREATE SCHEMA i;
CREATE TABLE i.usr (id int PRIMARY KEY, org int, name text, mail text);
CREATE TABLE i.guest (id int PRIMARY KEY, org int, called text, mail text);
CREATE TABLE i.tag (id int PRIMARY KEY, guest int REFERENCES i.guest, nick text);
CREATE TABLE i.visit (id int PRIMARY KEY, usr int REFERENCES i.usr, host int REFERENCES i.usr, note text);
SELECT pg_temp.personal('i.usr', 'name', 'name'), pg_temp.personal('i.usr', 'mail', 'email'), pg_temp.personal('i.guest', 'called', 'name'), pg_temp.personal('i.guest', 'mail', 'email'), pg_temp.personal('i.tag', 'nick', 'username'),
    pg_temp.personal('i.visit', 'note', 'free text');
INSERT INTO retention.subject_kind (kind, relation, identifying, scope, placeholders) VALUES ('iu', 'i.usr', '{mail}', '{org}', '{post@i.example}'), ('ig', 'i.guest', '{mail}', '{org}', '{}');
SELECT pg_temp.link('iu', 'i.visit', 'usr'), pg_temp.link('iu', 'i.visit', 'host', 'mentioned'), pg_temp.link('ig', 'i.tag', 'guest');
INSERT INTO i.usr VALUES (1, 1, 'Kari Lie', 'kari@i.example'), (2, 1, 'Ola Moen', 'Ola@i.example'), (3, 1, 'Siv Dahl', 'post@i.example');
INSERT INTO i.guest VALUES (11, 1, 'Ola Conrad Moen', 'ola@I.example '), (12, 2, 'Ola Birger Moen', 'ola@i.example'), (13, 1, 'Siv Annelise Dahl', 'post@i.example');
INSERT INTO i.tag VALUES (1, 11, 'Snekkern');
INSERT INTO i.visit SELECT g, 1, 2, 'Kari Lie met Ola Conrad Moen, Snekkern, not Ola Birger Moen' FROM generate_series(1, 2) g UNION ALL VALUES (3, 1, 3, 'Kari Lie met Annelise');
SELECT is((SELECT string_agg(data ->> 'note', '; ' ORDER BY row_key) FROM retention.export_rows('iu', 1) WHERE relation = 'i.visit'::regclass AND row_key <> '3'),
    'Kari Lie met [redacted], [redacted], not [redacted] Birger [redacted]; Kari Lie met [redacted], [redacted], not [redacted] Birger [redacted]',
    'a copy is without the names that somebody else has in a table with the same address');
SELECT is((SELECT data ->> 'note' FROM retention.export_rows('iu', 1) WHERE relation = 'i.visit'::regclass AND row_key = '3'), 'Kari Lie met Annelise', 'an address that is everybody''s leads to nobody''s names');

-- Finding a person: by what tells who it is in the own row, whether declared as identifying or not.
CREATE SCHEMA f;
CREATE TABLE f.person (id int PRIMARY KEY, name text, email text, state text, born date);
SELECT pg_temp.personal('f.person', 'name', 'name'), pg_temp.personal('f.person', 'email', 'email'), pg_temp.personal('f.person', 'state', 'other'), pg_temp.personal('f.person', 'born', 'birth date');
INSERT INTO retention.subject_kind (kind, relation, identifying) VALUES ('f', 'f.person', '{email}');
INSERT INTO f.person VALUES (1, 'Kari Lie', 'kari@f.example', 'Nowhere Land', '1987-06-15'), (2, E'Andre\u0301 Lie', 'andre@f.example', NULL, NULL);
SELECT results_eq($$SELECT key, column_name FROM retention.find_subject('kari lie') WHERE kind = 'f'$$, $$VALUES ('1'::jsonb, 'name'::name)$$, 'a person is found by a name that is not identifying');
SELECT results_eq($$SELECT key, column_name FROM retention.find_subject(' KARI@f.example ') WHERE kind = 'f'$$, $$VALUES ('1'::jsonb, 'email'::name)$$, 'a person is found by an address that is written with blanks');
SELECT results_eq($$SELECT key FROM retention.find_subject(E'Andr\u00e9 Lie') WHERE kind = 'f'$$, $$VALUES ('2'::jsonb)$$, 'a person is found by a name whose letters are composed otherwise');
SELECT is_empty($$SELECT * FROM retention.find_subject('Nowhere Land')$$, 'what is said of a person finds nobody');
SELECT is((SELECT count(*) FROM retention.find_subject('Ola Moen') WHERE kind = 'partner'), 1::bigint, 'a person is found once by one column');

SELECT * FROM finish();
ROLLBACK;
