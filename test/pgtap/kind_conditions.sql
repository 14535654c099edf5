-- Kinds with a condition: a table whose rows are persons and companies.
BEGIN;
SELECT plan(26);
SET client_min_messages = error;
\ir ../declare.psql

CREATE SCHEMA o;
CREATE TABLE o.partner (id int PRIMARY KEY, name text, email text, is_company boolean NOT NULL DEFAULT false, parent int REFERENCES o.partner);
CREATE TABLE o.sale (id int PRIMARY KEY, partner int REFERENCES o.partner, contact int REFERENCES o.partner, note text);
SELECT pg_temp.personal('o.partner', 'name', 'name'), pg_temp.personal('o.partner', 'email', 'email'), pg_temp.personal('o.sale', 'note', 'free text');
SELECT throws_ok(format($$INSERT INTO retention.subject_kind (kind, relation, identifying, applies_to) VALUES ('partner', 'o.partner', '{email}', %L)$$, condition), state, NULL, format('condition %s is refused', condition))
FROM (VALUES ('NOT is_firm', '42703'), ('name', '42804'), ('now() > ''2000-01-01''', '42P17'), ('EXISTS (SELECT)', '0A000'), ('true; true', '42601')) AS v (condition, state);
CREATE FUNCTION o.is_person(boolean) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT NOT $1';
SELECT throws_ok($$INSERT INTO retention.subject_kind (kind, relation, applies_to) VALUES ('partner', 'o.partner', 'o.is_person(is_company)')$$, '0A000', 'condition in field "applies_to" calls what a user has written', 'a condition that calls a user''s function is refused');
SELECT lives_ok($$INSERT INTO retention.subject_kind (kind, relation, identifying, applies_to) VALUES ('partner', 'o.partner', '{email}', 'NOT is_company')$$, 'a kind may have a condition');
SELECT pg_temp.link('partner', 'o.sale', 'partner'), pg_temp.link('partner', 'o.sale', 'contact', 'mentioned');
INSERT INTO o.partner VALUES (1, 'Firma AS', 'post@firma.example', true, NULL), (2, 'Kari Lie', 'kari@firma.example', false, 1), (3, 'Ola Moe', 'post@firma.example', false, 1);
INSERT INTO o.sale VALUES (1, 1, 2, 'Firma AS by Kari Lie'), (2, 2, NULL, 'Kari Lie, of Firma AS'), (3, 3, 2, 'Ola Moe with Kari Lie');
SELECT throws_ok($$SELECT retention.export('partner', 1)$$, 'P0002', NULL, 'a company is no person who may have a copy');
SELECT throws_ok($$SELECT retention.erase('partner', 1)$$, 'P0002', NULL, 'a company is no person who may be erased');
SELECT throws_ok($$SELECT retention.restrict('partner', 1, 'Article 18(1)(a)')$$, 'P0002', NULL, 'a company is no person who may have processing restricted');
SELECT is((SELECT string_agg(relation::text || ' ' || row_key, ', ' ORDER BY relation::text, row_key) FROM retention.export_rows('partner', 3)), 'o.partner 3, o.sale 3', 'an address that a company has, too, does not join it');
SELECT is_empty($$SELECT * FROM retention.shared_identities()$$, 'a value that a company has, too, is not shared by persons');
SELECT is_empty($$SELECT * FROM retention.find_subject('Firma AS')$$, 'a company is not found');
SELECT is((SELECT string_agg(key::text, ', ') FROM retention.find_subject('post@firma.example')), '3', 'of those who have an address the persons are found');
SELECT is((SELECT string_agg(data ->> 'note', '; ' ORDER BY row_key) FROM retention.export_rows('partner', 2) WHERE relation = 'o.sale'::regclass AND role = 'about'), 'Kari Lie, of Firma AS', 'a company is not taken out of a copy');
SELECT lives_ok($$SELECT retention.erase('partner', 2)$$, 'a person beside companies is erased');
SELECT is((SELECT string_agg(concat_ws(' ', id, name), ', ' ORDER BY id) FROM o.partner), '1 Firma AS, 2, 3 Ola Moe', 'a company stays beside the person');
SELECT is((SELECT string_agg(concat_ws(' ', id, partner, contact, note), ', ' ORDER BY id) FROM o.sale), '1 1 Firma AS by [redacted], 2 2, 3 3 Ola Moe with [redacted]', 'what is a company''s is not the erased person''s');

-- Whoever else a row is about is left, if a person.
CREATE TABLE o.home (id int PRIMARY KEY, note text);
CREATE TABLE o.lives (home int REFERENCES o.home, partner int REFERENCES o.partner, PRIMARY KEY (home, partner));
SELECT pg_temp.personal('o.home', 'note', 'free text');
SELECT pg_temp.link('partner', 'o.home', '[o.lives.home].partner'), pg_temp.link('partner', 'o.lives', 'partner');
INSERT INTO o.partner VALUES (4, 'Siv Dahl', 'siv@dahl.example', false, NULL), (5, 'Per Dahl', 'per@dahl.example', false, NULL);
INSERT INTO o.home VALUES (1, 'let by Firma AS'), (2, 'of both');
INSERT INTO o.lives VALUES (1, 1), (1, 4), (2, 4), (2, 5);
SELECT lives_ok($$SELECT retention.erase('partner', 4)$$, 'who shares a home with a company is erased');
SELECT is((SELECT string_agg(concat_ws(' ', id, note), ', ' ORDER BY id) FROM o.home), '1, 2 of both', 'a company beside whom a row is about does not keep the row, a person does');

-- The condition follows the schema.
ALTER TABLE o.partner RENAME COLUMN is_company TO is_firm;
SELECT is((SELECT applies_to FROM retention.subject_kind WHERE kind = 'partner'), '(NOT is_firm)', 'the condition of a kind follows the name of a column');
SELECT throws_ok($$SELECT retention.export('partner', 1)$$, 'P0002', NULL, 'a renamed condition says what it said');
SELECT throws_ok('ALTER TABLE o.partner DROP COLUMN is_firm', '2BP01', NULL, 'a column that the condition of a kind reads cannot be dropped');
SELECT throws_ok('ALTER TABLE o.partner ALTER is_firm DROP DEFAULT, ALTER is_firm TYPE int USING is_firm::int', '2BP01', NULL, 'a column that the condition of a kind reads keeps a type that can be asked');
SELECT lives_ok($$UPDATE retention.subject_kind SET applies_to = NULL WHERE kind = 'partner'$$, 'the condition of a kind can be taken away');
SELECT throws_ok($$SELECT retention.export('partner', 1)$$, '21000', NULL, 'without a condition each row is a person, and an address joins them');

SELECT * FROM finish();
ROLLBACK;
