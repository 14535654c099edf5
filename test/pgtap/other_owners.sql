-- A partition of another owner, or one that cannot be read, is listed by the audit with its reason; the others are audited all the same.
BEGIN;
SELECT plan(10);
SET client_min_messages = warning;
SET retention.test_now = '2030-01-01 12:00Z';
CREATE ROLE keeper;
CREATE ROLE other;
CREATE SCHEMA app AUTHORIZATION keeper;
GRANT CREATE, USAGE ON SCHEMA app TO other;
CREATE FUNCTION app.is_number(v text) RETURNS boolean IMMUTABLE LANGUAGE sql AS 'SELECT $1::int IS NOT NULL';
CREATE TABLE app.m (id int, v text, d date) PARTITION BY LIST (id);
CREATE TABLE app.m1 PARTITION OF app.m FOR VALUES IN (1);
CREATE TABLE app.m2 PARTITION OF app.m FOR VALUES IN (2);
CREATE TABLE app.m3 PARTITION OF app.m FOR VALUES IN (3);
ALTER TABLE app.m OWNER TO keeper;
ALTER TABLE app.m1 OWNER TO keeper;
ALTER TABLE app.m2 OWNER TO keeper;
ALTER TABLE app.m3 OWNER TO keeper;
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode, applies_to) VALUES
    ('m', 'app.m', '{d}', '1 year', 'delete', 'enforce', 'app.is_number(v)');
INSERT INTO app.m VALUES (1, '1', '2029-06-01'), (2, '1', '2029-06-01'), (3, '1', '2029-06-01'), (3, '2', '2029-06-01');
CALL retention.sweep();
CREATE FUNCTION pg_temp.unseen(command text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE pg_trigger SET tgenabled = 'D' WHERE tgrelid::regclass::text LIKE 'app.%' AND tgname ~ '^[!~]retention';
    UPDATE pg_class SET reltuples = reltuples + 1 WHERE oid::regclass::text LIKE 'app.%';
    EXECUTE command;
    UPDATE pg_trigger SET tgenabled = 'A' WHERE tgrelid::regclass::text LIKE 'app.%' AND tgname ~ '^[!~]retention';
    UPDATE pg_class SET reltuples = reltuples + 1 WHERE oid::regclass::text LIKE 'app.%';
END $$;
SELECT is_empty($$SELECT FROM retention.audit('app.m')$$, 'nothing is wrong while one owner has all');

-- Another owner.
ALTER TABLE app.m2 OWNER TO other;
SELECT pg_temp.unseen($$UPDATE app.m1 SET d = '2029-07-01'$$);
SELECT results_eq($$SELECT part::text, finding, detail FROM retention.audit('app.m') ORDER BY 1$$, $$VALUES ('app.m1', 'wrong start', NULL),
    ('app.m2', 'not audited', 'partition "m2" belongs to a role whose rights the owner of table "m" does not have')$$,
    'a partition of another owner is listed with its reason, and what is wrong with another one, too');
SELECT results_eq($$SELECT part::text, finding, repaired FROM retention.audit('app.m', true) ORDER BY 1$$, $$VALUES ('app.m1', 'wrong start', true), ('app.m2', 'not audited', false)$$,
    'a repair does what can be done');
SELECT is((SELECT sum(row_count) FROM retention.ledger WHERE action = 'clocks repaired'), 1::numeric, 'the ledger counts what was repaired');
SET ROLE keeper;
SELECT results_eq($$SELECT part::text, finding FROM retention.audit('app.m')$$, $$VALUES ('app.m2', 'not audited')$$, 'the owner of the table is told, too');
SELECT results_eq($$SELECT part::text, finding FROM retention.audit('app.m1')$$, $$SELECT ''::text, ''::text WHERE false$$, 'each partition may be asked alone');
RESET ROLE;
GRANT other TO keeper;
SELECT is_empty($$SELECT FROM retention.audit('app.m')$$, 'a partition is audited when its owner''s rights are had');
REVOKE other FROM keeper;
ALTER TABLE app.m2 OWNER TO keeper;

-- One that fails at a row, after something else was repaired there.
SELECT pg_temp.unseen($$UPDATE app.m3 SET d = '2029-07-01' WHERE v = '1'; UPDATE app.m3 SET v = 'Kari Lie' WHERE v = '2'; UPDATE app.m1 SET d = '2029-08-01'$$);
SELECT results_eq($$SELECT part::text, finding, repaired, detail FROM retention.audit('app.m', true) ORDER BY 1$$,
    $$VALUES ('app.m1', 'wrong start', true, NULL), ('app.m3', 'not audited', false, 'error 22P02')$$, 'a row that cannot be asked keeps its partition, and shows nothing of itself');
SELECT pg_temp.unseen($$DELETE FROM app.m3 WHERE v = 'Kari Lie'$$);
SELECT results_eq($$SELECT part::text, finding FROM retention.audit('app.m') ORDER BY 1$$, $$VALUES ('app.m3', 'wrong start')$$, 'what could not be audited says nothing of repairs');
SELECT throws_ok($$SELECT FROM retention.audit('pg_class')$$, '42809', NULL, 'a table that is not governed is none to audit');
SELECT * FROM finish();
ROLLBACK;
