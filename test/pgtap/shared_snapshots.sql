-- What copies a database in several sessions, under one snapshot, gets whole tables or an error.
CREATE EXTENSION dblink;
CREATE FUNCTION pg_temp.copies(settings text, statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE said text;
BEGIN
    PERFORM dblink_connect('one', format('host=%s port=%s dbname=%I user=%I options=''%s''',
        split_part(current_setting('unix_socket_directories'), ',', 1), current_setting('port'), current_database(), current_user, settings));
    PERFORM dblink_exec('one', 'BEGIN ISOLATION LEVEL REPEATABLE READ');
    PERFORM dblink_exec('one', format('SET TRANSACTION SNAPSHOT %L', pg_export_snapshot()));
    BEGIN
        said := dblink_exec('one', statement);
    EXCEPTION WHEN OTHERS THEN
        said := SQLSTATE || ' ' || SQLERRM;
    END;
    PERFORM dblink_disconnect('one');
    RETURN said;
END $$;
SELECT plan(7);

SET retention.test_now = '2030-06-01 12:00:00+00';
CREATE SCHEMA app;
CREATE TABLE app.users (id int PRIMARY KEY, left_on date);
CREATE TABLE app.plain (id int PRIMARY KEY);
INSERT INTO app.users VALUES (1, NULL), (2, '2020-01-01');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode) VALUES
    ('users', 'app.users', '{left_on}', '1 year', '30 years', 'delete', 'enforce');
CALL retention.sweep();
\set refused '42501 a copy of the database would have only a part of table "users"'
SELECT is(pg_temp.copies('', 'COPY app.users TO ''/dev/null'''), :'refused', 'a whole table without the right to its hidden rows');
SELECT is(pg_temp.copies('', 'COPY app.users (id, left_on, retention_clock) TO ''/dev/null'''), :'refused', 'whole columns without the right to hidden rows');
SELECT is(pg_temp.copies('-c retention.reveal=on', 'COPY app.users TO ''/dev/null'''), :'refused', 'all rows without what was decided about them');
SELECT is(pg_temp.copies('-c retention.reveal=on', 'COPY app.users (id, left_on, retention_clock) TO ''/dev/null'''), 'COPY 2', 'all rows with their clocks, as a dump has them');
SELECT is(pg_temp.copies('', 'COPY (SELECT id FROM app.users) TO ''/dev/null'''), 'COPY 1', 'a query says what it wants');
SELECT is(pg_temp.copies('', 'COPY app.plain TO ''/dev/null'''), 'COPY 0', 'a table without a policy');
SELECT lives_ok('COPY app.users TO ''/dev/null''', 'a session by itself exports what is visible');
SELECT * FROM finish();
