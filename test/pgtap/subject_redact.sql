-- Other persons in the rows about one (Article 15(4)): in free text, in columns that lead to them, in columns that are theirs.
BEGIN;
SELECT plan(28);

CREATE SCHEMA g;
CREATE TABLE g.persons (email text PRIMARY KEY, name text, phone text, salary int, team int,
    manager text REFERENCES g.persons, remarks text);
CREATE TABLE g.messages (id bigint PRIMARY KEY, sender text REFERENCES g.persons, recipient text REFERENCES g.persons,
    sender_ip inet, recipient_phone text, subject varchar(200), body text, extra jsonb, tags text[], raw json, page xml);
CREATE TABLE g.cases (id bigint PRIMARY KEY, opened_by text REFERENCES g.persons, handled_by text REFERENCES g.persons, description text);
CREATE TABLE g.helpers (case_id bigint REFERENCES g.cases, person text REFERENCES g.persons, remark text, PRIMARY KEY (case_id, person));
CREATE TABLE g.notes (id bigint PRIMARY KEY, case_id bigint REFERENCES g.cases, author text REFERENCES g.persons, body text, minutes int);
INSERT INTO retention.subject_kind (kind, relation, identifying) VALUES ('person', 'g.persons', '{email}');
INSERT INTO retention.subject_link (kind, relation, path, role, columns) VALUES
    ('person', 'g.persons', 'manager', 'mentioned', '{}'),
    ('person', 'g.messages', 'sender', 'about', '{sender_ip}'), ('person', 'g.messages', 'recipient', 'about', '{recipient_phone}'),
    ('person', 'g.cases', 'opened_by', 'about', '{}'), ('person', 'g.cases', 'handled_by', 'mentioned', '{}'),
    ('person', 'g.cases', '[g.helpers.case_id].person', 'about', '{}'),
    ('person', 'g.helpers', 'person', 'about', '{}'), ('person', 'g.helpers', 'case_id.opened_by', 'mentioned', '{}'),
    ('person', 'g.notes', 'case_id.opened_by', 'about', '{}'), ('person', 'g.notes', 'author', 'mentioned', '{}');
INSERT INTO retention.personal_column (relation, column_name, category) VALUES
    ('g.persons', 'remarks', 'free text'), ('g.persons', 'name', 'name'), ('g.persons', 'phone', 'phone'), ('g.messages', 'sender_ip', 'ip address'),
    ('g.messages', 'recipient_phone', 'phone'), ('g.messages', 'body', 'free text'),
    ('g.cases', 'description', 'free text'), ('g.notes', 'body', 'free text'), ('g.helpers', 'remark', 'remark');
INSERT INTO g.persons VALUES
    ('kari@x.example', 'Kari Lie', '+47 41234567', 1, 1, NULL, 'Ring 22225555'), ('ola@x.example', 'Ola Moe', '499 99 999', 2, 1, 'kari@x.example', 'Ring 33335555'),
    ('per@x.example', 'Per Lie', '22 22 55 55', 3, 1, NULL, NULL), ('eva@x.example', 'Eva Åsen', NULL, 4, 1, NULL, NULL);
UPDATE g.persons SET manager = 'per@x.example' WHERE name = 'Kari Lie';
INSERT INTO g.messages VALUES
    (1, 'kari@x.example', 'ola@x.example', '192.0.2.1', '49999999', 'Til OLA',
     'Hei Ola, ring Kari på 41234567. Mvh kari@x.example. Sendt fra +47 499 99 999, kopi til ukjent@y.example',
     '{"cc": ["ola@x.example"], "names": {"Kari": 1, "Moe": 2}, "n": 7}', '{vip,Ola Moe}', '{"to": "O\u006ca"}', '<p>Kjære Ola</p>'),
    (2, 'kari@x.example', 'kari@x.example', '192.0.2.1', '41234567', 'huskelapp', 'Per Lie og Ola', NULL, NULL, NULL, NULL),
    (3, 'kari@x.example', NULL, NULL, NULL, 'Ola', 'ring 22225555', NULL, NULL, NULL, NULL);
INSERT INTO g.cases VALUES (10, 'kari@x.example', 'per@x.example', 'Kari Lie og Ola Moe bad Per Lie om hjelp; Eva ser på'),
    (11, 'ola@x.example', 'kari@x.example', 'Ola trenger hjelp fra Kari');
INSERT INTO g.helpers VALUES (10, 'ola@x.example', 'Ola hjelper Kari'), (10, 'eva@x.example', 'Evas time'), (11, 'kari@x.example', 'Kari for Ola');
INSERT INTO g.notes VALUES (20, 10, 'per@x.example', 'Per ringte Kari, 41 23 45 67; fikk 22225555 av Eva', 5), (21, 11, 'kari@x.example', 'Ola er fornøyd', 6);

CREATE TEMP TABLE kari AS SELECT * FROM retention.export_rows('person', 'kari@x.example');
CREATE FUNCTION pg_temp.of(which regclass, k text, field text) RETURNS text LANGUAGE sql AS
    $$SELECT data ->> field FROM kari WHERE relation = which AND row_key::text = k$$;

-- Her own row, and that of somebody who refers to her.
SELECT results_eq($$SELECT data::jsonb FROM kari WHERE relation = 'g.persons'::regclass AND role = 'about'$$,
    $$VALUES ('{"email": "kari@x.example", "name": "Kari Lie", "phone": "+47 41234567", "salary": 1, "team": 1, "manager": null,
      "remarks": "Ring [redacted]"}'::jsonb)$$,
    'her own row without whom it leads to and whom it names');
SELECT results_eq($$SELECT row_key, data::jsonb FROM kari WHERE relation = 'g.persons'::regclass AND role = 'mentioned'$$,
    $$VALUES ('null'::jsonb, '{"email": null, "name": null, "phone": null, "salary": null, "team": null, "remarks": null, "manager": "kari@x.example"}'::jsonb)$$,
    'of another person''s row nothing but that it leads to her, whatever is declared');
-- Two persons in one row.
SELECT is(pg_temp.of('g.messages', '1', 'recipient'), NULL, 'a column that leads to somebody else');
SELECT is(pg_temp.of('g.messages', '1', 'recipient_phone'), NULL, 'a column that is somebody else''s');
SELECT is(pg_temp.of('g.messages', '1', 'sender_ip'), '192.0.2.1', 'her own stays');
SELECT is(pg_temp.of('g.messages', '1', 'subject'), 'Til [redacted]', 'a name in any text, in any case');
SELECT is(pg_temp.of('g.messages', '1', 'body'),
    'Hei [redacted], ring Kari på 41234567. Mvh kari@x.example. Sendt fra [redacted], kopi til [redacted]',
    'name, phone and e-mail in free text, also of persons the database does not know; hers stay');
SELECT is(pg_temp.of('g.messages', '1', 'extra')::jsonb, '{"cc": ["[redacted]"], "names": {"Kari": 1, "[redacted]": 2}, "n": 7}'::jsonb, 'in JSON');
SELECT is(pg_temp.of('g.messages', '1', 'tags')::jsonb, '["vip", "[redacted]"]'::jsonb, 'in an array');
SELECT is(pg_temp.of('g.messages', '1', 'raw'), '{"to": "[redacted]"}', 'however it is escaped');
SELECT is(pg_temp.of('g.messages', '1', 'page'), '<p>Kjære [redacted]</p>', 'in XML');
SELECT is(pg_temp.of('g.messages', '2', 'recipient') || ' ' || pg_temp.of('g.messages', '2', 'recipient_phone'), 'kari@x.example 41234567',
    'who is both sender and recipient keeps both');
SELECT is(pg_temp.of('g.messages', '2', 'body'), 'Per Lie og Ola', 'names of persons the row does not lead to are not known');
SELECT is(pg_temp.of('g.messages', '3', 'body'), 'ring [redacted]', 'numbers are');
-- The other one sees the other half.
SELECT is((SELECT data ->> 'sender_ip' || (data ->> 'recipient_phone') FROM retention.export_rows('person', 'ola@x.example')
    WHERE relation = 'g.messages'::regclass), NULL, 'the recipient does not see what is the sender''s');
SELECT is((SELECT data ->> 'body' FROM retention.export_rows('person', 'ola@x.example') WHERE relation = 'g.messages'::regclass),
    'Hei Ola, ring [redacted] på [redacted]. Mvh [redacted]. Sendt fra +47 499 99 999, kopi til [redacted]', 'the recipient does not see the sender in the text');
-- Several persons by one path.
SELECT is(pg_temp.of('g.cases', '10', 'description'), 'Kari Lie og [redacted] bad [redacted] om hjelp; [redacted] ser på',
    'helpers and handler; her name stays, also where it is part of his');
SELECT is(pg_temp.of('g.cases', '10', 'opened_by'), 'kari@x.example', 'a case she opened is hers');
SELECT is(pg_temp.of('g.cases', '10', 'handled_by'), NULL, 'a case she opened does not show who handles it');
SELECT is(pg_temp.of('g.cases', '11', 'description'), '[redacted] trenger hjelp fra Kari', 'a case she helps with is about her');
SELECT is((SELECT role FROM kari WHERE relation = 'g.cases'::regclass AND row_key = '11'), 'about', 'a case she helps with is about her although she handles it, too');
SELECT bag_eq($$SELECT row_key, data::jsonb FROM kari WHERE relation = 'g.helpers'::regclass$$, $$VALUES
    ('{"case_id": 11, "person": "kari@x.example"}'::jsonb, '{"case_id": 11, "person": "kari@x.example", "remark": "Kari for [redacted]"}'::jsonb),
    ('{"case_id": 10, "person": null}', '{"case_id": 10, "person": null, "remark": null}'),
    ('{"case_id": 10, "person": null}', '{"case_id": 10, "person": null, "remark": null}')$$, 'a key does not name another person');
SELECT is(pg_temp.of('g.notes', '20', 'body'), '[redacted] ringte Kari, 41 23 45 67; fikk [redacted] av Eva', 'a note about her, by its author');
SELECT is(pg_temp.of('g.notes', '20', 'author'), NULL, 'who is not named');
SELECT is((SELECT data::jsonb FROM kari WHERE relation = 'g.notes'::regclass AND role = 'mentioned'),
    '{"id": 21, "case_id": 11, "author": "kari@x.example", "body": null, "minutes": 6}'::jsonb,
    'of a row that only mentions her no personal column');
-- The document and what she may take along say no more.
SELECT is((SELECT count(*) FROM unnest('{ola@x.example,per@x.example,eva@x.example,ukjent@y.example,49999999,22225555,Moe,Åsen}'::text[]) AS w
    WHERE retention.export('person', 'kari@x.example')::text LIKE '%' || w || '%'), 0::bigint, 'the document names nobody else');

-- What types say, and domains over them, in the person's table and in that of the row.
CREATE SCHEMA t;
CREATE DOMAIN t.name AS retention.person_name;
CREATE TABLE t.persons (id int PRIMARY KEY, name t.name, mail retention.email);
CREATE TABLE t.notes (id int PRIMARY KEY, about int REFERENCES t.persons, by int REFERENCES t.persons, body retention.free_text, plain text);
INSERT INTO retention.subject_kind (kind, relation) VALUES ('typed', 't.persons');
INSERT INTO retention.subject_link (kind, relation, path, role) VALUES ('typed', 't.notes', 'about', 'about'), ('typed', 't.notes', 'by', 'mentioned');
INSERT INTO t.persons VALUES (1, 'Kari Lie', 'kari@x.example'), (2, 'Ola Moe', 'ola@x.example');
INSERT INTO t.notes VALUES (1, 1, 2, 'Kari, says Ola; ring 22225555', 'ola@x.example');
SELECT is((SELECT data::jsonb FROM retention.export_rows('typed', 1) WHERE relation = 't.notes'::regclass),
    '{"id": 1, "about": 1, "by": null, "body": "Kari, says [redacted]; ring [redacted]", "plain": "[redacted]"}', 'columns that are personal by their types');
SELECT is((SELECT data::jsonb FROM retention.export_rows('typed', 2) WHERE relation = 't.notes'::regclass),
    '{"id": 1, "about": null, "by": 2, "body": null, "plain": "ola@x.example"}', 'in rows that only mention her, too');
SELECT * FROM finish();
ROLLBACK;
