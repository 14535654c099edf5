-- Tables without a primary key, whose rows a unique index over NOT NULL columns names.
BEGIN;
SELECT plan(17);
SET client_min_messages = error;
CREATE FUNCTION pg_temp.personal(relation regclass, column_name name, category text) RETURNS void LANGUAGE sql AS
    $$INSERT INTO retention.personal_column (relation, column_name, category) VALUES (relation, column_name, category)$$;
CREATE SCHEMA u;
CREATE TABLE u.person (tenant int NOT NULL, no int NOT NULL, wide text NOT NULL, name text, UNIQUE (wide, tenant, no));
CREATE UNIQUE INDEX named ON u.person (tenant, no);
CREATE TABLE u.note (id int NOT NULL UNIQUE, tenant int, person int, body text, FOREIGN KEY (tenant, person) REFERENCES u.person (tenant, no));
CREATE TABLE u.tag (a int NOT NULL UNIQUE, b int NOT NULL, c int NOT NULL, name text);
CREATE UNIQUE INDEX replica ON u.tag (b, c);
ALTER TABLE u.tag REPLICA IDENTITY USING INDEX replica;
SELECT pg_temp.personal('u.person', 'name', 'name'), pg_temp.personal('u.note', 'body', 'free text'), pg_temp.personal('u.tag', 'name', 'name');

CREATE TABLE u.nullable (id int UNIQUE);
CREATE TABLE u.partial (id int NOT NULL);
CREATE UNIQUE INDEX ON u.partial (id) WHERE id > 0;
CREATE TABLE u.expression (id int NOT NULL);
CREATE UNIQUE INDEX ON u.expression (abs(id));
CREATE TABLE u.deferred (id int NOT NULL UNIQUE DEFERRABLE);
SELECT throws_ok(format($$INSERT INTO retention.subject_kind (kind, relation) VALUES ('x', %L)$$, relation), '42704', NULL, format('no index names the rows of %s', relation))
FROM (VALUES ('u.nullable'), ('u.partial'), ('u.expression'), ('u.deferred')) AS v (relation);

SELECT lives_ok($$INSERT INTO retention.subject_kind (kind, relation) VALUES ('person', 'u.person'), ('tag', 'u.tag')$$, 'a unique index over NOT NULL columns names persons');
SELECT is((SELECT string_agg(kind || ' ' || key::text, ', ' ORDER BY kind) FROM retention.subject_kind), 'person {tenant,no}, tag {b,c}', 'the narrowest key is taken, the replica identity before it');
SELECT is((SELECT string_agg(concat_ws(' ', kind, relation, path, role), ', ') FROM retention.propose_links()), 'person u.note tenant about', 'a table without a primary key is proposed');
INSERT INTO retention.subject_link (kind, relation, path, role) SELECT kind, relation, path, role FROM retention.propose_links();
INSERT INTO u.person VALUES (1, 1, 'a', 'Kari Lie'), (1, 2, 'b', 'Ola Moe'), (2, 1, 'c', 'Siv Dahl');
INSERT INTO u.note VALUES (1, 1, 1, 'Kari Lie called'), (2, 1, 2, 'Ola Moe called'), (3, 2, 1, 'Siv Dahl called');
INSERT INTO u.tag VALUES (1, 1, 1, 'Per Lie');
SELECT is((SELECT string_agg(relation::text || ' ' || row_key, ', ' ORDER BY relation::text) FROM retention.export_rows('person', '{"tenant": 1, "no": 1}'::jsonb)), 'u.note 1, u.person {"no": 1, "tenant": 1}', 'a copy names rows by the key');
SELECT lives_ok($$SELECT retention.rectify('person', '{"tenant": 1, "no": 2}'::jsonb, 'u.note', '2', '{"body": "Ola Moe wrote"}')$$, 'a row is corrected by the key');
SELECT lives_ok($$SELECT retention.erase('person', '{"tenant": 1, "no": 1}'::jsonb)$$, 'a person without a primary key is erased');
SELECT is((SELECT string_agg(concat_ws(' ', tenant, no, name), ', ' ORDER BY tenant, no) FROM u.person), '1 1, 1 2 Ola Moe, 2 1 Siv Dahl', 'the person that the key names is erased, and nobody else');
SELECT is((SELECT string_agg(concat_ws(' ', id, body), ', ' ORDER BY id) FROM u.note), '1, 2 Ola Moe wrote, 3 Siv Dahl called', 'what leads to the person is erased, and nothing else');
SELECT throws_ok('DROP INDEX u.replica', '2BP01', NULL, 'a key of persons cannot be dropped');
SELECT throws_ok('ALTER TABLE u.note DROP CONSTRAINT note_id_key', '2BP01', NULL, 'the key of a table with links cannot be dropped');
SELECT throws_ok('ALTER TABLE u.note ALTER id DROP NOT NULL', '2BP01', NULL, 'a column of the key of a table with links stays NOT NULL');
SELECT lives_ok('ALTER TABLE u.note ADD PRIMARY KEY (id)', 'a table with links may get a primary key');
SELECT lives_ok('ALTER TABLE u.note DROP CONSTRAINT note_id_key', 'beside a primary key another may go');

SELECT * FROM finish();
ROLLBACK;
