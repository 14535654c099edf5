-- The clock column of a table with policies is the one that it has: another one knows of no row what keeps or hides it.
BEGIN;
SELECT plan(12);
SET client_min_messages = error;
SET retention.test_now = '2030-06-01 12:00:00+00';
CREATE ROLE own;
CREATE SCHEMA app AUTHORIZATION own;
SET search_path = app, public;
SET ROLE own;
CREATE TABLE invoices (id int PRIMARY KEY, note text, day date);
CREATE TABLE parted (id int, note text, day date) PARTITION BY LIST (id);
CREATE TABLE parted_1 PARTITION OF parted FOR VALUES IN (1);
CREATE TABLE plain (id int);
RESET ROLE;
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, must_keep_for, reference, mode)
SELECT t, t::regclass, '{day}', '10 years', 'delete', '10 years', 'Bookkeeping Act', 'enforce' FROM unnest('{invoices,parted}'::text[]) t;
INSERT INTO invoices VALUES (1, 'kept', '2030-01-01'), (2, 'kept', NULL);
INSERT INTO parted VALUES (1, 'kept', '2030-01-01');
CALL retention.sweep();
SELECT format_type(atttypid, atttypmod) AS clock FROM pg_attribute WHERE attrelid = 'invoices'::regclass AND attname = 'retention_clock' \gset
SELECT set_config('second.type', :'clock', true) \g /dev/null
CREATE FUNCTION pg_temp.given(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	SET LOCAL ROLE own;
	BEGIN
		EXECUTE replace(statement, 'CLOCK', current_setting('second.type'));
	EXCEPTION WHEN OTHERS THEN
		RESET ROLE;
		RETURN SQLSTATE || ' ' || SQLERRM;
	END;
	RESET ROLE;
	RETURN 'done';
END $$;
SELECT is(pg_temp.given('ALTER TABLE invoices ADD other CLOCK NOT NULL DEFAULT ''none'''), '42701 table "invoices" has a clock column already, "retention_clock"', 'a second clock');
SELECT is(pg_temp.given('ALTER TABLE invoices DROP retention_clock, ADD other CLOCK NOT NULL DEFAULT ''none'''), '42701 table "invoices" has a clock column already, "retention_clock"', 'another clock in place of the clock');
SELECT is(pg_temp.given('ALTER TABLE parted ADD other retention.clock'), '42701 table "parted" has a clock column already, "retention_clock"', 'a second clock of a partitioned table');
SELECT is(pg_temp.given('ALTER TABLE invoices ADD COLUMN IF NOT EXISTS retention_clock CLOCK NOT NULL DEFAULT ''none'''), 'done', 'the clock that there is');
SELECT is(pg_temp.given('ALTER TABLE plain ADD retention_clock CLOCK NOT NULL DEFAULT ''none'''), 'done', 'a clock of a table that has none');
-- However there came to be two.
SELECT is(pg_temp.given('ALTER TABLE invoices ADD other text; ALTER TABLE invoices ALTER other TYPE CLOCK USING ''none''::retention.clock'), 'done', 'a column may become a clock');
SELECT is(pg_temp.given('ALTER TABLE invoices DROP retention_clock'), '2BP01 policy "invoices" needs the clock column of table "invoices"', 'another column does not take the place of the clock');
SELECT is(pg_temp.given('SET LOCAL retention.confirm_drop = on; ALTER TABLE invoices DROP retention_clock'), '2BP01 policy "invoices" needs the clock column of table "invoices"', 'the clock is not for confirmation');
RESET retention.confirm_drop;
SELECT is(pg_temp.given('ALTER TABLE parted ADD other text; ALTER TABLE parted ALTER other TYPE CLOCK USING ''none''::retention.clock; ALTER TABLE parted DROP retention_clock'),
	'2BP01 policy "parted" needs the clock column of table "parted"', 'another column does not take the place of a partitioned table''s clock');
SELECT matches(pg_temp.given('DELETE FROM invoices WHERE id = 1'), '^RT001', 'a row that law keeps stays');
SELECT is(pg_temp.given('ALTER TABLE invoices DROP other'), 'done', 'a second clock may go');
SET retention.confirm_drop = on;
SELECT is(pg_temp.given('ALTER TABLE plain DROP retention_clock'), 'done', 'a clock that no policy needs may go');
SELECT * FROM finish();
ROLLBACK;
