-- Nothing is taken by a sweep before its quarantine has run from the moment it became over, on whichever way that came about.
BEGIN;
SELECT no_plan();
SET LOCAL client_min_messages = error;
SET LOCAL retention.confirm_drop = on;
SET LOCAL retention.test_now = '2030-01-01 12:00Z';
CREATE SCHEMA app;
-- Of the tables that are looked at, how many rows are there, whoever is to see them.
CREATE FUNCTION pg_temp.there(relation regclass, wanted text DEFAULT 'true') RETURNS int LANGUAGE plpgsql AS $$
DECLARE result int;
BEGIN
    PERFORM set_config('retention.reveal', 'on', true);
    EXECUTE format('SELECT count(*) FROM %s WHERE %s', relation, wanted) INTO result;
    PERFORM set_config('retention.reveal', 'off', true);
    RETURN result;
END $$;
CREATE FUNCTION pg_temp.says(relation regclass, row_id int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE result text;
BEGIN
    PERFORM set_config('retention.reveal', 'on', true);
    EXECUTE format('SELECT regexp_replace(retention_clock::text, ''^\d+ '', '''') FROM %s WHERE id = %s', relation, row_id) INTO result;
    PERFORM set_config('retention.reveal', 'off', true);
    RETURN coalesce(result, 'gone');
END $$;
CREATE FUNCTION pg_temp.policy(policy text, relation text, keep text, priority int DEFAULT 100, starts text DEFAULT '{ended_on}', condition text DEFAULT NULL, quarantine text DEFAULT '30 days',
    action text DEFAULT 'delete') RETURNS void LANGUAGE sql AS $$
    INSERT INTO retention.policy (name, relation, clock_starts, timezone, keep_for, quarantine_for, action, priority, applies_to, mode) VALUES
        (policy, relation::regclass, starts::text[], 'UTC', keep::retention.period, quarantine::retention.period, action, priority, condition, 'enforce') $$;
CREATE TABLE pg_temp.way (name text, relation text, wanted text DEFAULT 'true', rows int DEFAULT 1);

-- Of two policies of a table, one that keeps long and one that keeps short.
DO $$
DECLARE kind text;
BEGIN
    FOREACH kind IN ARRAY ARRAY['off', 'observed', 'deleted', 'priority', 'condition', 'both'] LOOP
        EXECUTE format('CREATE TABLE app.%I (id int PRIMARY KEY, kind text DEFAULT ''x'', ended_on date)', kind);
        EXECUTE format('INSERT INTO app.%I (id, ended_on) VALUES (1, ''2020-01-01'')', kind);
        PERFORM pg_temp.policy(kind || ' long', 'app.' || kind, '20 years', 1, condition => 'kind = ''x''');
        PERFORM pg_temp.policy(kind || ' short', 'app.' || kind, '2 months', 2);
        INSERT INTO pg_temp.way VALUES (kind, 'app.' || kind);
    END LOOP;
END $$;
CREATE TABLE app.tree (id int, region text, ended_on date) PARTITION BY LIST (region);
CREATE TABLE app.tree_north PARTITION OF app.tree FOR VALUES IN ('north');
INSERT INTO app.tree VALUES (1, 'north', '2020-01-01');
SELECT pg_temp.policy('tree short', 'app.tree', '2 months', 2);
SELECT pg_temp.policy('tree long', 'app.tree_north', '20 years', 1);
INSERT INTO pg_temp.way VALUES ('a policy of a partition', 'app.tree');

-- A quarantine that is shortened, once and in two steps.
CREATE TABLE app.shorter (id int PRIMARY KEY, ended_on date);
CREATE TABLE app.shorter_twice (id int PRIMARY KEY, ended_on date);
INSERT INTO app.shorter VALUES (1, '2029-11-15');
INSERT INTO app.shorter_twice VALUES (1, '2029-11-15');
SELECT pg_temp.policy('shorter', 'app.shorter', '5 years');
SELECT pg_temp.policy('shorter twice', 'app.shorter_twice', '5 years');
INSERT INTO pg_temp.way VALUES ('a shorter quarantine', 'app.shorter'), ('a quarantine that is shortened in two steps', 'app.shorter_twice');

-- Partitions with rows.
CREATE TABLE app.parts (id int, region text, ended_on date, PRIMARY KEY (id, region)) PARTITION BY LIST (region);
CREATE TABLE app.old_parent (id int PRIMARY KEY, ended_on date);
INSERT INTO app.old_parent VALUES (1, '2020-01-01');
SELECT pg_temp.policy('parts', 'app.parts', '2 months');
CREATE TABLE app.parts_1 (LIKE app.parts INCLUDING ALL);
INSERT INTO app.parts_1 (id, region, ended_on) VALUES (1, 'north', '2020-01-01');
CREATE TABLE app.parts_2 (LIKE app.parts INCLUDING ALL) PARTITION BY LIST (region);
CREATE TABLE app.parts_2_1 PARTITION OF app.parts_2 FOR VALUES IN ('south');
INSERT INTO app.parts_2 (id, region, ended_on) VALUES (2, 'south', '2020-01-01');
CREATE TABLE app.parts_3 PARTITION OF app.parts FOR VALUES IN ('west');
INSERT INTO app.parts (id, region, ended_on) VALUES (3, 'west', '2030-05-01'), (4, 'west', '2030-01-15');
ALTER TABLE app.parts DETACH PARTITION app.parts_3;
INSERT INTO pg_temp.way VALUES ('a partition that is attached', 'app.parts', 'id = 1'), ('a partition with partitions that is attached', 'app.parts', 'id = 2'),
    ('a partition that is detached, written and attached', 'app.parts', 'id = 3');
CREATE TABLE app.leaves (id int, region text, ended_on date) PARTITION BY LIST (region);
CREATE TABLE app.leaves_1 PARTITION OF app.leaves FOR VALUES IN ('north');
INSERT INTO app.leaves VALUES (1, 'north', '2020-01-01');
SELECT pg_temp.policy('leaves', 'app.leaves', '20 years', 1);
SELECT pg_temp.policy('leaves own', 'app.leaves_1', '2 months', 2);
INSERT INTO pg_temp.way VALUES ('a partition that is detached and has a policy of its own', 'app.leaves_1');

-- Starts that a command changes.
CREATE TABLE app.parent (id int PRIMARY KEY, ended_on date);
INSERT INTO app.parent VALUES (1, '2030-05-20');
CREATE TABLE app.replaced_key (id int PRIMARY KEY, parent int CONSTRAINT parent_key REFERENCES app.parent);
INSERT INTO app.replaced_key VALUES (1, 1);
SELECT pg_temp.policy('replaced key', 'app.replaced_key', '2 months', starts => '{parent.ended_on}');
CREATE TABLE app.unchecked (id int PRIMARY KEY, parent int CONSTRAINT parent_key REFERENCES app.parent);
INSERT INTO app.unchecked VALUES (1, 1);
SELECT pg_temp.policy('unchecked', 'app.unchecked', '2 months', starts => '{parent.ended_on}');
CREATE ROLE successor;
GRANT USAGE ON SCHEMA app TO successor;
CREATE TABLE app.confirmed (id int PRIMARY KEY, kind text, ended_on date);
INSERT INTO app.confirmed VALUES (1, 'x', '2020-01-01');
SELECT pg_temp.policy('confirmed long', 'app.confirmed', '20 years', 1, condition => 'kind = ''x''');
SELECT pg_temp.policy('confirmed short', 'app.confirmed', '2 months', 2, condition => 'kind = ''y''');
CREATE TABLE app.meant (id int PRIMARY KEY, kind text, ended_on date);
INSERT INTO app.meant VALUES (1, 'x', '2020-01-01');
CREATE FUNCTION app.is_long(kind text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$SELECT kind = 'x'$$;
SELECT pg_temp.policy('meant long', 'app.meant', '20 years', 1, condition => 'app.is_long(kind)');
SELECT pg_temp.policy('meant short', 'app.meant', '2 months', 2);
CREATE TABLE app.replaced (id int PRIMARY KEY, kind text, ended_on date);
INSERT INTO app.replaced VALUES (1, 'x', '2020-01-01');
CREATE FUNCTION app.is_kept(kind text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$BEGIN RETURN kind = 'x'; END$$;
SELECT pg_temp.policy('replaced long', 'app.replaced', '20 years', 1, condition => 'app.is_kept(kind)');
SELECT pg_temp.policy('replaced short', 'app.replaced', '2 months', 2);
CREATE TABLE app.retyped (id int PRIMARY KEY, kind text, ended_on date);
INSERT INTO app.retyped VALUES (1, 'x', '2020-01-01');
SELECT pg_temp.policy('retyped long', 'app.retyped', '20 years', 1, condition => 'kind = ''x''');
SELECT pg_temp.policy('retyped short', 'app.retyped', '2 months', 2);
INSERT INTO pg_temp.way VALUES ('a foreign key to another table', 'app.replaced_key'), ('a foreign key that is dropped, and made anew to another table', 'app.unchecked'), ('a condition that is confirmed', 'app.confirmed'), ('another meaning of a condition', 'app.meant'), ('a condition whose function is replaced', 'app.replaced'), ('other values in a column that a condition reads', 'app.retyped');

-- Starts that are written.
CREATE TABLE app.written (id int PRIMARY KEY, ended_on date, note text);
INSERT INTO app.written SELECT i, '2030-05-01' FROM generate_series(1, 3) i;
INSERT INTO app.written SELECT i FROM generate_series(4, 5) i;
SELECT pg_temp.policy('written', 'app.written', '2 months');
INSERT INTO app.written SELECT i, '2030-03-25' FROM generate_series(6, 8) i;
CREATE TABLE app.repaired (id int PRIMARY KEY, ended_on date);
INSERT INTO app.repaired VALUES (1, '2030-05-01');
SELECT pg_temp.policy('repaired', 'app.repaired', '2 months');
CREATE FUNCTION pg_temp.unseen(relation regclass, command text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE pg_trigger SET tgenabled = 'D' WHERE tgrelid = relation AND tgname ~ '^[!~]retention';
    UPDATE pg_class SET reltuples = reltuples + 1 WHERE oid = relation;
    EXECUTE command;
    UPDATE pg_trigger SET tgenabled = 'A' WHERE tgrelid = relation AND tgname ~ '^[!~]retention';
    UPDATE pg_class SET reltuples = reltuples + 1 WHERE oid = relation;
END $$;
CREATE TABLE app.unquarantined (id int PRIMARY KEY, ended_on date);
INSERT INTO app.unquarantined VALUES (1, NULL);
SELECT pg_temp.policy('unquarantined', 'app.unquarantined', '2 months', quarantine => '0 days');
CREATE TABLE app.region (id int PRIMARY KEY, ended_on date);
CREATE TABLE app.shop (id int PRIMARY KEY, region int REFERENCES app.region, ended_on date);
CREATE TABLE app.visit (id int PRIMARY KEY, shop int DEFAULT 8 REFERENCES app.shop ON DELETE SET DEFAULT ON UPDATE CASCADE);
INSERT INTO app.region VALUES (1, NULL), (2, NULL), (9, '2020-01-01');
INSERT INTO app.shop VALUES (1, 1), (2, 2), (3, 2), (4, 2), (8, 9), (9, 9), (10, 2);
INSERT INTO app.visit VALUES (1, 1), (2, 2), (3, 3), (4, 4), (5, 10);
SELECT pg_temp.policy('visit', 'app.visit', '2 months', starts => '{shop.region.ended_on, shop.ended_on}');
CREATE TABLE app.moved (id int PRIMARY KEY, kind text, ended_on date);
INSERT INTO app.moved VALUES (1, 'x', '2020-01-01');
SELECT pg_temp.policy('moved long', 'app.moved', '20 years', 1, condition => 'kind = ''x''');
SELECT pg_temp.policy('moved short', 'app.moved', '2 months', 2);
INSERT INTO pg_temp.way VALUES ('UPDATE of a start', 'app.written', 'id = 1'), ('an upsert', 'app.written', 'id = 2'), ('MERGE', 'app.written', 'id = 3'), ('UPDATE of a start that was not set', 'app.written', 'id = 4'),
    ('UPDATE where only replicas'' triggers fire', 'app.written', 'id = 5'),
    ('UPDATE of a start two tables away', 'app.visit', 'id = 1'), ('UPDATE of a key of the row', 'app.visit', 'id = 2'), ('UPDATE of a key on the way', 'app.visit', 'id = 3'),
    ('UPDATE of a start one table away', 'app.visit', 'id = 4'), ('a foreign key that sets a default', 'app.visit', 'id = 5'),
    ('UPDATE that gives a row to another policy', 'app.moved', 'id = 1'), ('a repair by the audit', 'app.repaired', 'true');

-- Columns.
CREATE TABLE app.columns (id int PRIMARY KEY, phone text, mail text, born text, place text, ended_on date);
INSERT INTO app.columns VALUES (1, 'a', 'b', 'c', 'd', '2028-01-01');
INSERT INTO retention.personal_column (relation, column_name, category, keep_for) VALUES ('app.columns', 'mail', 'e-mail address', '10 years');
SELECT pg_temp.policy('columns', 'app.columns', '50 years');
CREATE TABLE app.anonymised (id int PRIMARY KEY, name text, phone text, ended_on date);
INSERT INTO app.anonymised VALUES (1, 'a', 'b', '2020-01-01');
INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('app.anonymised', 'name', 'name');
SELECT pg_temp.policy('anonymised', 'app.anonymised', '2 months', action => 'anonymise');
CREATE TABLE app.lawful (id int PRIMARY KEY, name text, ended_on date);
INSERT INTO app.lawful VALUES (1, 'a', '2028-01-01');
INSERT INTO retention.personal_column (relation, column_name, category, keep_for, required_by_law) VALUES ('app.lawful', 'name', 'name', '1 year', true);
INSERT INTO retention.policy (name, relation, clock_starts, timezone, keep_for, must_keep_for, quarantine_for, action, mode) VALUES ('lawful', 'app.lawful', '{ended_on}', 'UTC', '20 years', '20 years', '30 days', 'delete', 'enforce');
INSERT INTO pg_temp.way VALUES ('a column that is declared with a period', 'app.columns', 'phone IS NOT NULL'), ('a column whose period is made shorter', 'app.columns', 'mail IS NOT NULL'),
    ('a column whose type says a period', 'app.columns', 'born IS NOT NULL'), ('a column that is declared in an anonymised row', 'app.anonymised', 'phone IS NOT NULL'),
    ('a column that the law does not require any more', 'app.lawful', 'name IS NOT NULL');

CALL retention.sweep();
SELECT retention.approve(policy_id) FROM retention.policy WHERE mode = 'enforce' AND armed_at > '-infinity' \g /dev/null
CALL retention.sweep();
CALL retention.sweep();
SET LOCAL retention.test_now = '2030-06-01 12:00Z';
CALL retention.sweep();
SELECT is((SELECT count(*) FROM retention.policy WHERE armed_at > '-infinity' AND name <> 'unquarantined'), 0::bigint, 'no policy waits for its quarantine before anything is changed');
SELECT is(pg_temp.there('app.anonymised', 'name IS NULL'), 1, 'a row is anonymised before a column more of it is declared');

-- The changes.
UPDATE retention.policy SET mode = 'off' WHERE name = 'off long';
UPDATE retention.policy SET mode = 'observe' WHERE name = 'observed long';
DELETE FROM retention.policy WHERE name = 'deleted long';
UPDATE retention.policy SET priority = 3 WHERE name = 'priority long';
UPDATE retention.policy SET applies_to = 'kind = ''y''' WHERE name = 'condition long';
UPDATE retention.policy SET mode = CASE WHEN name = 'both long' THEN 'off' ELSE mode END, purpose = 'both' WHERE name LIKE 'both%';
UPDATE retention.policy SET mode = 'off' WHERE name = 'tree long';
SELECT is((SELECT armed_at FROM retention.policy WHERE name = 'off short'), '2030-06-01 12:00Z'::timestamptz, 'the policy that takes the rows of one that is switched off is armed');
UPDATE retention.policy SET quarantine_for = '0 days', keep_for = '2 months' WHERE name = 'shorter';
UPDATE retention.policy SET quarantine_for = '0 days' WHERE name = 'shorter twice';
UPDATE retention.policy SET keep_for = '2 months' WHERE name = 'shorter twice';
ALTER TABLE app.parts ATTACH PARTITION app.parts_1 FOR VALUES IN ('north');
ALTER TABLE app.parts ATTACH PARTITION app.parts_2 FOR VALUES IN ('south');
UPDATE app.parts_3 SET ended_on = '2020-01-01' WHERE id = 3;
ALTER TABLE app.parts ATTACH PARTITION app.parts_3 FOR VALUES IN ('west');
ALTER TABLE app.leaves DETACH PARTITION app.leaves_1;
ALTER TABLE app.replaced_key DROP CONSTRAINT parent_key, ADD CONSTRAINT parent_key FOREIGN KEY (parent) REFERENCES app.old_parent;
ALTER TABLE app.confirmed OWNER TO successor;
UPDATE app.confirmed SET kind = 'y';
UPDATE retention.policy SET applies_to = applies_to WHERE name LIKE 'confirmed%';
ALTER TABLE app.unchecked DROP CONSTRAINT parent_key;
ALTER TABLE app.unchecked ADD CONSTRAINT parent_key FOREIGN KEY (parent) REFERENCES app.old_parent;
CREATE FUNCTION app.is_long(kind varchar) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$SELECT false$$;
CREATE OR REPLACE FUNCTION app.is_kept(kind text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$BEGIN RETURN false; END$$;
ALTER TABLE app.meant ALTER COLUMN kind TYPE varchar;
ALTER TABLE app.retyped ALTER COLUMN kind TYPE text USING 'y';
UPDATE app.written SET ended_on = '2020-01-01' WHERE id IN (1, 4);
INSERT INTO app.written VALUES (2, '2020-01-01') ON CONFLICT (id) DO UPDATE SET ended_on = excluded.ended_on;
MERGE INTO app.written w USING (VALUES (3)) s (id) ON w.id = s.id WHEN MATCHED THEN UPDATE SET ended_on = '2020-01-01';
SET LOCAL session_replication_role = replica;
UPDATE app.written SET ended_on = '2020-01-01' WHERE id = 5;
SET LOCAL session_replication_role = origin;
SELECT pg_temp.unseen('app.repaired', $$UPDATE app.repaired SET ended_on = '2020-01-01'$$) \g /dev/null
SELECT results_eq($$SELECT finding, repaired, should_be::text LIKE '%2020-01-01%' FROM retention.audit('app.repaired', true)$$, $$VALUES ('wrong start', true, true)$$, 'the audit repairs a start that was written unseen');
UPDATE app.unquarantined SET ended_on = '2020-01-01';
SET LOCAL retention.reveal = on;
UPDATE app.written SET ended_on = '2020-01-01' WHERE id IN (6, 7);
SET LOCAL retention.reveal = off;
UPDATE app.region SET ended_on = '2020-01-01' WHERE id = 1;
UPDATE app.visit SET shop = 9 WHERE id = 2;
UPDATE app.shop SET region = 9 WHERE id = 3;
UPDATE app.shop SET ended_on = '2020-01-01' WHERE id = 4;
DELETE FROM app.shop WHERE id = 10;
UPDATE app.moved SET kind = 'y' WHERE id = 1;
INSERT INTO retention.personal_column (relation, column_name, category, keep_for) VALUES ('app.columns', 'phone', 'phone', '1 year');
UPDATE retention.personal_column SET keep_for = '1 year' WHERE relation = 'app.columns'::regclass AND column_name = 'mail';
ALTER TABLE app.columns ALTER COLUMN born TYPE retention.email('1 year');
INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('app.anonymised', 'phone', 'phone');
UPDATE retention.personal_column SET required_by_law = false WHERE relation = 'app.lawful'::regclass;

CALL retention.sweep();
CALL retention.sweep();
SELECT is(pg_temp.there(w.relation::regclass, w.wanted), w.rows, w.name || ': nothing goes with the next sweep') FROM pg_temp.way w;
SELECT is(pg_temp.says('app.written', 1), '2030-03-31T23:59:59.5Z late', 'a start that UPDATE puts in the past is the latest that is over');
SELECT is(pg_temp.says('app.written', 6), '2030-03-25T23:59:59.5Z late', 'a row that was over already keeps the start by which it was hidden, and is not due earlier');
SELECT is(pg_temp.there('app.parts', 'id = 4'), 0, 'a row that was hidden while its partition was detached has been in quarantine');
SELECT is(pg_temp.says('app.unquarantined', 1), 'gone', 'where there is no quarantine, what is over goes');
SELECT is((SELECT count(*) FROM (SELECT DISTINCT relation FROM pg_temp.way) w, retention.audit(w.relation::regclass)), 0::bigint, 'an audit finds nothing wrong in starts that were moved');
SET LOCAL retention.test_now = '2030-06-25 00:00Z';
SET LOCAL retention.reveal = on;
UPDATE app.written SET ended_on = '2019-01-01' WHERE id IN (1, 7);
SET LOCAL retention.reveal = off;
SELECT is(pg_temp.says('app.written', 1), '2030-03-31T23:59:59.5Z late', 'writing once more does not prolong the quarantine');
CALL retention.sweep();
SELECT is(pg_temp.there('app.written', 'id IN (6, 7, 8)'), 0, 'what was in quarantine goes when that has run, whatever is written meanwhile');
SET LOCAL retention.test_now = '2030-06-30 23:59:59Z';
CALL retention.sweep();
SELECT is(pg_temp.there(w.relation::regclass, w.wanted), w.rows, w.name || ': nothing goes before the quarantine has run') FROM pg_temp.way w;
SET LOCAL retention.test_now = '2030-07-02 00:00Z';
CALL retention.sweep();
CALL retention.sweep();
SELECT is(pg_temp.there(w.relation::regclass, w.wanted), 0, w.name || ': what is due goes when the quarantine has run') FROM pg_temp.way w;

-- What was approved.
CREATE TABLE app.approved (id int PRIMARY KEY, phone text, ended_on date);
INSERT INTO app.approved VALUES (1, 'a', '2028-01-01');
SELECT pg_temp.policy('approved', 'app.approved', '50 years');
SELECT throws_ok($$SELECT retention.approve('approved')$$, '55000', 'rows of policy "approved" are still being stamped, and what is due is not known', 'what is not stamped is not approved');
SELECT is((SELECT armed_at FROM retention.policy WHERE name = 'approved'), '2030-07-02 00:00Z'::timestamptz, 'what is not stamped stays armed');
CALL retention.sweep();
SELECT is(retention.approve('approved'), 0::bigint, 'a policy that is armed is approved though nothing is due');
SELECT is((SELECT armed_at FROM retention.policy WHERE name = 'approved'), '-infinity'::timestamptz, 'what is approved is not armed');
SELECT is(retention.approve('approved'), 0::bigint, 'of nothing, nothing is approved');
SELECT is((SELECT count(*) FROM retention.ledger WHERE action = 'approved' AND policy_id = (SELECT policy_id FROM retention.policy WHERE name = 'approved')), 1::bigint, 'approving nothing is not entered in the ledger');
INSERT INTO retention.personal_column (relation, column_name, category, keep_for) VALUES ('app.approved', 'phone', 'phone', '1 year');
CALL retention.sweep();
SELECT is(pg_temp.there('app.approved', 'phone IS NOT NULL'), 1, 'a column that is declared waits');
UPDATE retention.personal_column SET keep_for = '2 years' WHERE relation = 'app.approved'::regclass;
CALL retention.sweep();
SELECT is(pg_temp.there('app.approved', 'phone IS NOT NULL'), 1, 'a column that waits goes on waiting when it is kept longer');
SELECT lives_ok($$SELECT retention.approve('approved')$$, 'a column that waits is approved with its policy');
CALL retention.sweep();
SELECT is(pg_temp.there('app.approved', 'phone IS NOT NULL'), 0, 'a column that is approved goes');

-- A quarantine that was shortened runs on when retention is resumed, and one that has run does not begin anew.
UPDATE retention.policy SET quarantine_for = '10 days' WHERE name = 'approved';
SELECT is((SELECT armed_for::text FROM retention.policy WHERE name = 'approved'), '30 days', 'the longer of two quarantines runs from a change');
SELECT retention.resume() \g /dev/null
SELECT is((SELECT armed_for::text FROM retention.policy WHERE name = 'approved'), '30 days', 'a longer quarantine that runs is the one that runs anew');
UPDATE retention.policy SET armed_for = '0 days' WHERE name = 'approved';
SELECT is((SELECT armed_for::text FROM retention.policy WHERE name = 'approved'), '30 days', 'nobody writes by hand which quarantine runs');
SET LOCAL retention.test_now = '2030-09-01 00:00Z';
UPDATE retention.policy SET keep_for = '40 years' WHERE name = 'approved';
SELECT is((SELECT armed_for::text FROM retention.policy WHERE name = 'approved'), '10 days', 'of a quarantine that has run nothing is left');
ALTER TABLE app.approved RENAME TO agreed;
SELECT is((SELECT armed_at FROM retention.policy WHERE name = 'approved'), '2030-09-01 00:00Z'::timestamptz, 'a policy is armed once');

-- Rows that become over only when they are stamped.
CREATE TABLE app.slow (id int PRIMARY KEY, ended_on date);
INSERT INTO app.slow VALUES (1, '2020-01-01');
SELECT pg_temp.policy('slow', 'app.slow', '2 months');
SET LOCAL retention.test_now = '2030-09-11 00:00Z';
CALL retention.sweep();
SELECT is((SELECT armed_at FROM retention.policy WHERE name = 'slow'), '2030-09-11 00:00Z'::timestamptz, 'the quarantine of what is stamped runs from when all rows are');
SET LOCAL retention.test_now = '2030-10-05 00:00Z';
CALL retention.sweep();
SELECT is(pg_temp.there('app.slow'), 1, 'what is stamped later waits longer');
SET LOCAL retention.test_now = '2030-10-12 00:00Z';
CALL retention.sweep();
SELECT is(pg_temp.there('app.slow'), 0, 'what was stamped later goes when the quarantine has run');
SELECT is((SELECT ok FROM retention.verify_ledger()), true, 'the ledger holds');
SELECT * FROM finish();
ROLLBACK;
