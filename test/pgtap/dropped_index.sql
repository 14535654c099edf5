-- The index by which due rows are found is dropped: that is said, and the next sweep builds it again.
BEGIN;
SELECT plan(18);
SET client_min_messages = warning;
SET retention.test_now = '2030-01-01 12:00Z';
CREATE TABLE visits (id int PRIMARY KEY, left_on date);
CREATE TABLE parted (id int, left_on date) PARTITION BY RANGE (id);
CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (1) TO (10);
CREATE TABLE watched (id int, left_on date);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) SELECT t, t::regclass, '{left_on}', '1 year', 'delete', CASE t WHEN 'watched' THEN 'observe' ELSE 'enforce' END
    FROM unnest('{visits,parted,watched}'::text[]) t;
CALL retention.sweep();
INSERT INTO parted VALUES (1, '2029-06-01');
SELECT is((SELECT string_agg(state, ', ' ORDER BY name) FROM retention.status), 'enforcing, enforcing, observing', 'all is ready');
CREATE TEMP TABLE indexes AS SELECT indexrelid::regclass::text AS name FROM pg_index WHERE pg_get_indexdef(indexrelid) ~ 'retention.pending';
SELECT is((SELECT count(*) FROM indexes), 4::bigint, 'each table has an index on its clock');

DROP INDEX visits_retention_clock_idx;
SELECT is((SELECT state FROM retention.status WHERE name = 'visits'), 'building the index', 'status says that the index is missing');
SELECT is((SELECT ok FROM retention.check() WHERE what = 'clock is indexed' AND object = 'public.visits'), false, 'check() says that the index is missing');
INSERT INTO visits VALUES (1, '2028-01-01');
CALL retention.sweep();
SELECT is((SELECT count(*) FROM pg_index WHERE indrelid = 'visits'::regclass), 2::bigint, 'the next sweep builds the index');
SELECT is((SELECT state FROM retention.status WHERE name = 'visits'), 'enforcing', 'status is as before when the index is there');
DROP INDEX parted_retention_clock_idx, watched_retention_clock_idx;
CALL retention.sweep();
SELECT is((SELECT count(*) FROM pg_index WHERE pg_get_indexdef(indexrelid) ~ 'retention.pending'), 4::bigint, 'the indexes of a partitioned table and of one that is observed are built, too');
SELECT is_empty('SELECT * FROM retention.preparation', 'nothing is left to prepare');

-- A sweep looks itself: whoever may change the catalog, or switch event triggers off, has nobody told.
SET allow_system_table_mods = on;
UPDATE pg_event_trigger SET evtenabled = 'D' WHERE evtname LIKE 'retention%';
DROP INDEX visits_retention_clock_idx, parted_retention_clock_idx;
UPDATE pg_event_trigger SET evtenabled = 'A' WHERE evtname LIKE 'retention%';
RESET allow_system_table_mods;
SELECT is_empty('SELECT * FROM retention.preparation', 'an index is dropped unseen');
CALL retention.sweep();
SELECT is((SELECT count(*) FROM pg_index WHERE pg_get_indexdef(indexrelid) ~ 'retention.pending'), 4::bigint, 'the next sweep builds it all the same');

-- One as good as it, or on something else, is of no account.
CREATE INDEX as_good ON visits (retention_clock) WHERE retention.pending(retention_clock);
DROP INDEX visits_retention_clock_idx;
SELECT is_empty('SELECT * FROM retention.preparation', 'another index on the clock is as good');
CREATE INDEX other ON visits (left_on);
DROP INDEX other;
-- One under another condition, or of another method, finds none of the rows that a sweep asks for.
CREATE INDEX above_5 ON visits (retention_clock) WHERE id > 5;
CREATE INDEX waits ON visits (retention_clock) WHERE retention.waiting(retention_clock);
CREATE INDEX fewer ON visits (retention_clock) WHERE retention.pending(retention_clock) AND id > 5;
CREATE INDEX blocks ON visits USING hash (retention_clock) WHERE retention.pending(retention_clock);
CREATE INDEX down ON visits (retention_clock DESC) WHERE retention.pending(retention_clock);
DROP INDEX as_good;
SELECT is((SELECT string_agg(relation::text, ' ') FROM retention.preparation), 'visits', 'an index under another condition is not as good');
SELECT is((SELECT ok FROM retention.check() WHERE what = 'clock is indexed' AND object = 'public.visits'), false, 'check() is not content with an index under another condition');
CALL retention.sweep();
SELECT is((SELECT count(*) FROM pg_index WHERE indrelid = 'visits'::regclass AND pg_get_indexdef(indexrelid) ~ 'btree \(retention_clock\) WHERE retention.pending\(retention_clock\)$'), 1::bigint, 'the index is built beside those');
SELECT is((SELECT ok FROM retention.check() WHERE what = 'clock is indexed' AND object = 'public.visits'), true, 'check() is content with the index that was built');
DROP INDEX above_5, waits, fewer, blocks, down;
SELECT is_empty('SELECT * FROM retention.preparation', 'indexes that serve no sweep may go');
DROP TABLE watched;
SELECT is_empty('SELECT * FROM retention.preparation', 'what else is dropped has nothing to do with it');
ALTER TABLE visits DROP CONSTRAINT visits_pkey;
SELECT is((SELECT state FROM retention.status WHERE name = 'visits'), 'enforcing', 'a primary key that is dropped changes nothing');
SELECT * FROM finish();
ROLLBACK;
