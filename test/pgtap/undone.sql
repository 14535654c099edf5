-- What an erasure cannot do is told, also where what it did next cut off the way to the row, and no longer told where it could be done after all.
BEGIN;
SELECT plan(11);
SET client_min_messages = error;
\ir ../declare.psql
CREATE FUNCTION pg_temp.lines(answer json, section text) RETURNS text LANGUAGE sql AS
    $$SELECT string_agg(concat_ws(' ', l ->> 'table', l ->> 'rows', l ->> 'why'), ', ' ORDER BY l ->> 'table') FROM json_array_elements(answer -> section) l$$;
CREATE SCHEMA u;
CREATE TABLE u.person (id int PRIMARY KEY, name text, ended_at timestamptz);
SELECT pg_temp.personal('u.person', 'name', 'name');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('u.person', 'u.person', '{ended_at}', '9 years', 'delete', 'enforce');
INSERT INTO retention.subject_kind (kind, relation) VALUES ('u', 'u.person');
INSERT INTO u.person SELECT i, 'Kari Lie' FROM generate_series(1, 6) i;

-- Something refers to a row that goes along, and the key that leads to it is unset when the person's row goes.
CREATE TABLE u.member (id int PRIMARY KEY, person int REFERENCES u.person ON DELETE SET NULL, label text);
CREATE TABLE u.badge (id int PRIMARY KEY, member int REFERENCES u.member);
SELECT pg_temp.link('u', 'u.member', 'person', 'deleted_with');
INSERT INTO u.member VALUES (1, 1, 'x'), (2, 2, 'y');
INSERT INTO u.badge VALUES (1, 1);
CREATE TEMP TABLE a AS SELECT retention.erase('u', 1) AS a;
SELECT is(pg_temp.lines(a, 'deleted'), 'u.person 1', 'a person is deleted whose row something else refers to') FROM a;
SELECT matches(pg_temp.lines(a, 'blocked'), '^u.member 1 .*badge', 'a row that could not go is told although nothing leads to it any more') FROM a;
SELECT is(a ->> 'complete', 'false', 'an answer is not complete where a row could not go') FROM a;
SELECT is((SELECT string_agg(concat_ws(' ', id, person, label), ', ' ORDER BY id) FROM u.member), '1 x, 2 2 y', 'a row with nothing personal that something refers to stays as it is');

-- The same of a row with personal columns: it is anonymised.
SELECT pg_temp.personal('u.member', 'label', 'other');
INSERT INTO u.member VALUES (3, 3, 'of Kari');
INSERT INTO u.badge VALUES (3, 3);
TRUNCATE a;
INSERT INTO a SELECT retention.erase('u', 3);
SELECT is(pg_temp.lines(a, 'anonymised'), 'u.member 1 something still refers to it', 'a row that cannot go along is anonymised') FROM a;
SELECT is((SELECT concat_ws(' ', person, label) FROM u.member WHERE id = 3), '', 'nothing personal is left in a row that cannot go along');

-- A row that no policy covers keeps its key for a later call, unless that is unset.
CREATE TABLE u.visit (id int PRIMARY KEY, person int REFERENCES u.person ON DELETE SET NULL, at date, what text);
SELECT pg_temp.link('u', 'u.visit', 'person');
INSERT INTO u.visit VALUES (1, 4, '2030-01-01', 'Kari Lie came');
TRUNCATE a;
INSERT INTO a SELECT retention.erase('u', 4);
SELECT matches(pg_temp.lines(a, 'not_covered'), '^u.visit 1', 'a row that nothing covers is told although nothing leads to it any more') FROM a;
SELECT is(a ->> 'complete', 'false', 'an answer is not complete where nothing covers a row') FROM a;

-- What a trigger makes possible is done in the next round, and not told as blocked.
CREATE TABLE u.open (person int);
CREATE TABLE u.loan (id int PRIMARY KEY, person int REFERENCES u.person, body text);
CREATE TABLE u.wallet (id int PRIMARY KEY, person int REFERENCES u.person, body text);
CREATE FUNCTION u.keep() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN
    IF NEW.body IS NULL AND NOT EXISTS (SELECT FROM u.open o WHERE o.person = NEW.person) THEN RAISE 'the loan is open'; END IF; RETURN NEW; END$$;
CREATE FUNCTION u.release() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN INSERT INTO u.open VALUES (OLD.person); UPDATE u.loan SET id = id WHERE person = OLD.person; RETURN NULL; END$$;
CREATE TRIGGER keep BEFORE UPDATE ON u.loan FOR EACH ROW EXECUTE FUNCTION u.keep();
CREATE TRIGGER release AFTER UPDATE ON u.wallet FOR EACH ROW EXECUTE FUNCTION u.release();
SELECT pg_temp.personal('u.loan', 'body', 'free text'), pg_temp.personal('u.wallet', 'body', 'free text'), pg_temp.link('u', 'u.loan', 'person'), pg_temp.link('u', 'u.wallet', 'person');
INSERT INTO u.loan VALUES (1, 5, 'of Kari Lie'), (2, 6, 'of Kari Lie');
INSERT INTO u.wallet VALUES (1, 6, 'of Kari Lie');
TRUNCATE a;
INSERT INTO a SELECT retention.erase('u', 5);
SELECT is(pg_temp.lines(a, 'blocked'), 'u.loan 1 the loan is open', 'a row that a trigger does not let be emptied is told') FROM a;
TRUNCATE a;
INSERT INTO a SELECT retention.erase('u', 6);
SELECT is(pg_temp.lines(a, 'blocked'), NULL, 'what could be done after all is not told as blocked') FROM a;
SELECT is((SELECT string_agg(concat_ws(' ', id, body), ', ' ORDER BY id) FROM u.loan), '1 of Kari Lie, 2', 'what a trigger made possible is done');

SELECT * FROM finish();
ROLLBACK;
