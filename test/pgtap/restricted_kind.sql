-- A kind of persons stays while the processing of one is restricted, whatever would take it along: without it nobody could be informed, or
-- the restriction lifted.
BEGIN;
SELECT plan(20);
SET client_min_messages = warning;
SET retention.test_now = '2030-06-01 12:00Z';
CREATE ROLE owner;
CREATE SCHEMA app AUTHORIZATION owner;
SET ROLE owner;
CREATE TABLE app.persons (id bigint PRIMARY KEY, number bigint UNIQUE, email text);
CREATE TABLE app.others (id bigint PRIMARY KEY, email text);
CREATE TABLE app.cases (id bigint PRIMARY KEY, person_id bigint REFERENCES app.persons, title text);
INSERT INTO app.persons VALUES (1, 2, 'kari@example.no'), (2, 1, 'ola@example.no');
INSERT INTO app.others VALUES (1, 'per@example.no');
INSERT INTO app.cases VALUES (1, 1, 'by Kari'), (2, 2, 'by Ola');
RESET ROLE;
INSERT INTO retention.subject_kind (kind, relation, identifying) VALUES ('person', 'app.persons', '{email}'), ('other', 'app.others', '{}');
INSERT INTO retention.subject_link (kind, relation, path) VALUES ('person', 'app.cases', 'person_id');
CREATE FUNCTION pg_temp.tried(what text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE what;
    RAISE SQLSTATE 'DN000';
EXCEPTION WHEN SQLSTATE 'DN000' THEN RETURN 'done';
    WHEN OTHERS THEN RETURN SQLSTATE || ' ' || SQLERRM;
END $$;
CREATE FUNCTION pg_temp.refused() RETURNS text LANGUAGE sql AS $$SELECT '55006 processing of persons of kind "person" is restricted (Article 18)'$$;
SELECT is(pg_temp.tried('DROP TABLE app.persons CASCADE'), 'done', 'a table of persons goes while nobody is restricted');
SELECT retention.restrict('person', 1, 'accuracy contested') \g /dev/null
SELECT is(pg_temp.tried('DROP TABLE app.cases, app.persons'), pg_temp.refused(), 'a table of persons is not dropped');
SELECT is(pg_temp.tried('DROP TABLE app.persons CASCADE'), pg_temp.refused(), 'a table of persons is not dropped with what refers to it');
SELECT is(pg_temp.tried('DROP SCHEMA app CASCADE'), pg_temp.refused(), 'a table of persons does not go with its schema');
SELECT is(pg_temp.tried('DROP OWNED BY owner CASCADE'), pg_temp.refused(), 'a table of persons does not go with what its owner has');
SELECT is(pg_temp.tried($$DO 'BEGIN DROP TABLE app.persons CASCADE; END'$$), pg_temp.refused(), 'a function does not drop a table of persons either');
SET ROLE owner;
SELECT is(pg_temp.tried('DROP TABLE app.persons CASCADE'), pg_temp.refused(), 'the owner of a table of persons does not drop it');
RESET ROLE;
SET session_replication_role = replica;
SELECT is(pg_temp.tried('DROP TABLE app.persons CASCADE'), pg_temp.refused(), 'a table of persons is not dropped under replica role');
RESET session_replication_role;
SELECT is(pg_temp.tried($$DELETE FROM retention.subject_kind WHERE kind = 'person'$$), pg_temp.refused(), 'a kind is not deleted');
SELECT is(pg_temp.tried($$UPDATE retention.subject_kind SET kind = 'human' WHERE kind = 'person'$$), 'done', 'a kind may be called something else');
SELECT is(pg_temp.tried($$UPDATE retention.subject_kind SET relation = 'app.cases', key = NULL, identifying = '{}' WHERE kind = 'person'$$), pg_temp.refused(), 'a kind does not come to mean another table');
SELECT is(pg_temp.tried($$UPDATE retention.subject_kind SET key = '{number}' WHERE kind = 'person'$$), pg_temp.refused(), 'a kind is not named by another column');
SELECT is(pg_temp.tried($$UPDATE retention.subject_kind SET identifying = '{}' WHERE kind = 'person'$$), 'done', 'a kind may be identified by other columns');
SELECT is(pg_temp.tried('ALTER TABLE app.persons RENAME id TO person_no'), 'done', 'a column of a key may be called something else');
SELECT is(pg_temp.tried('DROP TABLE app.others'), 'done', 'a table of another kind goes');
SELECT is(pg_temp.tried('DROP TABLE app.cases'), 'done', 'a table that refers to persons goes');
SELECT is((SELECT count(*) FROM retention.subject_kind), 2::bigint, 'what was refused left all kinds');
-- As long as one is left.
SELECT retention.restrict('person', 2, 'unlawful') \g /dev/null
SELECT retention.inform_of_lifting(restriction_id), retention.lift_restriction(restriction_id) FROM retention.restriction WHERE key = '1' \g /dev/null
SELECT is(pg_temp.tried('DROP TABLE app.persons CASCADE'), pg_temp.refused(), 'a table of persons is not dropped while another restriction stands');
SELECT retention.inform_of_lifting(restriction_id), retention.lift_restriction(restriction_id) FROM retention.restriction WHERE lifted_at IS NULL \g /dev/null
SELECT lives_ok('DROP TABLE app.persons CASCADE', 'a table of persons goes when the last restriction is lifted');
SELECT is((SELECT string_agg(kind, ' ') FROM retention.subject_kind), 'other', 'a table of persons that goes takes its kind along');
SELECT * FROM finish();
ROLLBACK;
