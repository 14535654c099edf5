-- In several steps no row is released or shown earlier than in one: while policies or partitions still wait for their rows to be stamped,
-- at a partition whose parent has policies, by what a condition may read, and when policies of a tree of partitions go one by one.
BEGIN;
SELECT plan(40);
SET client_min_messages = warning;
SET retention.test_now = '2030-01-01 12:00+00';
CREATE ROLE keeper;
GRANT SET ON PARAMETER retention.test_now, retention.reveal, retention.confirm_drop TO keeper;
INSERT INTO retention.numbering (number) VALUES (7);
CREATE SCHEMA app AUTHORIZATION keeper;
GRANT USAGE ON SCHEMA retention TO keeper;
GRANT SELECT, INSERT, UPDATE, DELETE ON retention.policy TO keeper;
GRANT USAGE ON SEQUENCE retention.policy_id_seq TO keeper;

CREATE FUNCTION pg_temp.tried(what text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE what;
    RAISE SQLSTATE 'DN000';
EXCEPTION WHEN SQLSTATE 'DN000' THEN RETURN 'done';
    WHEN OTHERS THEN RETURN SQLSTATE || ' ' || SQLERRM;
END $$;
CREATE FUNCTION pg_temp.policy(name text, relation text, priority int, keep_for text, floor text DEFAULT NULL, quarantine text DEFAULT '0 days', mode text DEFAULT 'enforce') RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO retention.policy (name, relation, clock_starts, action, priority, keep_for, must_keep_for, quarantine_for, mode)
    VALUES (name, relation::regclass, '{d}', 'delete', priority, keep_for::retention.period, floor::retention.period, quarantine::retention.period, mode);
END $$;
CREATE FUNCTION pg_temp.all_rows(relation regclass) RETURNS text LANGUAGE plpgsql AS $$
DECLARE result text;
BEGIN
    PERFORM set_config('retention.reveal', 'on', true);
    EXECUTE format('SELECT string_agg(id::text, '' '' ORDER BY id) FROM %s', relation) INTO result;
    PERFORM set_config('retention.reveal', 'off', true);
    RETURN result;
END $$;

SET ROLE keeper;
CREATE TABLE app.m (id int, d date);
CREATE TABLE app.q (id int, d date);
SELECT pg_temp.policy('m', 'app.m', 100, '5 years', '5 years');
SELECT pg_temp.policy('q', 'app.q', 100, '0 days', NULL, '5 years');
SET retention.test_now = '2028-01-01 12:00+00';
INSERT INTO app.m VALUES (1, '2028-01-01');
INSERT INTO app.q VALUES (1, '2029-01-01');
SET retention.test_now = '2030-01-01 12:00+00';

-- What stands behind a policy that has not got its rows yet.
SELECT pg_temp.policy('m front', 'app.m', 1, '5 years', '5 years');
SELECT pg_temp.policy('m behind', 'app.m', 2, '1 day', '1 day');
SELECT is(pg_temp.tried($$UPDATE retention.policy SET mode = 'observe' WHERE name = 'm front'$$), '42501 policy "m" keeps rows that must be kept',
    'a policy that is not ready yet is not switched to observe in front of a shorter floor');
SELECT is(pg_temp.tried($$UPDATE retention.policy SET mode = 'off' WHERE name = 'm front'$$), '42501 policy "m" keeps rows that must be kept',
    'a policy that is not ready yet is not switched off in front of a shorter floor');
SELECT is(pg_temp.tried($$DELETE FROM retention.policy WHERE name = 'm front'$$), '42501 policy "m" keeps rows that must be kept',
    'a policy that is not ready yet is not dropped in front of a shorter floor');
SELECT is(pg_temp.tried($$UPDATE retention.policy SET priority = 3 WHERE name = 'm front'$$), '42501 policy "m" keeps rows that must be kept',
    'a policy that is not ready yet is not put behind a shorter floor');
SELECT is(pg_temp.tried($$UPDATE retention.policy SET applies_to = 'id > 1' WHERE name = 'm front'$$), '42501 policy "m" keeps rows that must be kept',
    'a policy that is not ready yet does not leave a row to a shorter floor');
SELECT is(pg_temp.tried($$UPDATE retention.policy SET must_keep_for = '1 day' WHERE name = 'm front'$$), '42501 policy "m" keeps rows that must be kept',
    'a policy that is not ready yet does not get a shorter floor');
SELECT is(pg_temp.tried($$UPDATE retention.policy SET must_keep_for = '6 years' WHERE name = 'm front'$$), 'done', 'a policy that is not ready yet gets a longer floor');
SELECT is(pg_temp.tried($$DELETE FROM retention.policy WHERE name = 'm behind'$$), 'done', 'a policy that has no rows goes');
SELECT pg_temp.policy('q front', 'app.q', 1, '0 days', NULL, '5 years');
SELECT is(pg_temp.tried($$UPDATE retention.policy SET keep_for = '5 years' WHERE name = 'q front'$$), '55006 policy "q" hides rows that would reappear',
    'a policy that is not ready yet does not come to show what is hidden');
SELECT is(pg_temp.tried($$UPDATE retention.policy SET quarantine_for = '6 years' WHERE name = 'q front'$$), 'done', 'a policy that is not ready yet hides for longer');
RESET ROLE;
CALL retention.sweep();
SELECT is(pg_temp.all_rows('app.m') || ' ' || pg_temp.all_rows('app.q'), '1 1', 'rows are there still');

-- A change of one that is ready, while rows are on their way to it.
SET ROLE keeper;
UPDATE retention.policy SET applies_to = 'id > 1' WHERE name = 'q front';
RESET ROLE;
CALL retention.sweep();
SET ROLE keeper;
UPDATE retention.policy SET applies_to = 'id > 0' WHERE name = 'q front';
SELECT is(pg_temp.tried($$UPDATE retention.policy SET keep_for = '5 years' WHERE name = 'q front'$$), '55006 policy "q" hides rows that would reappear',
    'a policy to which rows are on their way does not come to show them');

-- A partition: its clock is no sign of a restore, not even to a superuser.
RESET ROLE;
CREATE TABLE app.parted (id int, y int, d date) PARTITION BY RANGE (y);
CREATE TABLE app.part_1 PARTITION OF app.parted FOR VALUES FROM (0) TO (10);
ALTER TABLE app.parted OWNER TO keeper;
ALTER TABLE app.part_1 OWNER TO keeper;
SELECT pg_temp.policy('parted', 'app.parted', 100, '5 years', '5 years');
CALL retention.sweep();
INSERT INTO app.parted VALUES (1, 1, '2029-12-01');
CREATE TEMP TABLE entries AS SELECT max(entry_id) AS last FROM retention.ledger;
SELECT pg_temp.policy('part 1', 'app.part_1', 1, '6 years', '1 day');
SELECT results_eq('SELECT action, detail::jsonb ->> ''policy'' FROM retention.ledger, entries WHERE entry_id > last ORDER BY entry_id',
    $$VALUES ('policy created', 'part 1'), ('mandatory period loosened', 'parted')$$, 'what a superuser loosens at a partition is in the ledger');
DELETE FROM retention.policy WHERE name = 'part 1';
SELECT is((SELECT count(*) FROM pg_trigger WHERE tgrelid = 'app.part_1'::regclass AND tgname ~ 'retention'), 3::bigint, 'the policy of a partition goes, and its parent''s stays');
SET ROLE keeper;
SELECT is(pg_temp.tried($$INSERT INTO retention.policy (name, relation, clock_starts, action, priority, keep_for, ready, validated, mode) VALUES ('x', 'app.part_1', '{d}', 'delete', 1, '1 day', true, true, 'enforce')$$),
    '42501 policy "parted" keeps rows that must be kept', 'nobody writes a policy that says it is ready');
RESET ROLE;
CREATE TABLE app.hid (id int, y int, d date) PARTITION BY RANGE (y);
CREATE TABLE app.hid_1 PARTITION OF app.hid FOR VALUES FROM (0) TO (10) PARTITION BY RANGE (y);
CREATE TABLE app.hid_11 PARTITION OF app.hid_1 FOR VALUES FROM (0) TO (5);
SELECT pg_temp.policy('hid', 'app.hid', 100, '0 days', NULL, '5 years');
SET retention.test_now = '2029-01-01 12:00+00';
INSERT INTO app.hid VALUES (1, 1, '2029-12-01');
SET retention.test_now = '2030-01-01 12:00+00';
SELECT is(pg_temp.tried($$SELECT pg_temp.policy('hid 1', 'app.hid_1', 1, '9 years')$$), '55006 policy "hid" hides rows that would reappear',
    'a hidden row does not show by a policy of a partition');
SELECT is(pg_temp.tried($$SELECT pg_temp.policy('hid 11', 'app.hid_11', 1, '9 years')$$), '55006 policy "hid" hides rows that would reappear',
    'a hidden row does not show by a policy of a partition''s partition');
SET retention.confirm_drop = on;
ALTER TABLE app.hid DETACH PARTITION app.hid_1;
SET retention.confirm_drop = off;
SELECT is(pg_temp.tried($$SELECT pg_temp.policy('hid 1', 'app.hid_1', 1, '9 years')$$), '55006 policy "hid" hides rows that would reappear',
    'a hidden row of a detached partition does not show by its first policy');

-- A partition whose rows are not stamped yet.
CREATE TABLE app.came (id int, y int, d date, retention_clock retention.clock(7) NOT NULL DEFAULT 'none');
ALTER TABLE app.came OWNER TO keeper;
INSERT INTO app.came VALUES (2, 11, '2028-01-01');
SET ROLE keeper;
ALTER TABLE app.parted ATTACH PARTITION app.came FOR VALUES FROM (10) TO (20);
SELECT is(pg_temp.tried($$SELECT pg_temp.policy('x', 'app.parted', 1, '1 day')$$), '42501 policy "parted" keeps rows that must be kept',
    'no policy is put in front of a floor over rows that are not stamped yet');
SELECT is(pg_temp.tried($$SELECT pg_temp.policy('x', 'app.came', 1, '1 day')$$), '42501 policy "parted" keeps rows that must be kept',
    'no policy of the partition is put in front of a floor over rows that are not stamped yet');
SELECT is(pg_temp.tried($$UPDATE retention.policy SET applies_to = 'y <> 11' WHERE name = 'parted'$$), '42501 policy "parted" keeps rows that must be kept',
    'a condition does not leave out rows that are not stamped yet');
SELECT is(pg_temp.tried($$SELECT pg_temp.policy('x', 'app.parted', 1, '1 day', NULL, '0 days', 'observe')$$), 'done', 'what observes may be written meanwhile');
RESET ROLE;
CALL retention.sweep();
SET ROLE keeper;
SELECT is(pg_temp.tried('DELETE FROM app.came'), 'RT001 cannot delete a row of "came": parted requires it until 2033-01-02', 'a row that was not stamped yet is kept');
SELECT is(pg_temp.tried($$UPDATE retention.policy SET applies_to = 'y <> 12' WHERE name = 'parted'$$), 'done', 'once they are stamped, rows are compared');
RESET ROLE;
CREATE TABLE app.came_hid (id int, y int, d date, retention_clock retention.clock(7) NOT NULL DEFAULT 'none');
INSERT INTO app.came_hid VALUES (2, 11, '2029-06-01');
ALTER TABLE app.hid ATTACH PARTITION app.came_hid FOR VALUES FROM (10) TO (20);
SELECT is(pg_temp.tried($$UPDATE retention.policy SET keep_for = '9 years' WHERE name = 'hid'$$), '55006 policy "hid" hides rows that would reappear',
    'a longer period does not show rows that are not stamped yet');
SELECT is(pg_temp.tried($$UPDATE retention.policy SET mode = 'off' WHERE name = 'hid'$$), '55006 policy "hid" hides rows that would reappear',
    'a policy is not switched off over rows that are not stamped yet');

-- A condition reads what a row has when it is written, and nothing else.
SELECT is(pg_temp.tried(format($$UPDATE retention.policy SET applies_to = 'tableoid = %s' WHERE name = 'm'$$, 'app.m'::regclass::oid)),
    '0A000 condition in field "applies_to" reads system column "tableoid"', 'a condition does not read the table''s number');
SELECT is(pg_temp.tried($$UPDATE retention.policy SET applies_to = 'xmin IS NOT NULL' WHERE name = 'm'$$),
    '0A000 condition in field "applies_to" reads system column "xmin"', 'a condition does not read who wrote the row');
SELECT is(pg_temp.tried($$UPDATE retention.policy SET applies_to = 'retention_clock IS NOT NULL' WHERE name = 'm'$$),
    '0A000 condition in field "applies_to" reads clock column "retention_clock"', 'a condition does not read the clock');
SELECT is(pg_temp.tried($$UPDATE retention.policy SET applies_to = 'm IS NOT NULL' WHERE name = 'm'$$),
    '0A000 condition in field "applies_to" reads the whole row', 'a condition does not read the whole row, which has the clock');

CREATE TABLE app.drafts (id int PRIMARY KEY, is_draft boolean);
CREATE TABLE app.lines (id int, draft_id int REFERENCES app.drafts, d date);
SELECT throws_ok($$INSERT INTO retention.policy (name, relation, clock_starts, action, keep_for, applies_to) VALUES ('lines', 'app.lines', '{d}', 'delete', '1 year', 'NOT draft_id.is_draft')$$,
    '0A000', 'condition in field "applies_to" follows path "draft_id.is_draft"', 'a condition does not follow a path');

-- Policies of a tree go in any order.
CREATE TABLE app.tree (id int, y int, d date) PARTITION BY RANGE (y);
CREATE TABLE app.leaf PARTITION OF app.tree FOR VALUES FROM (0) TO (10);
CREATE TABLE app.other_leaf PARTITION OF app.tree FOR VALUES FROM (10) TO (20);
CREATE FUNCTION pg_temp.provided(relation regclass) RETURNS text LANGUAGE sql AS $$
    SELECT (SELECT count(*) FROM pg_trigger WHERE tgrelid = relation AND tgname ~ '^[!~]retention' AND tgenabled = 'A') || ' '
        || (SELECT count(*) FROM pg_attribute WHERE attrelid = relation AND atttypid = 'retention.clock'::regtype AND NOT attisdropped) $$;
SELECT pg_temp.policy('tree', 'app.tree', 100, '5 years');
SELECT pg_temp.policy('leaf', 'app.leaf', 100, '1 year');
DELETE FROM retention.policy WHERE name = 'tree';
SELECT is(pg_temp.provided('app.tree') || ', ' || pg_temp.provided('app.leaf') || ', ' || pg_temp.provided('app.other_leaf'), '0 1, 3 1, 0 1', 'the policy of the top goes, and that of a partition goes on');
INSERT INTO app.tree VALUES (1, 1, '2029-12-01'), (2, 11, '2029-12-01');
SELECT results_eq('SELECT t.id, p.name FROM app.tree t LEFT JOIN retention.policy p ON p.policy_id = retention.policy(t.retention_clock) ORDER BY id', $$VALUES (1, 'leaf'), (2, NULL)$$,
    'rows of the partition have its policy');
SELECT pg_temp.policy('tree', 'app.tree', 100, '5 years');
CALL retention.sweep();
SELECT is(pg_temp.provided('app.tree') || ', ' || pg_temp.provided('app.leaf') || ', ' || pg_temp.provided('app.other_leaf'), '2 1, 3 1, 3 1', 'the top gets a policy again');
SELECT results_eq('SELECT state FROM retention.status WHERE name IN (''tree'', ''leaf'')', $$VALUES ('enforcing'), ('enforcing')$$, 'both enforce');
DELETE FROM retention.policy WHERE name IN ('tree', 'leaf');
SELECT is(pg_temp.provided('app.tree') || ', ' || pg_temp.provided('app.leaf') || ', ' || pg_temp.provided('app.other_leaf'), '0 0, 0 0, 0 0', 'the clock goes with the last policy of the tree');

CREATE TABLE app.parent (id int, d date);
CREATE TABLE app.heir () INHERITS (app.parent);
SELECT pg_temp.policy('parent', 'app.parent', 100, '5 years');
SELECT pg_temp.policy('heir', 'app.heir', 100, '3 years');
DELETE FROM retention.policy WHERE name = 'heir';
SELECT is(pg_temp.provided('app.parent') || ', ' || pg_temp.provided('app.heir'), '3 1, 0 1', 'the policy of a table that inherits goes, and the clock stays');
SELECT pg_temp.policy('heir', 'app.heir', 100, '3 years');
DELETE FROM retention.policy WHERE name = 'parent';
SELECT is(pg_temp.provided('app.parent') || ', ' || pg_temp.provided('app.heir'), '0 1, 3 1', 'the policy of a table goes that another inherits from, and that one''s goes on');
DELETE FROM retention.policy WHERE name = 'heir';
SELECT is(pg_temp.provided('app.parent') || ', ' || pg_temp.provided('app.heir'), '0 0, 0 0', 'the clock goes with the last policy of tables that inherit');
CREATE TABLE app.second_heir () INHERITS (app.parent);
SELECT pg_temp.policy('parent', 'app.parent', 100, '5 years');
SELECT pg_temp.policy('heir', 'app.heir', 100, '3 years');
DELETE FROM retention.policy WHERE name IN ('parent', 'heir');
SELECT is(pg_temp.provided('app.parent') || ', ' || pg_temp.provided('app.heir'), '0 0, 0 0', 'the policies of tables that inherit go together');

SELECT * FROM finish();
ROLLBACK;
