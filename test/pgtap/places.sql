-- A table that has policies of its own becomes a partition of a governed one, and leaves it again: both kinds of policies stand for it then,
-- as the order of policies says, and nothing is shown or released earlier by that.
BEGIN;
SELECT plan(25);
SET client_min_messages = warning;
SET retention.test_now = '2026-11-28 12:00+01';
CREATE ROLE keeper;
GRANT SET ON PARAMETER retention.test_now, retention.confirm_drop, retention.reveal TO keeper;
CREATE SCHEMA app AUTHORIZATION keeper;
GRANT USAGE ON SCHEMA retention TO keeper;
GRANT SELECT, INSERT, UPDATE, DELETE ON retention.policy TO keeper;
GRANT USAGE ON SEQUENCE retention.policy_id_seq TO keeper;
CREATE FUNCTION pg_temp.rows(relation regclass) RETURNS text LANGUAGE plpgsql AS $$
DECLARE result text;
BEGIN
    PERFORM set_config('retention.reveal', 'on', true);
    EXECUTE format('SELECT string_agg(t.id || '' '' || p.name || '' '' || retention.state(t.retention_clock), '', '' ORDER BY t.id)
        FROM %s t LEFT JOIN retention.policy p ON p.policy_id = retention.policy(t.retention_clock)', relation) INTO result;
    PERFORM set_config('retention.reveal', 'off', true);
    RETURN result;
END $$;
CREATE FUNCTION pg_temp.triggers(relation regclass) RETURNS bigint LANGUAGE sql AS $$
    SELECT count(*) FROM pg_trigger WHERE tgrelid = relation AND tgname ~ '^[!~]retention' AND tgenabled = 'A' $$;

SET ROLE keeper;
CREATE TABLE app.all_books (id int, region text, d date) PARTITION BY LIST (region);
CREATE TABLE app.north (LIKE app.all_books);
CREATE TABLE app.south (LIKE app.all_books);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode, priority) VALUES ('tidy', 'app.all_books', '{d}', '2 years', 'delete', 'enforce', 1);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, must_keep_for, action, mode) VALUES ('law', 'app.north', '{d}', '5 years', '5 years', 'delete', 'enforce');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode) VALUES ('brief', 'app.south', '{d}', '1 month', '1 year', 'delete', 'enforce');
SET retention.test_now = '2025-10-01 12:00+01';
INSERT INTO app.north VALUES (1, 'n', '2025-09-01');
INSERT INTO app.south VALUES (2, 's', '2026-01-01'), (3, 's', '2026-11-20');
SET retention.test_now = '2026-11-28 12:00+01';

-- What the parent's policies would release or show.
SELECT throws_ok($$ALTER TABLE app.all_books ATTACH PARTITION app.north FOR VALUES IN ('n')$$, '42501', 'policy "law" keeps rows that must be kept',
    'a mandatory row is not released by the place its table gets');
SELECT throws_ok($$ALTER TABLE app.all_books ATTACH PARTITION app.south FOR VALUES IN ('s')$$, '55006', 'policy "brief" hides rows that would reappear',
    'a hidden row is not shown by the place its table gets');
SELECT is(pg_temp.triggers('app.north') || ' ' || pg_temp.triggers('app.south'), '3 3', 'a table that was not attached has its triggers still');
SELECT throws_ok('DELETE FROM app.north', 'RT001', NULL, 'a table that was not attached is guarded still');
UPDATE retention.policy SET priority = 200 WHERE name = 'tidy';
RESET ROLE;
CALL retention.sweep();
SET ROLE keeper;

-- Where its own come first, it may be attached.
SELECT lives_ok($$ALTER TABLE app.all_books ATTACH PARTITION app.north FOR VALUES IN ('n')$$, 'a table whose own policies come first may be attached');
SELECT lives_ok($$ALTER TABLE app.all_books ATTACH PARTITION app.south FOR VALUES IN ('s')$$, 'a table whose own policies come first may be attached, hidden rows and all');
SELECT is(pg_temp.triggers('app.north') || ' ' || pg_temp.triggers('app.south'), '3 3', 'a partition has its triggers, and they always fire');
RESET ROLE;
CALL retention.sweep();
SET ROLE keeper;
SELECT is(pg_temp.rows('app.all_books'), '1 law retained, 2 brief quarantined, 3 brief retained', 'rows of attached tables have the policy they had');
SELECT throws_ok('DELETE FROM app.all_books WHERE id = 1', 'RT001', NULL, 'a mandatory row of an attached table is kept');
INSERT INTO app.all_books VALUES (4, 's', '2026-11-25');
SELECT is(pg_temp.rows('app.south'), '2 brief quarantined, 3 brief retained, 4 brief retained', 'a row that comes through the parent has the partition''s policy');

-- And leaves again.
SELECT throws_ok('ALTER TABLE app.all_books DETACH PARTITION app.north', 'RT001', NULL, 'a partition that must be kept stays, as before');
SELECT lives_ok('ALTER TABLE app.all_books DETACH PARTITION app.south', 'a partition with policies of its own may leave');
SELECT is(pg_temp.triggers('app.south'), 3::bigint, 'a table that left has triggers of its own, and they always fire');
INSERT INTO app.south VALUES (5, 's', '2026-11-26');
SELECT is((SELECT string_agg(id::text, ' ' ORDER BY id) FROM app.south), '3 4 5', 'rows of a table that left are seen or hidden as before');
RESET ROLE;
CALL retention.sweep();
SELECT is(pg_temp.rows('app.south'), '2 brief quarantined, 3 brief retained, 4 brief retained, 5 brief retained', 'a row that came after the table left has its policy');
SELECT is_empty('SELECT FROM retention.audit(''app.south'')', 'the audit finds nothing in a table that left');
SELECT ok(bool_and(ok), 'check() finds nothing in tables that came and went') FROM retention.check() WHERE what IN ('triggers always fire', 'policy is ready', 'governed table has a policy');

-- A parent's policy hides rows which the partition's own would show.
SET ROLE keeper;
ALTER TABLE app.all_books ATTACH PARTITION app.south FOR VALUES IN ('s');
SET retention.confirm_drop = on;
UPDATE retention.policy SET keep_for = '1 day', quarantine_for = '1 year', priority = 50, applies_to = $$region = 's'$$ WHERE name = 'tidy';
RESET ROLE;
CALL retention.sweep();
SET retention.confirm_drop = off;
SELECT is(pg_temp.rows('app.south'), '2 tidy quarantined, 3 tidy quarantined, 4 tidy quarantined, 5 tidy quarantined', 'the parent''s policy has come first since');
SET ROLE keeper;
SELECT throws_ok('ALTER TABLE app.all_books DETACH PARTITION app.south', '55006', 'policy "tidy" hides rows that would reappear', 'a hidden row is not shown because its table leaves');
RESET ROLE;

-- Two levels: the one that leaves has no policy, but a partition of it has.
CREATE TABLE app.log (id int, region text, d date) PARTITION BY LIST (region);
CREATE TABLE app.log_x PARTITION OF app.log FOR VALUES IN ('x', 'y') PARTITION BY LIST (region);
CREATE TABLE app.log_y PARTITION OF app.log_x FOR VALUES IN ('y');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES
    ('log', 'app.log', '{d}', '2 years', 'delete', 'enforce'), ('log y', 'app.log_y', '{d}', '1 year', 'delete', 'enforce');
INSERT INTO app.log VALUES (1, 'y', '2026-11-01');
CALL retention.sweep();
ALTER TABLE app.log DETACH PARTITION app.log_x;
CALL retention.sweep();
SELECT is(pg_temp.triggers('app.log_y') || ' ' || pg_temp.rows('app.log_y'), '3 1 log y retained', 'a policy two levels below goes on');
INSERT INTO app.log_x VALUES (2, 'y', '2026-11-02');
SELECT is(pg_temp.rows('app.log_y'), '1 log y retained, 2 log y retained', 'a row that comes through the table that left is stamped');
ALTER TABLE app.log ATTACH PARTITION app.log_x FOR VALUES IN ('x', 'y');
CALL retention.sweep();
SELECT is(pg_temp.triggers('app.log_y') || ' ' || pg_temp.triggers('app.log_x'), '3 2', 'the triggers of all levels come from the top again');

-- A table on a path, in a partitioned one that is on a path, too.
CREATE TABLE app.parents (id int PRIMARY KEY, left_on date) PARTITION BY RANGE (id);
CREATE TABLE app.parent_1 (id int PRIMARY KEY, left_on date);
CREATE TABLE app.a (id int, parent_id int REFERENCES app.parents);
CREATE TABLE app.b (id int, parent_id int REFERENCES app.parent_1);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES
    ('a', 'app.a', '{parent_id.left_on}', '1 year', 'delete', 'enforce'), ('b', 'app.b', '{parent_id.left_on}', '1 year', 'delete', 'enforce');
INSERT INTO app.parent_1 VALUES (1, NULL);
INSERT INTO app.b VALUES (1, 1);
SELECT lives_ok('ALTER TABLE app.parents ATTACH PARTITION app.parent_1 FOR VALUES FROM (1) TO (10)', 'a table on a path may be attached to one that is on a path');
CALL retention.sweep();
INSERT INTO app.a VALUES (1, 1);
UPDATE app.parents SET left_on = '2026-11-01';
SELECT is(pg_temp.rows('app.a') || '; ' || pg_temp.rows('app.b'), '1 a retained; 1 b retained', 'rows of both paths follow their parent');

SET retention.confirm_drop = on;
DELETE FROM retention.policy WHERE name = 'a';
DROP TABLE app.a;
SET retention.confirm_drop = off;
ALTER TABLE app.parents DETACH PARTITION app.parent_1;
UPDATE app.parent_1 SET left_on = NULL;
SELECT is(pg_temp.triggers('app.parent_1') || ' ' || pg_temp.rows('app.b'), '1 1 b active', 'a table on a path is followed after it left');

SELECT * FROM finish();
ROLLBACK;
