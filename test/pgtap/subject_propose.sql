BEGIN;
SELECT plan(20);
SET client_min_messages = warning;

CREATE SCHEMA hr;
CREATE TABLE hr.persons (id bigint PRIMARY KEY, manager_id bigint REFERENCES hr.persons, email text UNIQUE);
CREATE TABLE hr.cases (id bigint PRIMARY KEY, opened_by bigint REFERENCES hr.persons, "assignedTo" bigint REFERENCES hr.persons);
CREATE TABLE hr.notes (id bigint PRIMARY KEY, case_id bigint REFERENCES hr.cases, author_id bigint REFERENCES hr.persons,
    answers bigint REFERENCES hr.notes);
CREATE TABLE hr.files (id bigint PRIMARY KEY, note_id bigint REFERENCES hr.notes);
CREATE TABLE hr.mails (id bigint PRIMARY KEY, sender bigint REFERENCES hr.persons, recipient bigint REFERENCES hr.persons);
-- many to many: its primary key is foreign keys
CREATE TABLE hr.courses (id bigint PRIMARY KEY, title text);
CREATE TABLE hr.attendance (course bigint REFERENCES hr.courses, person bigint REFERENCES hr.persons, PRIMARY KEY (course, person));
CREATE TABLE hr.rooms (id bigint PRIMARY KEY, course bigint REFERENCES hr.courses);
-- and here it is not
CREATE TABLE hr.desks (id bigint PRIMARY KEY, building bigint);
CREATE TABLE hr.seating (desk bigint REFERENCES hr.desks, day date, person bigint REFERENCES hr.persons, PRIMARY KEY (desk, day));
-- a table without a key, and what lies behind it
CREATE TABLE hr.badges (number bigint UNIQUE, person bigint REFERENCES hr.persons);
CREATE TABLE hr.passages (id bigint PRIMARY KEY, badge bigint REFERENCES hr.badges (number));
CREATE TABLE hr.events (id bigint, at date, person bigint REFERENCES hr.persons, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE TABLE hr.events_2026 PARTITION OF hr.events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
CREATE TABLE hr."Case Notes" ("Id" bigint PRIMARY KEY, "Of ""Whom""" bigint REFERENCES hr.persons);
CREATE TABLE hr."Who.Where" ("Place" bigint REFERENCES hr.desks, "Case.Note" bigint REFERENCES hr."Case Notes",
    PRIMARY KEY ("Case.Note", "Place"));
INSERT INTO retention.subject_kind (kind, relation) VALUES ('person', 'hr.persons');

CREATE FUNCTION pg_temp.proposed(which regclass) RETURNS text LANGUAGE sql AS
    $$SELECT string_agg(path || ' ' || role, ', ' ORDER BY n) FROM (SELECT relation, path, role, n FROM retention.propose_links() WITH ORDINALITY AS p (kind, relation, path, role, n)
      UNION ALL SELECT relation, path, role || '?', n + 10000 FROM retention.uncertain_links() WITH ORDINALITY AS p (kind, relation, path, role, why, n)) p WHERE relation = which$$;
SELECT is(pg_temp.proposed('hr.cases'), 'opened_by about, "assignedTo" mentioned', 'who opened a case is concerned, who handles it acts');
SELECT is(pg_temp.proposed('hr.notes'), 'author_id mentioned, case_id.opened_by about, case_id."assignedTo" mentioned',
    'the shortest way on which nobody acted is about the person; a reference to the table itself is not followed');
SELECT is(pg_temp.proposed('hr.files'), 'note_id.author_id mentioned, note_id.case_id.opened_by about, note_id.case_id."assignedTo" mentioned',
    'further down');
SELECT is(pg_temp.proposed('hr.mails'), 'sender about, recipient about', 'two of the same length');
SELECT is(pg_temp.proposed('hr.persons'), 'manager_id mentioned', 'a reference of the kind''s table to itself is one step');
SELECT is(pg_temp.proposed('hr.attendance') || '; ' || pg_temp.proposed('hr.courses') || '; ' || pg_temp.proposed('hr.rooms'),
    'person about; [hr.attendance.course].person about?; course.[hr.attendance.course].person about?', 'what a link table leads to is uncertain');
SELECT is(pg_temp.proposed('hr.desks'), '[hr."Who.Where"."Place"]."Case.Note"."Of ""Whom""" about?',
    'names are quoted; a table with a key of its own is no link table');
SELECT ok(pg_temp.proposed('hr.badges') IS NULL AND pg_temp.proposed('hr.passages') IS NULL, 'no path through a table without a primary key');
SELECT ok(pg_temp.proposed('hr.events') = 'person about' AND pg_temp.proposed('hr.events_2026') IS NULL, 'of a partitioned table only the root');

INSERT INTO retention.subject_link (kind, relation, path, role) VALUES ('person', 'hr.courses', '[attendance.course].person', 'mentioned');
SELECT ok(pg_temp.proposed('hr.courses') IS NULL, 'what is linked already is not proposed, however it is written');
SELECT lives_ok('INSERT INTO retention.subject_link (kind, relation, path, role) SELECT * FROM retention.propose_links()',
    'proposals can be inserted as they are');
SELECT set_eq('SELECT relation::text, role FROM retention.uncertain_links()', $$VALUES ('hr.rooms', 'about'), ('hr.desks', 'about'), ('hr.seating', 'mentioned')$$, 'uncertain links are not inserted with the proposals');
INSERT INTO retention.subject_link (kind, relation, path, role) SELECT kind, relation, path, role FROM retention.uncertain_links();
SELECT is_empty('SELECT * FROM retention.propose_links()', 'nothing is left to propose when all proposals are taken');
INSERT INTO hr.persons VALUES (1, NULL), (2, 1);
INSERT INTO hr.courses VALUES (1, 'Welding');
INSERT INTO hr.attendance VALUES (1, 2);
INSERT INTO hr.rooms VALUES (7, 1);
INSERT INTO hr.desks VALUES (5, 1), (6, 1);
INSERT INTO hr."Case Notes" VALUES (8, 2), (9, 1);
INSERT INTO hr."Who.Where" VALUES (5, 8), (6, 9);
SELECT set_eq($$SELECT relation, row_key::text FROM retention.export_rows('person', 2)$$, $$VALUES
    ('hr.persons'::regclass, '2'), ('hr.attendance', '{"course": 1, "person": 2}'), ('hr.courses', '1'), ('hr.rooms', '7'),
    ('hr."Case Notes"', '8'), ('hr."Who.Where"', '{"Place": 5, "Case.Note": 8}'), ('hr.desks', '5')$$, 'links that were proposed lead to the person');

-- Whose a row is that somebody made: the only one it leads to may be its owner, or may not; who voided a visit is not.
CREATE SCHEMA web;
CREATE TABLE web.usr (id int PRIMARY KEY);
CREATE TABLE web.post (id int PRIMARY KEY, author_id int NOT NULL REFERENCES web.usr, body text);
CREATE TABLE web.likes (post int REFERENCES web.post, usr int REFERENCES web.usr, PRIMARY KEY (post, usr));
CREATE TABLE web.price (id int PRIMARY KEY, create_uid int REFERENCES web.usr, write_uid int REFERENCES web.usr);
CREATE TABLE web.visit (id int PRIMARY KEY, patient int REFERENCES web.usr, voided_by int REFERENCES web.usr);
INSERT INTO retention.subject_kind (kind, relation) VALUES ('web', 'web.usr');
SELECT is(pg_temp.proposed('web.post'), 'author_id about?, [web.likes.post].usr mentioned?', 'who likes a post is not proposed as its owner');
SELECT is(pg_temp.proposed('web.price'), 'create_uid mentioned?, write_uid mentioned?', 'who made or changed a row is not proposed as its owner');
SELECT is(pg_temp.proposed('web.visit'), 'patient about, voided_by mentioned', 'who voided a visit is mentioned');
DELETE FROM retention.subject_kind WHERE kind = 'web';
DROP SCHEMA web CASCADE;

-- Each table refers to each other one.
CREATE SCHEMA dense;
DO $$BEGIN
    FOR i IN 1 .. 9 LOOP EXECUTE format('CREATE TABLE dense.t%s (id bigint PRIMARY KEY)', i); END LOOP;
    FOR i IN 1 .. 9 LOOP
        FOR k IN 1 .. 9 LOOP
            IF i <> k THEN EXECUTE format('ALTER TABLE dense.t%s ADD to_%s bigint REFERENCES dense.t%s', i, k, k); END IF;
        END LOOP;
    END LOOP;
END$$;
INSERT INTO retention.subject_kind (kind, relation) VALUES ('dense', 'dense.t1');
CREATE TEMP TABLE dense AS SELECT * FROM retention.propose_links() WITH ORDINALITY AS p (kind, relation, path, role, n)
    WHERE kind = 'dense';
SELECT is((SELECT count(*) FROM dense), 1000::bigint, 'a dense graph is cut off');
SELECT ok((SELECT bool_and(steps >= before) FROM (SELECT steps, lag(steps, 1, 0) OVER (ORDER BY n) AS before
    FROM (SELECT n, cardinality(string_to_array(path, '.')) AS steps FROM dense) AS a) AS b), 'shortest first');
INSERT INTO retention.subject_link (kind, relation, path, role) SELECT kind, relation, path, role FROM dense;
SET LOCAL session_replication_role = replica;
DO $$BEGIN
    FOR i IN 1 .. 9 LOOP EXECUTE format('INSERT INTO dense.t%s SELECT n, n, n, n, n, n, n, n, n FROM generate_series(1, 2) n', i); END LOOP;
END$$;
SELECT is((SELECT count(DISTINCT relation) FROM retention.export_rows('dense', 1)), 9::bigint, 'links that were proposed can be walked, whatever leads there');

SELECT * FROM finish();
ROLLBACK;
