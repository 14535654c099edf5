-- Errors that somebody meets who is new to it say what to do.
BEGIN;
SELECT plan(34);
SET client_min_messages = error;
SET retention.test_now = '2026-11-28 12:00+01';
INSERT INTO retention.numbering (number) VALUES (7);
CREATE SCHEMA app;
-- What an error says, and its hint.
CREATE FUNCTION pg_temp.said(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE message text; hint text;
BEGIN
    EXECUTE statement;
    RETURN 'done';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, hint = PG_EXCEPTION_HINT;
    RETURN concat_ws(' | ', message, nullif(hint, ''));
END $$;

-- retention.check() has hints for what is not as it should be, and for nothing else.
CREATE TABLE app.t (id int PRIMARY KEY, left_on date, who text, kind text);
INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('app.t', 'who', 'name');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('t', 'app.t', '{left_on}', '1 year', 'anonymise', 'enforce');
SELECT is_empty($$SELECT * FROM retention.check() WHERE ok AND hint IS NOT NULL$$, 'what is ok has no hint');
SELECT is_empty($$SELECT * FROM retention.check() WHERE ok IS NOT true AND hint IS NULL$$, 'what is not ok has a hint');

-- A zone has a name that every server knows.
SELECT is(pg_temp.said(format('UPDATE retention.policy SET timezone = %L', zone)),
    format('time zone "%s" in field "timezone" is not one that has a name everywhere | Offsets, abbreviations and POSIX specifications are no names: write that of a zone, such as Europe/Oslo; see pg_timezone_names.', zone),
    format('%s is no zone that a policy can have', zone))
FROM unnest('{+02,foo7,Factory,EET-2EEST,CEST,-3,localtime}'::text[]) zone WHERE zone <> 'CEST';
SELECT is(pg_temp.said($$UPDATE retention.policy SET timezone = 'CEST'$$), 'time zone "CEST" in field "timezone" is not known | Write the name of a zone, such as Europe/Oslo; see pg_timezone_names.', 'an abbreviation is no zone');
SELECT is(pg_temp.said(format('UPDATE retention.policy SET timezone = %L', zone)), 'done', format('%s is a zone', zone)) FROM unnest('{UTC,europe/oslo,Etc/GMT+5,Asia/Kathmandu}'::text[]) zone;
SELECT is((SELECT timezone FROM retention.policy), 'Asia/Kathmandu', 'the last zone is kept');
SELECT is(pg_temp.said($$UPDATE retention.policy SET timezone = 'Asia/Kathmandu', keep_for = '2 years'$$), 'done', 'a policy is changed without its zone');

-- Partitions.
CREATE TABLE app.parts (id int, left_on date, who text) PARTITION BY RANGE (id);
CREATE TABLE app.part_1 PARTITION OF app.parts FOR VALUES FROM (0) TO (10);
CREATE TABLE app.part_2 PARTITION OF app.parts FOR VALUES FROM (10) TO (20) PARTITION BY RANGE (id);
CREATE TABLE app.part_21 PARTITION OF app.part_2 FOR VALUES FROM (10) TO (15);
SELECT is(pg_temp.said(format($$INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action) VALUES ('p', %L, '{left_on}', '1 year', 'delete')$$, part)),
    format('partition "%s" cannot have a policy before its partitioned table has one | Write a policy for table app.parts first. For a part of its rows alone it has a condition in applies_to.', split_part(part, '.', 2)),
    format('a policy of %s before there is one of its table', part)) FROM unnest('{app.part_1,app.part_2,app.part_21}'::text[]) part;
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action) VALUES ('parts', 'app.parts', '{left_on}', '1 year', 'delete');
SELECT is(pg_temp.said($$INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action) VALUES ('part 1', 'app.part_1', '{left_on}', '1 year', 'delete')$$), 'done', 'a policy of a partition after that of its table');
INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('app.parts', 'who', 'name');
SELECT is(pg_temp.said($$INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('part 21', 'app.part_21', '{left_on}', '1 year', 'anonymise', 'enforce')$$),
    'policy "part 21" anonymises, but table part_21 has no personal columns | What is declared for the table above it is not for a policy of the partition: declare the partition''s own columns in retention.personal_column, or write the policy for the table above.',
    'what is declared for the table above');
INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('app.part_21', 'who', 'name');
SELECT is(pg_temp.said($$INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('part 21', 'app.part_21', '{left_on}', '1 year', 'anonymise', 'enforce')$$), 'done', 'a partition whose columns are declared');
SELECT is(pg_temp.said($$INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('none', 'app.part_2', '{left_on}', '1 year', 'anonymise', 'enforce')$$) ~ 'Declare|declared', true, 'nothing is declared for a partition');

-- A table that is to be a partition, or a child.
CREATE TABLE app.plain (id int, left_on date, who text);
SELECT is(pg_temp.said('ALTER TABLE app.parts ATTACH PARTITION app.plain FOR VALUES FROM (20) TO (30)'),
    'table "plain" has no clock column, and table "parts" has policies | ALTER TABLE app.plain ADD COLUMN retention_clock retention.clock(7) NOT NULL DEFAULT ''none''; no row is written by that.', 'a plain table is not attached');
SELECT is(pg_temp.said('ALTER TABLE app.plain INHERIT app.t') ~ 'ALTER TABLE app.plain ADD COLUMN retention_clock', true, 'a plain table does not inherit');
INSERT INTO app.plain VALUES (21, NULL, 'Kari');
ALTER TABLE app.plain ADD COLUMN retention_clock retention.clock(7) NOT NULL DEFAULT 'none';
SELECT is(pg_temp.said('ALTER TABLE app.parts ATTACH PARTITION app.plain FOR VALUES FROM (20) TO (30)'), 'done', 'a table to which the hint was applied is attached');

-- The owner of a table may not create in its schema.
CREATE ROLE hints_owner;
CREATE SCHEMA closed;
GRANT USAGE ON SCHEMA closed TO hints_owner;
CREATE TABLE closed.empty (id int PRIMARY KEY, left_on date);
CREATE TABLE closed.filled AS SELECT 1 AS id, NULL::date AS left_on;
ALTER TABLE closed.empty OWNER TO hints_owner;
ALTER TABLE closed.filled OWNER TO hints_owner;
SELECT is(pg_temp.said(format($$INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action) VALUES ('c', %L, '{left_on}', '1 year', 'delete')$$, name)),
    format('role hints_owner, which owns table "%s", may not create the index on its clock in schema closed | GRANT CREATE ON SCHEMA closed TO hints_owner.', split_part(name, '.', 2)),
    format('the index of %s could not be created', name)) FROM unnest('{closed.empty,closed.filled}'::text[]) name;
GRANT CREATE ON SCHEMA closed TO hints_owner;
SELECT is(pg_temp.said($$INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action) VALUES ('c', 'closed.filled', '{left_on}', '1 year', 'delete')$$), 'done', 'a policy of a table whose index can be created');

-- A table that is made of a type.
CREATE TYPE app.person AS (id int, left_on date);
CREATE TABLE app.typed OF app.person;
SELECT is(pg_temp.said($$INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action) VALUES ('typed', 'app.typed', '{left_on}', '1 year', 'delete')$$),
    'table "typed" is made of type app.person and cannot have a clock column of its own | ALTER TABLE app.typed NOT OF; the table stays as it is. Once it has its policy, and its type an attribute of the name and type of the clock, ALTER TABLE app.typed OF app.person again.',
    'a policy of a typed table');
ALTER TABLE app.typed NOT OF;
SELECT is(pg_temp.said($$INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action) VALUES ('typed', 'app.typed', '{left_on}', '1 year', 'delete')$$), 'done', 'a policy of a table that is typed no more');
SELECT is(pg_temp.said('ALTER TYPE app.person ADD ATTRIBUTE retention_clock retention.clock(7); ALTER TABLE app.typed OF app.person'), 'done', 'a table with a policy is typed again');

-- A function that a condition calls is replaced.
CREATE FUNCTION app.is_old(text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$SELECT $1 = 'old'$$;
CREATE TABLE app.calls (id int PRIMARY KEY, kind text, left_on date);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, applies_to) VALUES ('calls', 'app.calls', '{left_on}', '1 year', 'delete', 'app.is_old(kind)');
CALL retention.sweep();
INSERT INTO app.calls VALUES (1, 'old', '2026-11-01'), (2, 'new', '2026-11-01');
CREATE OR REPLACE FUNCTION app.is_old(text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$SELECT $1 = 'new'$$;
SELECT set_eq($$SELECT finding, repaired, detail FROM retention.audit('app.calls', repair => true)$$, $$VALUES ('wrong policy', true, NULL), ('unstamped', true, NULL)$$, 'rows are audited and repaired by what the function is now');
SELECT is_empty($$SELECT * FROM retention.audit('app.calls')$$, 'no fault is left of a function that was replaced');
INSERT INTO app.calls VALUES (3, 'old', '2026-11-01'), (4, 'new', '2026-11-01');
SELECT is_empty($$SELECT * FROM retention.audit('app.calls')$$, 'rows that are written after the repair are stamped by what the function is now');

SELECT * FROM finish();
ROLLBACK;
