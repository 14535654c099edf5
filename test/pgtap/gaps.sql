-- What retention does not reach is listed, and can be made a warning or an error where it begins.
BEGIN;
SELECT plan(32);

CREATE ROLE app_owner;
CREATE SCHEMA app AUTHORIZATION app_owner;
CREATE FUNCTION gaps(wanted text) RETURNS SETOF text LANGUAGE sql AS
    'SELECT object FROM retention.gaps WHERE kind = wanted AND object LIKE ''app.%'' ORDER BY object';
SET ROLE app_owner;
CREATE TABLE app.users (id bigint PRIMARY KEY, name retention.person_name, email text, left_at timestamptz);
CREATE TABLE app.calls (id bigint, phone retention.phone, day date) PARTITION BY RANGE (day);
CREATE TABLE app.calls_1 PARTITION OF app.calls FOR VALUES FROM ('2030-01-01') TO ('2030-02-01');
CREATE TABLE app.calls_2 PARTITION OF app.calls FOR VALUES FROM ('2030-02-01') TO ('2030-03-01');
CREATE TEMP TABLE own_copy AS SELECT * FROM app.users;
RESET ROLE;
INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('app.users', 'email', 'email');

-- Columns.
SELECT results_eq($$SELECT gaps('personal column without a policy')$$, $$VALUES ('app.calls.phone'), ('app.users.email'), ('app.users.name')$$,
    'personal columns, typed and declared, of tables without a policy');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action) VALUES ('users', 'app.users', '{left_at}', '1 year', 'delete'),
    ('calls', 'app.calls', '{day}', '1 year', 'delete');
SELECT is_empty($$SELECT gaps('personal column without a policy')$$, 'not of those with one');
UPDATE retention.policy SET mode = 'off' WHERE name = 'calls';
SELECT results_eq($$SELECT gaps('personal column without a policy')$$, $$VALUES ('app.calls.phone')$$, 'a policy that is off is none');
UPDATE retention.policy SET mode = 'observe' WHERE name = 'calls';
INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('app.calls_1', 'phone', 'phone');
SELECT is_empty($$SELECT gaps('personal column without a policy')$$, 'a partition is reached by the policy of its table');
SELECT is_empty($$SELECT gaps('pseudonymised column')$$, 'nothing is pseudonymised');
UPDATE retention.personal_column SET anonymise = 'pseudonymise' WHERE column_name = 'email';
SELECT results_eq($$SELECT gaps('pseudonymised column')$$, $$VALUES ('app.users.email')$$, 'a pseudonym stays personal');

-- Tables.
SELECT is_empty($$SELECT gaps('unmanaged table')$$, 'every table with a clock has its policy, partitions included');
SET ROLE app_owner;
ALTER TABLE app.calls DETACH PARTITION app.calls_2;
CREATE TABLE app.users_copy AS SELECT * FROM app.users;
RESET ROLE;
SELECT results_eq($$SELECT gaps('unmanaged table')$$, $$VALUES ('app.calls_2'), ('app.users_copy')$$, 'a detached partition and a copy have none');
SELECT results_eq($$SELECT gaps('personal column without a policy')$$, $$VALUES ('app.calls_2.phone'), ('app.users_copy.name')$$,
    'columns of a detached partition and of a copy are listed, too');
SELECT is_empty($$SELECT gaps('table of a superuser')$$, 'a table of somebody with no rights to spare');
ALTER TABLE app.users OWNER TO CURRENT_USER;
SELECT results_eq($$SELECT gaps('table of a superuser')$$, $$VALUES ('app.users')$$, 'a table of a superuser is listed');

-- Materialised views.
CREATE TABLE app.colours (colour text);
CREATE TABLE app.shapes (shape text);
CREATE VIEW app.names AS SELECT name, retention_clock FROM app.users;
CREATE VIEW app.first_names AS SELECT split_part(n.name, ' ', 1) AS first_name, n.retention_clock FROM app.names n, app.colours;
CREATE MATERIALIZED VIEW app.popular AS SELECT first_name, count(*) FROM app.first_names GROUP BY 1;
CREATE MATERIALIZED VIEW app.directory AS SELECT name, retention_clock FROM app.names;
CREATE MATERIALIZED VIEW app.list AS SELECT u.name, c.phone FROM app.users u JOIN app.calls c USING (id);
CREATE MATERIALIZED VIEW app.palette AS SELECT colour FROM app.colours;
SELECT results_eq($$SELECT gaps('materialized view without the clock')$$, $$VALUES ('app.list'), ('app.popular')$$,
    'materialised views over tables with a clock, through views, which do not carry it');
SELECT is((SELECT detail FROM retention.gaps WHERE object = 'app.list'),
    'it keeps copies of what it reads of app.calls, app.users, which are not hidden when those are', 'with the tables');
SELECT is_empty($$SELECT gaps('unmanaged table') INTERSECT SELECT 'app.directory'$$, 'a view that carries the clock is no unmanaged table');
SELECT is((SELECT count(*) FROM retention.gaps WHERE detail IS NULL OR hint IS NULL), 0::bigint, 'each says why, and what to do');
SELECT ok(has_table_privilege('pg_monitor', 'retention.gaps', 'SELECT'), 'monitoring may see them');

-- As a command leaves one.
SELECT is(current_setting('retention.unmanaged_personal_column'), 'ignore', 'by default nothing is said');
SET retention.unmanaged_personal_column = error;
SELECT throws_ok('CREATE TABLE app.a (phone retention.phone)', '55000',
    'column "phone" of table "a" is personal, and no policy stands for the table', 'a new table');
SELECT throws_ok('CREATE TABLE app.a AS SELECT name FROM app.users', '55000',
    'column "name" of table "a" is personal, and no policy stands for the table', 'a table made by a query');
SELECT throws_ok($$DO 'BEGIN EXECUTE ''CREATE TABLE app.a (LIKE app.calls)''; END'$$, '55000', NULL, 'a table made like another is refused');
SELECT throws_ok('CREATE SCHEMA other CREATE TABLE a (phone retention.phone[])', '55000', NULL, 'a table that comes with its schema is refused');
SELECT throws_ok('ALTER TABLE app.colours ADD COLUMN chosen_by retention.person_name', '55000', NULL, 'a new column');
SELECT throws_ok('ALTER TABLE app.shapes ALTER COLUMN shape TYPE retention.personal_text', '55000', NULL, 'a new type is refused');
INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('app.colours', 'colour', 'taste');
SELECT throws_ok('ALTER TABLE app.colours ADD COLUMN shade int', '55000', NULL, 'a declared column of a table that is altered is refused');
SELECT lives_ok('ALTER TABLE app.users ADD COLUMN phone retention.phone', 'not where a policy stands');
SELECT lives_ok($$CREATE TABLE app.calls_3 PARTITION OF app.calls FOR VALUES FROM ('2030-03-01') TO ('2030-04-01')$$, 'a new partition is not refused where the root has a policy');
SELECT lives_ok('ALTER TABLE app.calls_1 ALTER COLUMN phone SET STATISTICS 50', 'even one with a declaration of its own');
INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('pg_temp.own_copy', 'email', 'email');
SELECT lives_ok('ALTER TABLE own_copy ALTER COLUMN email SET STATISTICS 50', 'a declared column of a temporary table is not refused');
SELECT lives_ok('CREATE TEMP TABLE a (phone retention.phone)', 'a typed column of a temporary table is not refused');
SELECT lives_ok('CREATE TABLE app.plain (phone text)', 'a table that is not personal is not refused');
SELECT lives_ok($$INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action)
    VALUES ('copy', 'app.users_copy', '{left_at}', '1 year', 'delete')$$, 'a table whose policy comes in the same transaction is not refused');
SET ROLE app_owner;
SELECT throws_ok('SET retention.unmanaged_personal_column = ignore', '42501', NULL, 'who may create tables may not say otherwise');

SELECT * FROM finish();
ROLLBACK;
