-- A condition that cannot be asked any more keeps nobody from other tables, can be switched off, and is not made by a command on a type.
BEGIN;
SELECT plan(19);
SET client_min_messages = warning;
SET retention.test_now = '2030-01-01 12:00Z';
CREATE SCHEMA app;
CREATE FUNCTION app.is_x(text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$ SELECT $1 = 'x' $$;
CREATE TABLE app.t (id int, v text, left_on date);
CREATE TABLE app.other (id int PRIMARY KEY, n text, left_on date);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode, applies_to) VALUES
    ('t', 'app.t', '{left_on}', '3 months', 'delete', 'enforce', 'app.is_x(v)'), ('other', 'app.other', '{left_on}', '3 months', 'delete', 'enforce', 'other.n <> ''y''');
ALTER FUNCTION app.is_x(text) STABLE;
SELECT lives_ok(what, what || ': passes beside a condition that cannot be asked') FROM (VALUES
    ('CREATE TABLE app.free (id int)'), ('ALTER TABLE app.free ADD COLUMN x int'), ('ALTER TABLE app.other ADD COLUMN x int'), ('ALTER TABLE app.free RENAME TO freed'),
    ('ALTER TABLE app.other RENAME n TO name'), ('ALTER TABLE app.freed SET SCHEMA public'), ('DROP TABLE public.freed'), ('ALTER TABLE app.t ADD COLUMN x int'),
    ($$UPDATE retention.policy SET mode = 'off' WHERE name = 't'$$)) v (what);
SELECT is((SELECT applies_to FROM retention.policy WHERE name = 'other'), '(name <> ''y''::text)', 'a condition that can be asked follows a rename');
SELECT throws_ok('ALTER TABLE app.other DROP COLUMN name', NULL, NULL, 'what breaks a condition that can be asked is refused');
SELECT throws_ok('ALTER TABLE app.other DROP COLUMN left_on', NULL, NULL, 'what breaks a start is refused beside a condition that cannot be asked');

-- Types.
CREATE TYPE app.state AS ENUM ('open', 'done');
CREATE TYPE app.pair AS (a int, b text);
CREATE TABLE app.s (id int, s app.state, p app.pair, left_on date);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode, applies_to) VALUES
    ('done', 'app.s', '{left_on}', '1 year', 'delete', 'enforce', $$s = 'done'$$), ('pairs', 'app.s', '{left_on}', '2 years', 'delete', 'enforce', $$p = ROW(1, 'a')::app.pair$$);
SELECT throws_ok($$ALTER TYPE app.state RENAME VALUE 'done' TO 'finished'$$, '22P02', NULL, 'a value that a condition names is not renamed');
SELECT lives_ok($$ALTER TYPE app.state RENAME VALUE 'open' TO 'opened'$$, 'another value is renamed');
SELECT throws_ok('ALTER TYPE app.pair ADD ATTRIBUTE c int', '42846', NULL, 'a type that a condition spells out gets no other attributes');
SELECT lives_ok($$INSERT INTO app.s VALUES (1, 'done', (1, 'a'), NULL)$$, 'rows are written as before');

-- A partition is asked by the name of its table.
CREATE TABLE app.m (id int, v text, left_on date) PARTITION BY LIST (id);
CREATE TABLE app.m1 PARTITION OF app.m FOR VALUES IN (1);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode, applies_to) VALUES
    ('m', 'app.m', '{left_on}', '3 months', 'delete', 'enforce', $$m.v = 'x' AND app.m.id > 0$$);
SELECT lives_ok($$INSERT INTO app.m VALUES (1, 'x', '2029-12-01'), (1, 'y', '2029-12-01')$$, 'a condition may name a column with its table, whose partitions have other names');
CALL retention.sweep();
SELECT results_eq('SELECT m.v, p.name FROM app.m LEFT JOIN retention.policy p ON p.policy_id = retention.policy(m.retention_clock) ORDER BY 1', $$VALUES ('x', 'm'), ('y', NULL)$$,
    'rows of a partition are asked as those of its table');
SELECT is_empty($$SELECT FROM retention.audit('app.m')$$, 'the audit asks the same');
SELECT * FROM finish();
ROLLBACK;
