BEGIN;
SELECT plan(29);

CREATE ROLE owner;
CREATE SCHEMA app AUTHORIZATION owner;
SET ROLE owner;
CREATE TABLE app.persons (id bigint PRIMARY KEY, email text, phone text);
CREATE TABLE app.cases (id bigint PRIMARY KEY, opened_by bigint REFERENCES app.persons, reporter text);
CREATE TABLE app.helpers (case_id bigint REFERENCES app.cases, person_id bigint REFERENCES app.persons, PRIMARY KEY (case_id, person_id));
CREATE TABLE app.notes (id bigint PRIMARY KEY, case_id bigint REFERENCES app.cases);
CREATE TABLE app.other (id bigint PRIMARY KEY, plain text);
RESET ROLE;
INSERT INTO retention.subject_kind (kind, relation, identifying) VALUES ('person', 'app.persons', '{email, phone}');
INSERT INTO retention.subject_link (kind, relation, path, columns) VALUES
    ('person', 'app.cases', 'opened_by', '{reporter}'), ('person', 'app.notes', 'case_id.opened_by', '{}'),
    ('person', 'app.notes', 'case_id.[app.helpers.case_id].person_id', '{}'), ('person', 'app.cases', '[helpers.case_id].person_id', '{}');
INSERT INTO app.persons VALUES (1, 'kari@example.no', '12345678'), (2, 'ola@example.no', '87654321');
INSERT INTO app.cases VALUES (10, 1, 'Kari');
INSERT INTO app.helpers VALUES (10, 2);
INSERT INTO app.notes VALUES (20, 10);
CREATE FUNCTION pg_temp.paths() RETURNS text LANGUAGE sql AS
    $$SELECT string_agg(path, ' | ' ORDER BY relation::text COLLATE "C", path COLLATE "C") FROM retention.subject_link$$;
CREATE FUNCTION pg_temp.rows(key bigint) RETURNS text LANGUAGE sql AS
    $$SELECT string_agg(row_key::text, ' ' ORDER BY row_key) FROM retention.export_rows('person', key)$$;

-- Renaming, by somebody who has no rights on the extension's tables.
SET ROLE owner;
ALTER TABLE app.other RENAME plain TO "Plain";
RESET ROLE;
SELECT is(pg_temp.paths(), '[helpers.case_id].person_id | opened_by | case_id.[app.helpers.case_id].person_id | case_id.opened_by',
    'a rename of something else changes no path');
SET ROLE owner;
ALTER TABLE app.cases RENAME opened_by TO "Opened.By";
RESET ROLE;
SELECT is(pg_temp.paths(), '"Opened.By" | [helpers.case_id].person_id | case_id."Opened.By" | case_id.[app.helpers.case_id].person_id',
    'a column is renamed, here and further up');
SET ROLE owner;
ALTER TABLE app.helpers RENAME case_id TO "of]case";
RESET ROLE;
SELECT is(pg_temp.paths(), '"Opened.By" | [app.helpers."of]case"].person_id | case_id."Opened.By" | case_id.[app.helpers."of]case"].person_id',
    'a table is renamed on a path, in brackets, too');
SET ROLE owner;
ALTER TABLE app.helpers RENAME TO "Help";
RESET ROLE;
SELECT is(pg_temp.paths(), '"Opened.By" | [app."Help"."of]case"].person_id | case_id."Opened.By" | case_id.[app."Help"."of]case"].person_id',
    'a table is renamed at the other places of a path');
ALTER SCHEMA app RENAME TO moved;
SELECT is(pg_temp.paths(), '"Opened.By" | [moved."Help"."of]case"].person_id | case_id."Opened.By" | case_id.[moved."Help"."of]case"].person_id',
    'a schema');
CREATE SCHEMA elsewhere AUTHORIZATION owner;
ALTER TABLE moved."Help" SET SCHEMA elsewhere;
SELECT is(pg_temp.paths(), '"Opened.By" | [elsewhere."Help"."of]case"].person_id | case_id."Opened.By" | case_id.[elsewhere."Help"."of]case"].person_id',
    'a table moves to another schema');
ALTER TABLE moved.persons RENAME id TO person_no;
ALTER TABLE moved.persons RENAME email TO mail;
ALTER TABLE moved.cases RENAME reporter TO told_by;
SELECT results_eq('SELECT key, identifying FROM retention.subject_kind', $$VALUES ('{person_no}'::name[], '{mail, phone}'::name[])$$,
    'keys and identifying columns');
SELECT is((SELECT columns FROM retention.subject_link WHERE path = '"Opened.By"'), '{told_by}'::name[], 'claimed columns follow a rename');
SELECT is(pg_temp.rows(1) || ', ' || pg_temp.rows(2), '1 10 20, 2 10 20', 'all the while they lead to the same rows');
SELECT is((SELECT bool_and(validated) FROM retention.subject_link), true, 'links that were followed are validated');

-- Dropping what they need.
SELECT throws_like('ALTER TABLE moved.cases DROP COLUMN "Opened.By"', '%needs path ""Opened.By"" of table cases', 'not a column of a path');
SELECT throws_ok('ALTER TABLE moved.cases DROP COLUMN "Opened.By"', '2BP01', NULL, 'a column of a path that depends on it is not dropped');
SELECT throws_ok('ALTER TABLE moved.cases DROP CONSTRAINT cases_opened_by_fkey', '2BP01', NULL, 'the foreign key of a path is not dropped');
SELECT throws_ok('ALTER TABLE elsewhere."Help" DROP CONSTRAINT helpers_case_id_fkey', '2BP01', NULL, 'a foreign key that is followed down is not dropped');
SELECT throws_ok('ALTER TABLE moved.cases DROP COLUMN told_by', '2BP01', NULL, 'a claimed column is not dropped');
SELECT throws_ok('ALTER TABLE moved.persons DROP COLUMN mail', '2BP01', NULL, 'an identifying column is not dropped');
SELECT throws_ok('ALTER TABLE moved.persons DROP CONSTRAINT persons_pkey CASCADE', '2BP01', NULL, 'the key of persons is not dropped');
SELECT throws_ok('ALTER TABLE moved.notes DROP CONSTRAINT notes_pkey', '2BP01', NULL, 'the key of linked rows is not dropped');
SELECT throws_ok('DROP TABLE elsewhere."Help"', '2BP01', NULL, 'a table in the middle of a path is not dropped');
SELECT throws_ok($$DO 'BEGIN ALTER TABLE moved.cases DROP COLUMN "Opened.By"; END'$$, '2BP01', NULL, 'a function does not drop a part of a path either');
SELECT lives_ok('ALTER TABLE moved.other DROP COLUMN "Plain"', 'anything else goes');
SELECT lives_ok('ALTER TABLE moved.cases RENAME CONSTRAINT cases_opened_by_fkey TO f', 'a constraint may be called anything');
SELECT lives_ok('ALTER TABLE moved.notes ALTER case_id TYPE integer', 'what does not break a path is no concern of it');

-- A row that was restored and never checked is in nobody's way.
INSERT INTO retention.subject_link (kind, relation, path, validated) VALUES
    ('person', 'moved.other', 'a b', true), ('person', 'moved.other', '[', true), ('person', 'moved.other', '[x]y', true), ('person', 'moved.other', '..', true);
SELECT lives_ok('ALTER TABLE moved.other RENAME TO another; DROP TABLE moved.another', 'a path that is not well-formed stops nothing');
SELECT is((SELECT count(*) FROM retention.subject_link), 4::bigint, 'a path that is not well-formed goes with its table');

-- Dropped tables take theirs along.
INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('moved.notes', 'id', 'note');
DROP TABLE moved.notes;
SELECT is(pg_temp.paths(), '"Opened.By" | [elsewhere."Help"."of]case"].person_id', 'a dropped table takes its links along');
SELECT is_empty('SELECT * FROM retention.personal_column', 'a dropped table takes along what is known of its columns');
SET LOCAL session_replication_role = replica;
DROP TABLE moved.persons CASCADE;
SELECT is_empty('SELECT kind FROM retention.subject_kind UNION ALL SELECT path FROM retention.subject_link',
    'a dropped table of persons takes along its kind with all links to it, under replica role too');
SET LOCAL session_replication_role = origin;
SELECT lives_ok('DROP EXTENSION pg_retention', 'the extension itself can go');

SELECT * FROM finish();
ROLLBACK;
