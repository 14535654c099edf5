-- Who is one human by values that are no plain text: arrays, JSON, domains, enums, money.
BEGIN;
SELECT plan(14);
SET client_min_messages = error;

CREATE FUNCTION pg_temp.rows(kind text, key text) RETURNS text LANGUAGE sql AS
    $$SELECT string_agg(relation::text || ' ' || row_key, ', ' ORDER BY relation::text COLLATE "C", row_key) FROM retention.export_rows(kind, key)$$;
CREATE FUNCTION pg_temp.kind(kind text, relation regclass, identifying name[]) RETURNS void LANGUAGE sql AS
    $$INSERT INTO retention.subject_kind (kind, relation, identifying) VALUES (kind, relation, identifying)$$;

CREATE SCHEMA i;
-- Several addresses in one column.
CREATE TABLE i.lists (id int PRIMARY KEY, email text[]);
SELECT pg_temp.kind('lists', 'i.lists', '{email}');
INSERT INTO i.lists VALUES (1, '{NULL,NULL}'), (2, '{NULL,NULL}'), (3, '[0:1]={NULL,NULL}'), (4, '[0:1]={NULL,NULL}'), (5, '{n/a,-}'), (6, '{n/a,-}'), (7, '{NULL,kari@x.example}'),
    (8, '{NULL,Kari@x.example}'), (9, '[0:0]={ola@x.example}'), (10, '[0:0]={ola@x.example}'), (11, '{ole@x.example}');
SELECT is(pg_temp.rows('lists', '1'), 'i.lists 1', 'an array of nothing but nulls joins nobody');
SELECT is(pg_temp.rows('lists', '3'), 'i.lists 3', 'an array of nulls that begins at zero joins nobody');
SELECT is(pg_temp.rows('lists', '5'), 'i.lists 5', 'an array of words for nobody joins nobody');
SELECT is(pg_temp.rows('lists', '7'), 'i.lists 7, i.lists 8', 'an array with an address beside a null is the same person''s');
SELECT is(pg_temp.rows('lists', '9'), 'i.lists 9, i.lists 10', 'an array that begins at zero is the same person''s where it holds an address');
INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('i.lists', 'email', 'email');
SELECT lives_ok($$SELECT retention.erase('lists', 1)$$, 'who has an array of nothing but nulls is erased');
SELECT is((SELECT string_agg(id::text, ' ' ORDER BY id) FROM i.lists WHERE email IS NOT NULL), '2 3 4 5 6 7 8 9 10 11',
    'an erasure of who has an array of nulls leaves the rows of all others that have one');

-- JSON.
CREATE TABLE i.docs (id int PRIMARY KEY, contact jsonb, raw json);
SELECT pg_temp.kind('docs', 'i.docs', '{contact,raw}');
INSERT INTO i.docs VALUES (1, 'null', NULL), (2, 'null', NULL), (3, '{"mail": null}', NULL), (4, '{"mail": null}', NULL), (5, NULL, '{"mail":null,"phone":""}'),
    (6, NULL, '{"mail":null,"phone":""}'), (7, '{"mail": "kari@x.example"}', NULL), (8, '{"mail": "kari@x.example"}', NULL);
SELECT is(pg_temp.rows('docs', '1'), 'i.docs 1', 'the null of JSON joins nobody');
SELECT is(pg_temp.rows('docs', '3'), 'i.docs 3', 'a document whose only value is null joins nobody');
SELECT is(pg_temp.rows('docs', '5'), 'i.docs 5', 'a document as it was written whose values are null or empty joins nobody');
SELECT is(pg_temp.rows('docs', '7'), 'i.docs 7, i.docs 8', 'a document with an address is the same person''s');

-- Types of one's own, and money.
CREATE DOMAIN i.mail AS varchar(80) CHECK (value LIKE '%@%');
CREATE TABLE i.typed (id int PRIMARY KEY, email i.mail);
CREATE TABLE i.padded (id int PRIMARY KEY, email char(40));
CREATE TABLE i.paid (id int PRIMARY KEY, deposit money);
SELECT pg_temp.kind('typed', 'i.typed', '{email}'), pg_temp.kind('padded', 'i.padded', '{email}'), pg_temp.kind('paid', 'i.paid', '{deposit}');
INSERT INTO i.typed VALUES (1, 'Kari@Firma.example'), (2, 'unknown@x.example'), (3, 'unknown@x.example');
INSERT INTO i.padded VALUES (1, 'kari@firma.example'), (2, 'unknown@x.example');
INSERT INTO i.paid VALUES (1, 0), (2, 0), (3, 12.5);
SELECT is(pg_temp.rows('padded', '1'), 'i.padded 1, i.typed 1', 'an address of a domain is that of a padded column');
SELECT is(pg_temp.rows('typed', '2'), 'i.typed 2', 'a word for nobody joins nobody under a domain, and none of a padded column');
SELECT is(pg_temp.rows('paid', '1'), 'i.paid 1', 'no money is nobody''s in particular');
SELECT * FROM finish();
ROLLBACK;
