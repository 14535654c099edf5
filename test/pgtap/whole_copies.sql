-- A copy of a whole table that would stand in its place has all rows, or is refused: what pg_repack, migrations and hands do.
BEGIN;
SELECT plan(53);

SET retention.test_now = '2030-06-01 12:00:00+00';
CREATE SCHEMA app;
CREATE TABLE app.users (id int PRIMARY KEY, name text, left_on date);
CREATE TABLE app.calls (id int, day date) PARTITION BY RANGE (id);
CREATE TABLE app.calls_1 PARTITION OF app.calls FOR VALUES FROM (0) TO (10);
CREATE TABLE app.calls_2 PARTITION OF app.calls FOR VALUES FROM (10) TO (20);
CREATE TABLE app.plain (id int);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode) VALUES
    ('users', 'app.users', '{left_on}', '1 year', '30 years', 'delete', 'enforce'),
    ('calls', 'app.calls', '{day}', '1 year', '30 years', 'delete', 'enforce');
INSERT INTO app.users VALUES (1, 'Kari', NULL), (2, 'Ola', '2020-01-01');
INSERT INTO app.calls VALUES (1, NULL), (11, '2020-01-01');
INSERT INTO app.plain VALUES (1);
CALL retention.sweep();
CREATE TABLE app.copy (LIKE app.users);
CREATE VIEW app.everybody AS SELECT * FROM app.users;
PREPARE all_users AS SELECT * FROM app.users;

CREATE FUNCTION pg_temp.refused(command text, relation text, said text) RETURNS text AS $$
    SELECT throws_ok(command, '42501', format('cannot copy all of "%s": it holds rows that are hidden by a retention policy', relation), said)
$$ LANGUAGE sql;
SELECT pg_temp.refused('INSERT INTO app.copy SELECT * FROM app.users', 'users', 'INSERT ... SELECT');
SELECT pg_temp.refused('INSERT INTO app.copy SELECT * FROM ONLY app.users ORDER BY id', 'users', 'ONLY, in an order');
SELECT pg_temp.refused('INSERT INTO app.copy TABLE app.users', 'users', 'TABLE');
SELECT pg_temp.refused('INSERT INTO app.copy SELECT id, name, left_on, retention_clock FROM app.users WHERE true', 'users', 'columns by name, and WHERE true');
SELECT pg_temp.refused('INSERT INTO app.copy SELECT (u).* FROM (SELECT u FROM app.users u) v', 'users', 'whole rows');
SELECT pg_temp.refused('INSERT INTO app.copy (id, name) SELECT id, to_jsonb(u) FROM app.users u', 'users', 'whole rows as a value');
SELECT pg_temp.refused('INSERT INTO app.copy SELECT * FROM app.everybody', 'users', 'through a view');
SELECT pg_temp.refused('WITH u AS MATERIALIZED (SELECT * FROM app.users) INSERT INTO app.copy SELECT * FROM u', 'users', 'through a CTE');
SELECT pg_temp.refused('INSERT INTO app.copy SELECT DISTINCT * FROM app.users LIMIT ALL', 'users', 'distinct rows are all of them');
SELECT pg_temp.refused('CREATE TABLE app.c AS SELECT * FROM app.users', 'users', 'CREATE TABLE AS');
SELECT pg_temp.refused('CREATE TABLE app.c AS SELECT * FROM app.everybody', 'users', 'CREATE TABLE AS, through a view');
SELECT pg_temp.refused('CREATE TABLE app.c AS EXECUTE all_users', 'users', 'CREATE TABLE AS EXECUTE');
SELECT pg_temp.refused('SELECT * INTO app.c FROM app.users', 'users', 'SELECT INTO');
SELECT pg_temp.refused('CREATE TEMP TABLE c AS SELECT * FROM app.users', 'users', 'a temporary table');
SELECT pg_temp.refused('CREATE TABLE app.c AS SELECT * FROM app.calls', 'calls', 'a partitioned table');
SELECT pg_temp.refused('CREATE TABLE app.c AS SELECT * FROM app.calls_1 UNION ALL SELECT * FROM app.calls_2', 'calls_2', 'partitions one after the other');
SELECT pg_temp.refused('WITH done AS (INSERT INTO app.copy SELECT * FROM app.users RETURNING id) SELECT count(*) FROM done', 'users', 'in a WITH');
SELECT pg_temp.refused('WITH u AS (SELECT * FROM app.users), done AS (INSERT INTO app.copy SELECT * FROM u) UPDATE app.plain SET id = id', 'users', 'in a WITH, of another WITH, beside another command');
SELECT pg_temp.refused('MERGE INTO app.copy c USING app.users u ON c.id = u.id WHEN NOT MATCHED THEN INSERT VALUES (u.id, u.name, u.left_on, u.retention_clock)', 'users', 'MERGE');
SELECT pg_temp.refused('MERGE INTO app.copy c USING (SELECT * FROM app.everybody) u ON false WHEN NOT MATCHED AND true THEN INSERT VALUES (u.id, u.name, u.left_on, u.retention_clock)', 'users', 'MERGE of a query');
SELECT pg_temp.refused($$DO 'BEGIN CREATE TABLE app.c AS SELECT * FROM app.users; END'$$, 'users', 'in a function');

-- The verdict falls when it runs, not when it is planned.
PREPARE copying AS INSERT INTO app.copy SELECT * FROM app.users;
SET plan_cache_mode = force_generic_plan;
SET retention.test_now = '2020-02-01 12:00:00+00';
SELECT lives_ok('EXECUTE copying', 'nothing is hidden yet');
SELECT is((SELECT count(*) FROM app.copy), 2::bigint, 'all is copied');
SET retention.test_now = '2030-06-01 12:00:00+00';
SELECT pg_temp.refused('EXECUTE copying', 'users', 'a plan from before');
SET LOCAL retention.reveal = on;
SELECT lives_ok('EXECUTE copying', 'with reveal all rows are copied');
SET LOCAL retention.reveal = off;
RESET plan_cache_mode;

-- What says which rows, or wants no clock, or keeps a copy for readers.
SELECT lives_ok(command, command) FROM (VALUES
    ('INSERT INTO app.copy SELECT * FROM app.users WHERE id < 5'), ('INSERT INTO app.copy SELECT * FROM app.users LIMIT 1'),
    ('INSERT INTO app.copy SELECT u.* FROM app.users u JOIN app.plain p USING (id)'),
    ('CREATE TABLE app.c1 AS SELECT id, name FROM app.users'), ('CREATE TABLE app.c2 AS SELECT * FROM app.calls_1'),
    ('CREATE TABLE app.c3 AS SELECT id, retention.state(retention_clock) FROM app.users'),
    ('CREATE TABLE app.c4 AS SELECT max(u.id) FROM (SELECT * FROM app.users) u'),
    ('CREATE TABLE app.c5 AS SELECT * FROM app.users WITH NO DATA'),
    ('CREATE MATERIALIZED VIEW app.c6 AS SELECT * FROM app.users'),
    ('WITH done AS (INSERT INTO app.copy SELECT * FROM app.users WHERE id < 5 RETURNING id) SELECT count(*) FROM done'),
    ('WITH done AS (DELETE FROM app.plain WHERE id < 0 RETURNING id) INSERT INTO app.copy (id) SELECT id FROM done'),
    ('MERGE INTO app.copy c USING app.users u ON c.id = u.id WHEN NOT MATCHED AND u.id < 5 THEN INSERT VALUES (u.id, u.name, u.left_on, u.retention_clock)'),
    ('MERGE INTO app.copy c USING app.users u ON c.id = u.id WHEN NOT MATCHED THEN INSERT (id, name) VALUES (u.id, u.name)'),
    ('MERGE INTO app.copy c USING app.users u ON c.id = u.id WHEN MATCHED THEN UPDATE SET name = u.name'),
    ('EXPLAIN INSERT INTO app.copy SELECT * FROM app.users')) c (command);

-- What no policy stands for goes when somebody says so.
SELECT throws_ok('DROP TABLE app.copy', '42501', 'cannot drop "copy": no policy stands for it, and it holds rows that are hidden', 'the last copy, perhaps');
SELECT throws_ok('TRUNCATE app.copy', '42501', NULL, 'the last copy is not emptied either');
SET LOCAL retention.reveal = on;
SELECT throws_ok('DROP TABLE app.copy', '42501', NULL, 'reveal is the right to read');
SET LOCAL retention.confirm_drop = on;
SELECT lives_ok('DROP TABLE app.copy', 'confirmed');
RESET retention.confirm_drop;
RESET retention.reveal;

-- pg_repack's first act on a table.
CREATE SCHEMA repack;
CREATE FUNCTION repack.repack_trigger() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE FUNCTION pg_temp.repack(relation regclass) RETURNS void LANGUAGE plpgsql AS $$BEGIN
    EXECUTE format('CREATE TRIGGER repack_trigger AFTER INSERT OR DELETE OR UPDATE ON %s FOR EACH ROW EXECUTE PROCEDURE repack.repack_trigger(''id'')', relation);
    EXECUTE format('DROP TRIGGER repack_trigger ON %s', relation);
END$$;
SELECT throws_ok($$SELECT pg_temp.repack('app.users')$$, '42501',
    'cannot repack "users": rows that its retention policy hides would not be copied', 'refused before it begins');
SET LOCAL retention.reveal = on;
SELECT throws_ok($$SELECT pg_temp.repack('app.users')$$, '42501', NULL, 'who could copy, but not drop the old copy');
SET LOCAL retention.confirm_drop = on;
SELECT lives_ok($$SELECT pg_temp.repack('app.users')$$, 'who can do both');
INSERT INTO app.users (id, retention_clock) VALUES (3, 'none held');
SELECT throws_ok($$SELECT pg_temp.repack('app.users')$$, 'RT003', NULL, 'a held row would keep the old copy');
INSERT INTO app.calls (id, retention_clock) VALUES (4, 'none restricted');
SELECT throws_ok($$SELECT pg_temp.repack('app.calls_1')$$, 'RT003', NULL, 'a restricted row would keep the old copy');
CREATE TABLE app.books (id int PRIMARY KEY, day date);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, must_keep_for, mode) VALUES
    ('books', 'app.books', '{day}', '5 years', 'delete', '5 years', 'enforce');
CALL retention.sweep();
SELECT throws_ok($$SELECT pg_temp.repack('app.books')$$, 'RT001',
    'cannot repack "books": policy "books" is mandatory, and the old copy of the table could not be dropped', 'mandatory rows to come would keep the old copy');
RESET retention.reveal;
RESET retention.confirm_drop;
SELECT throws_ok($$SELECT pg_temp.repack('app.books')$$, 'RT001', NULL, 'of two hints the one that leads out');
CREATE ROLE stranger;
GRANT USAGE ON SCHEMA app, repack TO stranger;
SET ROLE stranger;
SELECT throws_ok($$SELECT pg_temp.repack('app.books')$$, '42501', 'permission denied for table books', 'a stranger is told by the server');
RESET ROLE;
SELECT lives_ok($$SELECT pg_temp.repack('app.plain')$$, 'what is not governed is nobody''s business');
SELECT * FROM finish();
ROLLBACK;
