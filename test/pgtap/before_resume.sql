-- A policy that came with a restore waits to be checked. Until it is, it loses nothing that it needs, as afterwards.
BEGIN;
SELECT plan(39);
SET client_min_messages = warning;
SET retention.test_now = '2030-01-01 12:00Z';
CREATE FUNCTION taken(kind text) RETURNS boolean IMMUTABLE LANGUAGE sql RETURN kind = 'x';
CREATE TABLE customers (id int PRIMARY KEY, ended_on date);
CREATE TABLE visits (id int PRIMARY KEY, kind text, customer int CONSTRAINT to_customer REFERENCES customers, left_on date, retention_clock retention.clock NOT NULL DEFAULT 'none');
CREATE TABLE late (id int PRIMARY KEY, customer int, note text, retention_clock retention.clock NOT NULL DEFAULT 'none');
INSERT INTO retention.policy (name, relation, clock_starts, applies_to, keep_for, action, mode) VALUES
    ('visits', 'visits', '{left_on, customer.ended_on}', 'public.taken(kind)', '1 year', 'delete', 'enforce'), ('late', 'late', '{customer.ended_on}', NULL, '1 year', 'delete', 'enforce');
SELECT is((SELECT string_agg(name || ' ' || validated, ', ' ORDER BY name) FROM retention.policy), 'late false, visits false', 'restored policies wait to be checked');

SELECT is((SELECT string_agg(object || ' ' || ok, ', ' ORDER BY object) FROM retention.check() WHERE what = 'governed table has a policy'), 'public.late true, public.visits true', 'no advice to write policies that are there is given');
SELECT is((SELECT string_agg(object || ' ' || ok, ', ' ORDER BY object) FROM retention.check() WHERE what = 'clock is indexed'), 'public.late false, public.visits false', 'clocks without an index are said');
SELECT is((SELECT string_agg(object || ' ' || ok, ', ' ORDER BY object) FROM retention.check() WHERE what = 'triggers always fire'), 'public.late false, public.visits false', 'triggers that are missing are said');

SELECT throws_like('ALTER TABLE visits DROP COLUMN left_on', '%needs path "left_on"%', 'a column that starts a clock stays');
SELECT throws_like('ALTER TABLE customers DROP COLUMN ended_on', '%needs path "customer.ended_on"%', 'a column of another table that starts a clock stays');
SELECT throws_like('ALTER TABLE visits DROP CONSTRAINT to_customer', '%needs path "customer.ended_on"%', 'the key of a path stays');
SELECT throws_like('DROP TABLE customers CASCADE', '%needs path "customer.ended_on"%', 'a table on a path stays');
SELECT throws_like('DROP FUNCTION taken', '%function public.taken(text) does not exist%', 'what a condition calls stays');
SET retention.reveal = on;
SELECT throws_like('ALTER TABLE visits DROP COLUMN retention_clock', '%needs the clock column%', 'the clock column stays');
SET retention.reveal = off;
SELECT lives_ok('ALTER TABLE visits ADD COLUMN seen int; ALTER TABLE visits DROP COLUMN seen', 'what it does not need may go');
ALTER TABLE visits RENAME left_on TO gone_on;
ALTER TABLE customers RENAME ended_on TO closed_on;
ALTER TABLE visits RENAME kind TO sort;
SELECT is((SELECT clock_starts::text || applies_to FROM retention.policy WHERE name = 'visits'), '{gone_on,customer.closed_on}public.taken(sort)', 'what is renamed is renamed in the policy');

-- Where the dump still has to bring something, nothing is refused for it.
SELECT lives_ok('ALTER TABLE late DROP COLUMN note; ALTER TABLE late RENAME customer TO buyer; ALTER TABLE late RENAME buyer TO customer', 'a policy whose path is not there yet refuses nothing');
ALTER TABLE customers RENAME closed_on TO ended_on;
ALTER TABLE late ADD CONSTRAINT to_customer FOREIGN KEY (customer) REFERENCES customers;
SELECT throws_like('ALTER TABLE late DROP CONSTRAINT to_customer', '%needs path "customer.ended_on"%', 'a path that is complete stays');

-- Rows are stamped and guarded by what is declared, by whatever way they are written.
INSERT INTO retention.numbering (number) VALUES (7);
CREATE TABLE books (id int PRIMARY KEY, customer int REFERENCES customers ON DELETE CASCADE, written date, note text, retention_clock retention.clock(7) NOT NULL DEFAULT 'none');
CREATE TABLE shelves (id int, written date, retention_clock retention.clock(7) NOT NULL DEFAULT 'none') PARTITION BY LIST (id);
CREATE TABLE shelves_1 PARTITION OF shelves FOR VALUES IN (1);
CREATE TABLE shelves_2 PARTITION OF shelves FOR VALUES IN (2);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, must_keep_for, action, mode, reference) SELECT t, t::regclass, '{written}', '9 years', '5 years', 'delete', 'enforce', 'Book Act' FROM unnest('{books,shelves}'::text[]) t;
SELECT is((SELECT bool_or(validated) FROM retention.policy WHERE name IN ('books', 'shelves')), false, 'mandatory policies wait to be checked');
DO $$ BEGIN EXECUTE (SELECT string_agg(format('CREATE TRIGGER "~retention_clock" BEFORE INSERT OR UPDATE ON %1$I FOR EACH ROW EXECUTE FUNCTION retention.maintain_clock();
    CREATE TRIGGER "!retention_guard" AFTER DELETE ON %1$I FOR EACH ROW EXECUTE FUNCTION retention.guard_delete();
    ALTER TABLE %1$I ENABLE ALWAYS TRIGGER "~retention_clock", ENABLE ALWAYS TRIGGER "!retention_guard"', t), ';') FROM unnest('{books,shelves}'::text[]) t); END $$;
INSERT INTO customers VALUES (1), (2);
INSERT INTO books (id, customer, written) VALUES (1, 1, '2029-01-01'), (2, 2, NULL);
INSERT INTO shelves (id, written) VALUES (1, '2029-01-01');
CREATE FUNCTION pg_temp.tried(command text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE command;
    RAISE SQLSTATE 'P9999';
EXCEPTION WHEN SQLSTATE 'P9999' THEN RETURN 'done'; WHEN OTHERS THEN RETURN SQLSTATE;
END $$;
SELECT is(pg_temp.tried(command), 'RT001', 'before resume(): ' || command) FROM (VALUES ('DELETE FROM books WHERE id = 1'), ('DELETE FROM books WHERE id = 2'), ('DELETE FROM customers WHERE id = 1'),
    ('TRUNCATE books'), ('TRUNCATE customers CASCADE'), ('DROP TABLE books'), ('DROP TABLE shelves_1'), ('ALTER TABLE shelves DETACH PARTITION shelves_1'),
    ('UPDATE books SET written = ''2010-01-01'' WHERE id = 1'), ('UPDATE shelves SET id = 2, written = ''2010-01-01'''),
    ('MERGE INTO books b USING customers c ON b.customer = c.id WHEN MATCHED THEN DELETE'), ('MERGE INTO books b USING customers c ON b.customer = c.id AND c.id = 1 WHEN MATCHED THEN UPDATE SET written = ''2010-01-01'''),
    ('INSERT INTO books VALUES (1, 1, ''2010-01-01'') ON CONFLICT (id) DO UPDATE SET written = excluded.written'), ('WITH w AS (DELETE FROM books RETURNING id) SELECT count(*) FROM w'),
    ('SET LOCAL session_replication_role = replica; DELETE FROM books WHERE id = 1'), ('SET LOCAL session_replication_role = replica; UPDATE books SET written = ''2010-01-01'' WHERE id = 1'),
    ('CREATE TABLE shelves_3 PARTITION OF shelves FOR VALUES IN (3); INSERT INTO shelves (id, written) VALUES (3, ''2029-01-01''); DELETE FROM shelves WHERE id = 3')) c (command);
SELECT is(pg_temp.tried('UPDATE shelves SET id = 2'), 'done', 'before resume() a row that is kept moves to another partition');
-- What is restricted is kept from superusers, too, as are its values.
CREATE TABLE people (id int PRIMARY KEY, name text, left_on date, retention_clock retention.clock(7) NOT NULL DEFAULT 'none');
INSERT INTO people (id, name, retention_clock) VALUES (1, 'Kari', 'none restricted');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('people', 'people', '{left_on}', '1 year', 'delete', 'enforce');
SELECT is(pg_temp.tried('ALTER TABLE people DROP COLUMN name'), 'RT002', 'before resume() no value of a restricted row is dropped');

CREATE INDEX ON visits (retention_clock) WHERE retention.pending(retention_clock);
SELECT is((SELECT ok FROM retention.check() WHERE what = 'clock is indexed' AND object = 'public.visits'), true, 'an index that is there is seen');
DROP INDEX visits_retention_clock_idx;
SELECT is((SELECT ok FROM retention.check() WHERE what = 'clock is indexed' AND object = 'public.visits'), false, 'a dropped index is said');
SELECT retention.resume();
CALL retention.sweep();
SELECT is((SELECT count(*) FROM pg_index WHERE indrelid IN ('visits'::regclass, 'late'::regclass) AND pg_get_indexdef(indexrelid) ~ 'retention.pending'), 2::bigint, 'a sweep builds the indexes of all tables');
SELECT is((SELECT string_agg(state, ', ') FROM retention.status WHERE name IN ('visits', 'late')), 'enforcing, enforcing', 'the policies are enforced');
SELECT is_empty($$SELECT * FROM retention.check() WHERE NOT ok AND what IN ('clock is indexed', 'triggers always fire', 'policy is ready')$$, 'nothing is missing in the end');
SELECT * FROM finish();
ROLLBACK;
