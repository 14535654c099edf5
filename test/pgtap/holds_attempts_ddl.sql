-- Attempts to take away rows that a legal hold or a law keeps, or what keeps them, by commands on tables.
BEGIN;
SELECT plan(64);
\ir ../holds/lab.psql

-- What is dropped.
SELECT lab.try('DROP TABLE takes no kept row', 'holder postgres',
    $$DROP TABLE records CASCADE$$);
SELECT lab.try('DROP TABLE that is confirmed takes no kept row', 'postgres',
    $$SET LOCAL retention.confirm_drop = on; SET LOCAL retention.reveal = on; DROP TABLE records CASCADE$$);
SELECT lab.try('DROP TABLE of a partition takes no kept row', 'postgres',
    $$SET LOCAL retention.confirm_drop = on; SET LOCAL retention.reveal = on; DROP TABLE records_north$$, shapes => 'parts');
SELECT lab.try('DROP SCHEMA takes no kept row', 'holder postgres',
    $$DROP SCHEMA @ CASCADE$$);
SELECT lab.try('DROP SCHEMA that is confirmed takes no kept row', 'postgres',
    $$SET LOCAL retention.confirm_drop = on; SET LOCAL retention.reveal = on; DROP SCHEMA @ CASCADE$$);
SELECT lab.try('DROP TABLE under a replica role takes no kept row', 'postgres',
    $$SET LOCAL retention.confirm_drop = on; SET LOCAL retention.reveal = on; SET LOCAL session_replication_role = replica; DROP TABLE records CASCADE$$);
SELECT lab.try('a table that was dropped and made anew holds no fewer rows', 'holder postgres',
    $$CREATE TABLE stash AS SELECT id, region, sort, body FROM records; DROP TABLE records CASCADE; ALTER TABLE stash RENAME TO records$$, means => 'unprotected');

-- Tables that change their place, their name or what they are part of.
SELECT lab.try('a table in another schema keeps its rows', 'postgres',
    $$CREATE SCHEMA elsewhere; ALTER TABLE records SET SCHEMA elsewhere$$, means => 'unprotected');
SELECT lab.try('a table with another name keeps its rows', 'holder postgres',
    $$ALTER TABLE records RENAME TO old$$, means => 'unprotected');
SELECT lab.try('a table that another takes the name of keeps its rows', 'holder postgres',
    $$ALTER TABLE records RENAME TO old; CREATE TABLE records (LIKE old)$$, means => 'unprotected');
SELECT lab.try('a column with another name keeps rows held', 'holder postgres',
    $$ALTER TABLE records RENAME COLUMN class TO ranking; ALTER TABLE records RENAME COLUMN person_id TO who; ALTER TABLE records RENAME COLUMN sort TO manner; ALTER TABLE records RENAME COLUMN id TO number; ALTER TABLE records RENAME COLUMN number TO id$$, means => 'unprotected');
SELECT lab.try('a person table with another name keeps rows held', 'holder postgres',
    $$ALTER TABLE persons RENAME TO people; ALTER TABLE people RENAME COLUMN id TO number; ALTER TABLE offices RENAME TO places$$, means => 'unprotected');
SELECT lab.try('a schema with another name keeps rows held', 'postgres',
    $$ALTER SCHEMA @ RENAME TO renamed_schema$$, means => 'unprotected');
SELECT lab.try('a table with another owner keeps its rows', 'postgres',
    $$ALTER TABLE records OWNER TO clerk; SET LOCAL ROLE clerk; DELETE FROM records WHERE id = 1$$, means => 'unprotected');
SELECT lab.try('a detached partition keeps its rows', 'holder postgres',
    $$ALTER TABLE records DETACH PARTITION records_north$$, means => 'unprotected', shapes => 'parts');
SELECT lab.try('a detached partition keeps its rows when that is confirmed', 'postgres',
    $$SET LOCAL retention.confirm_drop = on; SET LOCAL retention.reveal = on; ALTER TABLE records DETACH PARTITION records_north; ALTER TABLE records DETACH PARTITION records_south$$, means => 'unprotected', shapes => 'parts');
SELECT lab.try('a detached partition is not dropped', 'holder postgres',
    $$ALTER TABLE records DETACH PARTITION records_north; DROP TABLE records_north$$, shapes => 'parts');
SELECT lab.try('a detached partition is not dropped when that is confirmed', 'postgres',
    $$SET LOCAL retention.confirm_drop = on; SET LOCAL retention.reveal = on; ALTER TABLE records DETACH PARTITION records_north; DROP TABLE records_north$$, shapes => 'parts');
SELECT lab.try('a detached partition is not emptied', 'postgres',
    $$SET LOCAL retention.confirm_drop = on; SET LOCAL retention.reveal = on; ALTER TABLE records DETACH PARTITION records_north; TRUNCATE records_north$$, shapes => 'parts');
SELECT lab.try('a detached partition loses no row before it is attached again', 'postgres',
    $$SET LOCAL retention.confirm_drop = on; SET LOCAL retention.reveal = on; ALTER TABLE records DETACH PARTITION records_north; DELETE FROM records_north WHERE id = 1; ALTER TABLE records ATTACH PARTITION records_north FOR VALUES IN ('north')$$, shapes => 'parts');
SELECT lab.try('a partition that was away keeps its rows', 'postgres',
    $$SET LOCAL retention.confirm_drop = on; SET LOCAL retention.reveal = on; ALTER TABLE records DETACH PARTITION records_north; ALTER TABLE records ATTACH PARTITION records_north FOR VALUES IN ('north')$$, means => 'unprotected', shapes => 'parts');
SELECT lab.try('a detached partition whose rows are changed keeps them', 'postgres',
    $$SET LOCAL retention.confirm_drop = on; SET LOCAL retention.reveal = on; ALTER TABLE records DETACH PARTITION records_north; UPDATE records_north SET class = 'plain', sort = 'other', person_id = NULL, office_id = NULL WHERE id = 1$$, means => 'unprotected', shapes => 'parts');
SELECT lab.try('a detached partition whose rows get other keys keeps them', 'postgres',
    $$SET LOCAL retention.confirm_drop = on; SET LOCAL retention.reveal = on; ALTER TABLE records DETACH PARTITION records_north; UPDATE records_north SET id = 70 WHERE id = 1; UPDATE records_north SET id = 1 WHERE id = 20; UPDATE records_north SET id = 20, body = 'said 20' WHERE id = 70; UPDATE records_north SET body = 'said 1' WHERE id = 1$$, means => 'unprotected', scopes => '{row}', shapes => 'parts');
SELECT lab.try('a table below another one keeps its rows', 'holder postgres',
    $$CREATE TABLE above (id bigint); ALTER TABLE records INHERIT above$$, means => 'unprotected', shapes => 'one');
SELECT lab.try('a table above takes no row with it', 'holder postgres',
    $$CREATE TABLE above (id bigint); ALTER TABLE records INHERIT above; DELETE FROM above WHERE id = 1$$, shapes => 'one');
SELECT lab.try('TRUNCATE of a table above takes no kept row', 'holder postgres',
    $$CREATE TABLE above (id bigint); ALTER TABLE records INHERIT above; TRUNCATE above$$, shapes => 'one');
SELECT lab.try('DROP of a table above takes no kept row', 'holder postgres',
    $$CREATE TABLE above (id bigint); ALTER TABLE records INHERIT above; DROP TABLE above CASCADE$$, shapes => 'one');
SELECT lab.try('a table that becomes a partition of another keeps its rows', 'holder postgres',
    $$CREATE TABLE whole (LIKE records) PARTITION BY LIST (region); ALTER TABLE whole ATTACH PARTITION records DEFAULT$$, means => 'unprotected', shapes => 'one');
SELECT lab.try('an unlogged table keeps its rows', 'holder postgres',
    $$ALTER TABLE records SET UNLOGGED$$, means => 'unprotected', shapes => 'one');
SELECT lab.try('a rewritten table keeps its rows', 'holder postgres',
    $$CLUSTER records USING records_pkey; ALTER TABLE records ALTER person_id TYPE bigint USING person_id + 0$$, means => 'unprotected', shapes => 'one');

-- Columns.
SELECT lab.try('a dropped column that told what is held takes no marked row out of its hold', 'holder postgres',
    $$ALTER TABLE records DROP COLUMN class CASCADE$$, means => 'unprotected', scopes => '{condition}');
SELECT lab.try('a dropped column that told whose a row is takes no marked row out of its hold', 'postgres',
    $$SET LOCAL retention.confirm_drop = on; SET LOCAL retention.reveal = on; ALTER TABLE records DROP COLUMN person_id CASCADE; ALTER TABLE records DROP COLUMN office_id CASCADE$$, means => 'unprotected', scopes => '{subject}');
SELECT lab.try('a column that a policy reads is not dropped', 'postgres',
    $$SET LOCAL retention.confirm_drop = on; SET LOCAL retention.reveal = on; ALTER TABLE records DROP COLUMN sort CASCADE$$, means => 'refused', scopes => '{policy,law}');
SELECT lab.try('the clock column is not dropped', 'holder postgres',
    $$ALTER TABLE records DROP COLUMN retention_clock CASCADE$$, means => 'refused');
SELECT lab.try('the clock column is not dropped when that is confirmed', 'postgres',
    $$SET LOCAL retention.confirm_drop = on; SET LOCAL retention.reveal = on; ALTER TABLE records DROP COLUMN retention_clock CASCADE$$, means => 'refused');
SELECT lab.try('the clock column gets no other type', 'postgres',
    $$SET LOCAL retention.confirm_drop = on; SET LOCAL retention.reveal = on; ALTER TABLE records ALTER retention_clock TYPE text$$, means => 'refused');
SELECT lab.try('the clock column gets no other values', 'postgres',
    $$SET LOCAL retention.confirm_drop = on; SET LOCAL retention.reveal = on; ALTER TABLE records ALTER retention_clock TYPE retention.clock USING 'none'::retention.clock$$, means => 'refused');
SELECT lab.try('ALTER TYPE takes no row out of its hold', 'postgres',
    $$SET LOCAL retention.confirm_drop = on; SET LOCAL retention.reveal = on; ALTER TABLE records ALTER class TYPE text USING 'plain', ALTER person_id TYPE bigint USING 2, ALTER office_id TYPE bigint USING 2, ALTER sort TYPE text USING 'other'$$, means => 'unprotected', scopes => '{subject,condition,policy,law}');
SELECT lab.try('ALTER TYPE moves no start back', 'postgres',
    $$SET LOCAL retention.confirm_drop = on; SET LOCAL retention.reveal = on; ALTER TABLE records ALTER closed_on TYPE date USING '2001-01-01'::date$$, means => 'refused', scopes => '{law}');
SELECT lab.try('the key of the table goes with no row out of its hold', 'postgres',
    $$SET LOCAL retention.confirm_drop = on; SET LOCAL retention.reveal = on; ALTER TABLE records DROP CONSTRAINT records_pkey CASCADE$$, means => 'unprotected');
SELECT lab.try('a foreign key that goes takes no row out of its hold', 'holder postgres',
    $$ALTER TABLE records DROP CONSTRAINT records_person_id_fkey; ALTER TABLE records DROP CONSTRAINT records_office_id_fkey$$, means => 'unprotected');
SELECT lab.try('the key of the persons goes with no row out of its hold', 'postgres',
    $$SET LOCAL retention.confirm_drop = on; SET LOCAL retention.reveal = on; ALTER TABLE persons DROP CONSTRAINT persons_pkey CASCADE$$, means => 'unprotected');
SELECT lab.try('the table of the persons goes with no row out of its hold', 'postgres',
    $$SET LOCAL retention.confirm_drop = on; SET LOCAL retention.reveal = on; DROP TABLE persons CASCADE$$, means => 'unprotected');
SELECT lab.try('a table on the way to persons goes with no row out of its hold', 'postgres',
    $$SET LOCAL retention.confirm_drop = on; SET LOCAL retention.reveal = on; UPDATE records SET person_id = NULL WHERE id = 1; DROP TABLE offices CASCADE$$, means => 'unprotected');
SELECT lab.try('DROP TYPE takes no row out of its hold', 'postgres',
    $$SET LOCAL retention.confirm_drop = on; SET LOCAL retention.reveal = on; DROP TYPE grade CASCADE; DROP TYPE seal CASCADE; DROP DOMAIN remark CASCADE$$, means => 'unprotected');

-- The triggers of the extension, and what they call.
SELECT lab.try('no trigger is disabled', 'holder postgres',
    $$DO 'BEGIN EXECUTE (SELECT string_agg(format(''ALTER TABLE %s DISABLE TRIGGER %I'', tgrelid::regclass, tgname), ''; '') FROM pg_trigger WHERE NOT tgisinternal AND tgrelid IN (SELECT lab.tables_below(''records''::regclass))); END'$$, means => 'refused');
SELECT lab.try('no trigger fires under a replica role alone', 'holder postgres',
    $$DO 'BEGIN EXECUTE (SELECT string_agg(format(''ALTER TABLE %s ENABLE REPLICA TRIGGER %I'', tgrelid::regclass, tgname), ''; '') FROM pg_trigger WHERE NOT tgisinternal AND tgrelid IN (SELECT lab.tables_below(''records''::regclass))); END'; DELETE FROM records WHERE id = 1$$, means => 'refused');
SELECT lab.try('no trigger fires in local sessions alone', 'postgres',
    $$DO 'BEGIN EXECUTE (SELECT string_agg(format(''ALTER TABLE %s ENABLE TRIGGER %I'', tgrelid::regclass, tgname), ''; '') FROM pg_trigger WHERE NOT tgisinternal AND tgrelid IN (SELECT lab.tables_below(''records''::regclass))); END'; SET LOCAL session_replication_role = replica; DELETE FROM records WHERE id = 1$$, means => 'refused');
SELECT lab.try('all triggers together are not disabled', 'postgres',
    $$ALTER TABLE records DISABLE TRIGGER ALL$$, means => 'refused');
SELECT lab.try('all triggers of users together are not disabled', 'holder postgres',
    $$ALTER TABLE records DISABLE TRIGGER USER$$, means => 'refused');
SELECT lab.try('no trigger is dropped', 'holder postgres',
    $$DO 'BEGIN EXECUTE (SELECT string_agg(format(''DROP TRIGGER %I ON %s CASCADE'', tgname, tgrelid::regclass), ''; '') FROM pg_trigger WHERE NOT tgisinternal AND tgparentid = 0 AND tgrelid IN (SELECT lab.tables_below(''records''::regclass))); END'$$, means => 'refused');
SELECT lab.try('no function of a trigger is dropped', 'postgres',
    $$SET LOCAL retention.confirm_drop = on; SET LOCAL retention.reveal = on; DROP FUNCTION retention.guard_delete() CASCADE$$, means => 'refused');
SELECT lab.try('no function of a trigger is replaced', 'postgres',
    $$CREATE OR REPLACE FUNCTION retention.guard_delete() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'$$, means => 'refused');
SELECT lab.try('no function of a trigger is altered', 'postgres',
    $$ALTER FUNCTION retention.guard_delete() RENAME TO guard_nothing$$, means => 'refused');
SELECT lab.try('the extension is not dropped', 'postgres',
    $$DROP EXTENSION pg_retention CASCADE$$, means => 'refused');
SELECT lab.try('the schema of the extension is not dropped', 'postgres',
    $$SET LOCAL retention.confirm_drop = on; SET LOCAL retention.reveal = on; DROP SCHEMA retention CASCADE$$, means => 'refused');
SELECT lab.try('the type of clocks is not dropped', 'postgres',
    $$SET LOCAL retention.confirm_drop = on; SET LOCAL retention.reveal = on; DROP TYPE retention.clock CASCADE$$, means => 'refused');
SELECT lab.try('nothing is taken out of the extension', 'postgres',
    $$ALTER EXTENSION pg_retention DROP FUNCTION retention.guard_delete(); CREATE OR REPLACE FUNCTION retention.guard_delete() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'$$, means => 'refused');

-- As tools do it.
SELECT lab.try('statements as of pg_repack take no kept row', 'holder postgres',
    $$CREATE TABLE table_1 AS SELECT id, region, person_id, office_id, box_id, shelf_id, sort, class, body, level, sealed, said, closed_on FROM records WHERE id <> 1;
        DROP TABLE records CASCADE; ALTER TABLE table_1 RENAME TO records$$);
SELECT lab.try('statements as of pg_repack that keep the old table for a moment take no kept row', 'holder postgres',
    $$CREATE TABLE table_1 (LIKE records INCLUDING ALL); INSERT INTO table_1 (id, region, sort) SELECT id, region, sort FROM records;
        ALTER TABLE records RENAME TO table_0; ALTER TABLE table_1 RENAME TO records; DROP TABLE table_0 CASCADE$$, shapes => 'one');
SELECT lab.try('statements as of pg_partman that drop old partitions take no kept row', 'holder postgres',
    $$ALTER TABLE records DETACH PARTITION records_south; DROP TABLE records_south$$, shapes => 'parts');
SELECT lab.try('statements as of pg_partman that move old partitions take no row out of its hold', 'postgres',
    $$SET LOCAL retention.confirm_drop = on; SET LOCAL retention.reveal = on; CREATE SCHEMA archive; ALTER TABLE records DETACH PARTITION records_south; ALTER TABLE records_south SET SCHEMA archive$$, means => 'unprotected', shapes => 'parts');
SELECT lab.try('statements as of pg_partman that empty the default partition take no kept row', 'holder postgres',
    $$UPDATE records SET region = 'other' WHERE region = 'north'; CREATE TEMP TABLE moved AS SELECT * FROM records_rest; DELETE FROM records_rest$$, shapes => 'parts');
SELECT lab.try('statements as of a migration to a shadow table take no kept row', 'holder postgres',
    $$CREATE TABLE records_new (id bigint, region text, sort text, class text, body text); INSERT INTO records_new SELECT id, region, sort, class, body FROM records;
        ALTER TABLE records RENAME TO records_old; ALTER TABLE records_new RENAME TO records; DELETE FROM records_old WHERE id = 1$$);

SELECT * FROM finish();
ROLLBACK;
