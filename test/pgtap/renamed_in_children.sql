-- With a column the columns of the table's children get another name: what is declared of a child, and recorded of its rows, follows.
BEGIN;
SELECT plan(7);
SET retention.test_now = '2030-06-01 12:00:00+00';
SET client_min_messages = error;
CREATE SCHEMA f;
CREATE TABLE f.above (a int, b int, note text, left_on date, kind text DEFAULT 'x');
CREATE TABLE f.below (PRIMARY KEY (a, b)) INHERITS (f.above);
CREATE TABLE f.deepest (PRIMARY KEY (a, b)) INHERITS (f.below);
CREATE TABLE f.whole (id int, note text, left_on date) PARTITION BY LIST (id);
CREATE TABLE f.part PARTITION OF f.whole FOR VALUES IN (1);

INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('f.deepest', 'note', 'name'), ('f.part', 'note', 'name');
INSERT INTO retention.policy (name, relation, clock_starts, applies_to, keep_for, action, mode)
    VALUES ('deepest', 'f.deepest', '{left_on}', $$kind = 'x'$$, '10 days', 'anonymise', 'enforce');
INSERT INTO retention.subject_kind (kind, relation) VALUES ('deepest', 'f.deepest');
INSERT INTO f.deepest (a, b, note) VALUES (1, 2, 'old');
SELECT retention.rectify('deepest', '{"a": 1, "b": 2}'::jsonb, 'f.deepest', '{"a": 1, "b": 2}', '{"note": "new"}', 'I was renamed');

ALTER TABLE f.above RENAME COLUMN note TO remark;
ALTER TABLE f.above RENAME COLUMN left_on TO ended_on;
ALTER TABLE f.above RENAME COLUMN kind TO sort;
ALTER TABLE f.above RENAME COLUMN a TO number;
ALTER TABLE f.whole RENAME COLUMN note TO remark;
SELECT is((SELECT string_agg(format('%s.%s', relation, column_name), ', ' ORDER BY relation::text) FROM retention.personal_column), 'f.deepest.remark, f.part.remark',
    'what is personal in a child or partition stays so when its parent renames the column');
SELECT is((SELECT clock_starts FROM retention.policy), '{ended_on}'::text[], 'the start of a policy for a child follows when its parent renames the column');
SELECT matches((SELECT applies_to FROM retention.policy), 'sort', 'the condition of a policy for a child follows when its parent renames the column');
SELECT is((SELECT row_key FROM retention.statement), '{"number": 1, "b": 2}'::jsonb, 'the row of a statement, in a child, has the name that its column now has');
SELECT is((SELECT key FROM retention.statement), '{"number": 1, "b": 2}'::jsonb, 'a person in a child has the name that its column now has');
INSERT INTO f.deepest (number, b, remark, ended_on) VALUES (2, 2, 'late', '2030-01-01');
CALL retention.sweep();
SET LOCAL retention.reveal = on;
SELECT is((SELECT remark FROM f.deepest WHERE number = 2), NULL, 'a child is still anonymised after its parent renamed the columns');
SET LOCAL retention.reveal = off;

-- A record that no longer reads; test/tap/012_export has the warning.
CREATE TYPE f.colour AS ENUM ('red', 'blue');
CREATE TABLE f.flags (id f.colour PRIMARY KEY, note text);
INSERT INTO retention.subject_kind (kind, relation) VALUES ('flag', 'f.flags');
INSERT INTO f.flags VALUES ('red', 'old');
SELECT retention.rectify('flag', 'red', 'f.flags', '"red"', '{"note": "new"}', 'I was renamed');
ALTER TYPE f.colour RENAME VALUE 'red' TO 'crimson';
SELECT lives_ok($$SELECT retention.export('flag', 'crimson')$$, 'a record that no longer reads does not keep its person from an answer');
SELECT * FROM finish();
ROLLBACK;
