-- A personal column is dropped, and its data are in another one by then: that is in retention.gaps until somebody says which, or that there is none.
BEGIN;
SELECT plan(21);
SET client_min_messages = error;
SET retention.test_now = '2030-01-01 12:00Z';
CREATE TABLE users (id int PRIMARY KEY, email text, left_on date);
INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('users', 'email', 'email');
CREATE TABLE typed (id int PRIMARY KEY, email retention.email, left_on date);
CREATE TABLE parts (id int, email retention.email, left_on date) PARTITION BY LIST (id);
CREATE TABLE parts_1 PARTITION OF parts FOR VALUES IN (1);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action) SELECT t, t::regclass, '{left_on}', '1 year', 'delete' FROM unnest('{users,typed,parts}'::text[]) t;
INSERT INTO users VALUES (1, 'kari@example.org');
CREATE FUNCTION pg_temp.gap() RETURNS text LANGUAGE sql AS
    $$SELECT string_agg(object || ': ' || substring(detail FROM '[^:]*$'), ', ' ORDER BY object) FROM retention.gaps WHERE kind = 'personal column that was dropped'$$;
CREATE FUNCTION pg_temp.after(VARIADIC what text[]) RETURNS text LANGUAGE plpgsql AS $$
DECLARE result text; one text;
BEGIN
    FOREACH one IN ARRAY what LOOP EXECUTE one; END LOOP;
    result := pg_temp.gap();
    RAISE SQLSTATE 'P9999';
EXCEPTION WHEN SQLSTATE 'P9999' THEN RETURN result;
END $$;
CREATE FUNCTION pg_temp.declared(VARIADIC what text[]) RETURNS text LANGUAGE plpgsql AS $$
DECLARE result text; one text;
BEGIN
    FOREACH one IN ARRAY what LOOP EXECUTE one; END LOOP;
    SELECT string_agg(relation || '.' || column_name, ' ' ORDER BY relation::text, column_name) INTO result FROM retention.personal_columns;
    RAISE SQLSTATE 'P9999';
EXCEPTION WHEN SQLSTATE 'P9999' THEN RETURN result;
END $$;

SELECT is(pg_temp.gap(), NULL, 'nothing is dropped');
SELECT is(pg_temp.after('ALTER TABLE users DROP COLUMN email'), NULL, 'a column that is dropped with its data is no gap');
SELECT is(pg_temp.after('ALTER TABLE users RENAME email TO old', 'ALTER TABLE users ADD email text', 'UPDATE users SET email = old', 'ALTER TABLE users DROP old'),
    'users.old:  email', 'renamed, made anew, copied and dropped');
SELECT is(pg_temp.after('ALTER TABLE users ADD mail text', 'UPDATE users SET mail = email', 'ALTER TABLE users DROP email'), 'users.email:  mail', 'copied into another one and dropped');
SELECT is(pg_temp.after('ALTER TABLE users ADD mail text, ADD n int', 'ALTER TABLE users DROP email'), 'users.email:  mail, n', 'columns that were added while it was there are named');
SELECT is(pg_temp.after('ALTER TABLE users DROP email', 'ALTER TABLE users ADD mail text'), NULL, 'a column that is added afterwards has none of its data');
SELECT is(pg_temp.after('ALTER TABLE users DROP email, ADD mail text'), NULL, 'a column that is added by the command that drops has none of its data');
SELECT is(pg_temp.after('ALTER TABLE users ADD size int GENERATED ALWAYS AS (id * 2) STORED', 'ALTER TABLE users DROP email'), NULL, 'a generated column has none of its data');
SELECT is(pg_temp.after('ALTER TABLE users ADD mail text', 'ALTER TABLE users DROP email', 'ALTER TABLE users RENAME mail TO post'), 'users.email:  post', 'a column that is renamed later is followed');
SELECT is(pg_temp.after('ALTER TABLE users ADD mail text', 'ALTER TABLE users DROP email', 'ALTER TABLE users RENAME mail TO email'), NULL, 'a column that gets the name of the dropped one takes its place');
SELECT is(pg_temp.declared('ALTER TABLE users ADD mail text', 'ALTER TABLE users DROP email', 'ALTER TABLE users RENAME mail TO email'), 'parts.email typed.email users.email', 'a column that gets the name of the dropped one is declared');
SELECT is(pg_temp.after('ALTER TABLE users ADD mail text, ADD n int', 'ALTER TABLE users DROP email', $$INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('users', 'mail', 'email')$$),
    NULL, 'when one is declared it is no gap any more');
SELECT is(pg_temp.after('ALTER TABLE users ADD mail retention.email', 'ALTER TABLE users DROP email'), NULL, 'a column whose type declares it is no gap');
SELECT is(pg_temp.after('ALTER TABLE users ADD mail text', 'ALTER TABLE users DROP email', 'ALTER TABLE users ALTER mail TYPE retention.email'), NULL, 'a column that gets a type that declares it is no gap any more');
SELECT is(pg_temp.after('ALTER TABLE users ADD mail text', 'ALTER TABLE users DROP email', 'ALTER TABLE users DROP mail'), NULL, 'when that one is dropped, too, it is no gap any more');
SELECT is(pg_temp.after('ALTER TABLE users ADD mail text', 'ALTER TABLE users DROP email', 'DELETE FROM retention.dropped_column'), NULL, 'who knows that the data are gone says so');
SELECT is(pg_temp.after('ALTER TABLE users ADD mail text', 'ALTER TABLE users DROP email', 'DROP TABLE users'), NULL, 'with the table the gap goes');
SELECT is(pg_temp.after('ALTER TABLE users ADD mail text', 'CREATE DOMAIN public.address AS text', 'ALTER TABLE users ALTER email TYPE public.address', 'DROP DOMAIN public.address CASCADE'), 'users.email:  mail', 'a column that goes with its type');
SELECT is(pg_temp.after('ALTER TABLE typed RENAME email TO old', 'ALTER TABLE typed ADD email text', 'ALTER TABLE typed DROP old'), 'typed.old:  email', 'a column that was declared by its type');
SELECT is(pg_temp.after('ALTER TABLE parts ADD mail text', 'ALTER TABLE parts DROP email'), 'parts.email:  mail', 'a partitioned table');
-- Carried by a dump, by names.
SELECT is((SELECT count(*) FROM pg_extension, unnest(extconfig) c WHERE c = 'retention.dropped_column'::regclass), 1::bigint, 'dropped columns are dumped');
SELECT * FROM finish();
ROLLBACK;
