-- The index on a clock takes rights that the owner of the table may lack: what can be done without them is done, and what cannot is said in words.
SET client_min_messages = error;
SET allow_in_place_tablespaces = on;
CREATE TABLESPACE index_rights LOCATION '';
BEGIN;
SELECT plan(10);
SET retention.test_now = '2030-06-01 12:00Z';
CREATE ROLE index_owner;
CREATE ROLE watcher IN ROLE pg_monitor;
GRANT USAGE ON SCHEMA retention TO watcher;
CREATE SCHEMA app AUTHORIZATION index_owner;
SET ROLE index_owner;
CREATE TABLE app.empty (id int, left_on date);
CREATE TABLE app.filled AS SELECT 1 AS id, NULL::date AS left_on;
CREATE TABLE app.theirs (id int, left_on date);
RESET ROLE;
CREATE FUNCTION pg_temp.policy(name text) RETURNS text LANGUAGE sql AS $$
    SELECT format('INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES (%L, ''app.%I'', ''{left_on}'', ''1 year'', ''delete'', ''enforce'')', name, split_part(name, ' ', 1)) $$;
CREATE FUNCTION pg_temp.place(relation regclass) RETURNS name LANGUAGE sql AS $$
    SELECT coalesce(t.spcname, 'that of the database') FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid LEFT JOIN pg_tablespace t ON t.oid = c.reltablespace
    WHERE i.indrelid = relation AND pg_get_indexdef(i.indexrelid) ~ 'retention.pending' $$;

-- Where indexes go by default the owner may not write.
SET default_tablespace = index_rights;
SELECT lives_ok(pg_temp.policy('empty'), 'a policy of an empty table is written where its owner may not use the default tablespace');
SELECT lives_ok(pg_temp.policy('filled'), 'a policy of a table with rows is written there, too');
CALL retention.sweep();
SELECT is((SELECT string_agg(DISTINCT state, ', ') FROM retention.status), 'enforcing', 'no policy waits for a tablespace');
SELECT is(pg_temp.place('app.empty') || ', ' || pg_temp.place('app.filled'), 'that of the database, that of the database', 'the indexes are in the tablespace of the database');
GRANT CREATE ON TABLESPACE index_rights TO index_owner;
SELECT lives_ok(pg_temp.policy('theirs'), 'a policy is written where the owner may use the default tablespace');
SELECT is(pg_temp.place('app.theirs'), 'index_rights', 'the index is where its owner may create it');
RESET default_tablespace;

-- The right to the schema is lost after the policy was written.
ALTER SCHEMA app OWNER TO CURRENT_USER;
GRANT USAGE ON SCHEMA app TO index_owner;
SELECT lives_ok(pg_temp.policy('theirs again'), 'another policy of a table that has its index takes no right to create one');
DROP INDEX app.empty_retention_clock_idx;
CALL retention.sweep();
SET ROLE watcher;
SELECT is((SELECT state || ': ' || problem FROM retention.status WHERE name = 'empty'),
    'building the index: role index_owner, which owns table "empty", may not create the index on its clock in schema app', 'who watches the server reads which right is missing');
RESET ROLE;
GRANT CREATE ON SCHEMA app TO index_owner;
SET retention.test_now = '2030-06-01 13:00Z';
CALL retention.sweep();
SELECT is((SELECT state FROM retention.status WHERE name = 'empty'), 'enforcing', 'with the right the index is built');
SELECT is(pg_temp.place('app.empty'), 'that of the database', 'the index that was dropped is there again');
SELECT * FROM finish();
ROLLBACK;
DROP TABLESPACE index_rights;
