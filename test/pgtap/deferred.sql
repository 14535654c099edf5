-- What a caller has deferred stays deferred when a person is erased, a row rectified, or a sweep run in his transaction.
BEGIN;
SELECT plan(13);

SET client_min_messages = error;
SET retention.test_now = '2030-01-01 12:00:00+00';
CREATE ROLE app_owner;
CREATE SCHEMA app AUTHORIZATION app_owner;
SET ROLE app_owner;
CREATE TABLE app.people (id int PRIMARY KEY, name text, ended date);
CREATE TABLE app.orders (id int PRIMARY KEY, person int REFERENCES app.people DEFERRABLE INITIALLY DEFERRED,
    number int, UNIQUE (number) DEFERRABLE INITIALLY DEFERRED);
CREATE TABLE app.tags (id int PRIMARY KEY, person int REFERENCES app.people DEFERRABLE INITIALLY IMMEDIATE);
CREATE TABLE app.log (what text);
CREATE FUNCTION app.watch() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN
    IF OLD.name = 'needed' THEN RAISE '% is needed', OLD.id; END IF;
    INSERT INTO app.log VALUES (TG_OP || ' ' || OLD.id || ' as ' || current_user);
    RETURN NULL;
END$$;
CREATE CONSTRAINT TRIGGER watch AFTER UPDATE OR DELETE ON app.people DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION app.watch();
RESET ROLE;
INSERT INTO app.people VALUES (1, 'Kari', NULL), (2, 'Ola', NULL), (3, 'needed', NULL), (4, 'Liv', '2020-01-01'), (5, 'Per', NULL);
INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('app.people', 'name', 'name');
INSERT INTO retention.subject_kind (kind, relation, identifying) VALUES ('person', 'app.people', '{name}');
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
SET CONSTRAINTS app.tags_person_fkey IMMEDIATE;
CREATE FUNCTION pg_temp.as_before(after text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
    RETURN NEXT lives_ok('INSERT INTO app.orders VALUES (1, 99, 1), (2, NULL, 1)', 'deferred constraints are deferred after ' || after);
    RETURN NEXT throws_ok('INSERT INTO app.tags VALUES (1, 99)', '23503', NULL, 'immediate constraints are immediate after ' || after);
    DELETE FROM app.orders;
END $$;

SELECT pg_temp.as_before('nothing');
INSERT INTO app.orders VALUES (7, 98, 7);
SELECT lives_ok($$SELECT retention.rectify('person', 2, 'app.people', '{"id": 2}', '{"name": "Olav"}')$$, 'what the caller has yet to put right is no matter of a rectification');
SELECT results_eq('SELECT what FROM app.log', $$VALUES ('UPDATE 2 as app_owner')$$, 'a deferred trigger fires in it, as the owner');
SELECT pg_temp.as_before('a rectification');
INSERT INTO app.orders VALUES (7, 98, 7);
SELECT is((SELECT json_array_length(retention.erase('person', 1) -> 'blocked')), 0, 'no deferred trigger stops an erasure');
SELECT is((SELECT retention.erase('person', 3) -> 'blocked' -> 0 ->> 'why'), '3 is needed', 'where one that raises blocks its row');
SELECT pg_temp.as_before('an erasure');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode)
    VALUES ('people', 'app.people', '{ended}', '1 day', '0 days', 'delete', 'enforce');
SET CONSTRAINTS ALL DEFERRED;
SET CONSTRAINTS app.tags_person_fkey IMMEDIATE;
TRUNCATE app.log;
CALL retention.sweep();
SELECT results_eq('SELECT what FROM app.log', $$VALUES ('DELETE 4 as app_owner')$$, 'a sweep fires it');
SELECT pg_temp.as_before('a sweep in a transaction');

SELECT * FROM finish();
ROLLBACK;
