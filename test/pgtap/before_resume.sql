-- A policy that came with a restore waits to be checked. Until it is, it loses nothing that it needs, as afterwards.
BEGIN;
SELECT plan(19);
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

CREATE INDEX ON visits (retention_clock) WHERE retention.pending(retention_clock);
SELECT is((SELECT ok FROM retention.check() WHERE what = 'clock is indexed' AND object = 'public.visits'), true, 'an index that is there is seen');
DROP INDEX visits_retention_clock_idx;
SELECT is((SELECT ok FROM retention.check() WHERE what = 'clock is indexed' AND object = 'public.visits'), false, 'a dropped index is said');
SELECT retention.resume();
CALL retention.sweep();
SELECT is((SELECT count(*) FROM pg_index WHERE pg_get_indexdef(indexrelid) ~ 'retention.pending'), 2::bigint, 'a sweep builds the indexes of all tables');
SELECT is((SELECT string_agg(state, ', ') FROM retention.status), 'enforcing, enforcing', 'the policies are enforced');
SELECT is_empty($$SELECT * FROM retention.check() WHERE NOT ok AND what IN ('clock is indexed', 'triggers always fire', 'policy is ready')$$, 'nothing is missing in the end');
SELECT * FROM finish();
ROLLBACK;
