-- A day's share is one of a table, whichever policies, cascades and late columns take its rows; an approval is of what is due, and ends with it.
SELECT no_plan();
SET client_min_messages = error;
SET retention.max_share = 0.1;
SET retention.test_now = '2030-06-01 12:00:00 Europe/Oslo';
CREATE SCHEMA s;
CREATE FUNCTION pg_temp.rows(relation regclass) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE result bigint;
BEGIN
    PERFORM set_config('retention.reveal', 'on', false);
    EXECUTE format('SELECT count(*) FROM %s', relation) INTO result;
    PERFORM set_config('retention.reveal', 'off', false);
    RETURN result;
END $$;
CREATE FUNCTION pg_temp.state(policy text) RETURNS text LANGUAGE sql AS $$SELECT state || coalesce(': ' || problem, '') FROM retention.status WHERE name = policy$$;

-- Many policies on one table.
CREATE TABLE s.many (id int PRIMARY KEY, kind text, left_on date);
INSERT INTO retention.policy (name, relation, clock_starts, applies_to, timezone, keep_for, action, mode)
    SELECT 'many ' || k, 's.many', '{left_on}', format('kind = ''%s''', k), 'Europe/Oslo', '1 year', 'delete', 'enforce' FROM generate_series(1, 4) k;
INSERT INTO s.many SELECT i, 1 + i % 4, '2030-01-01' FROM generate_series(1, 20000) i;
ANALYZE s.many;
SET retention.test_now = '2031-06-01 12:00:00 Europe/Oslo';
CALL retention.sweep();
SELECT is(20000 - pg_temp.rows('s.many'), 2000::bigint, 'policies on one table share what may go of it in a day');
SELECT is((SELECT count(*) FROM retention.fuse WHERE blown_at IS NOT NULL), 4::bigint, 'each of the policies that could not take all waits for approval');
SELECT retention.approve('many 1');
CALL retention.sweep();
SELECT is(20000 - pg_temp.rows('s.many'), 5000::bigint, 'an approval is of one policy');
SELECT is((SELECT approved FROM retention.fuse JOIN retention.policy USING (policy_id) WHERE name = 'many 1'), 0::bigint, 'nothing stays approved when it was taken');
-- Written anew, or in another zone, a policy has no other day.
SET retention.confirm_drop = on;
DELETE FROM retention.policy WHERE name LIKE 'many%';
RESET retention.confirm_drop;
INSERT INTO retention.policy (name, relation, clock_starts, timezone, keep_for, action, mode) VALUES ('many', 's.many', '{left_on}', 'Pacific/Kiritimati', '1 year', 'delete', 'enforce');
CALL retention.sweep();
SELECT is(20000 - pg_temp.rows('s.many'), 5000::bigint, 'a policy that is written anew has the share of the day that was begun');
SET retention.test_now = '2031-06-02 11:59:59 Europe/Oslo';
CALL retention.sweep();
SELECT is(20000 - pg_temp.rows('s.many'), 5000::bigint, 'a day has twenty-four hours');
-- A fuse that nothing waits for any more.
SET retention.reveal = on;
DELETE FROM s.many WHERE id <= 19500;
RESET retention.reveal;
SELECT matches(pg_temp.state('many'), '^waiting for retention.approve\(\): 15000 rows are due, and sweeps take at most 2000 a day of table s.many', 'a status says how many rows of which table are too many');
DELETE FROM s.many;
SET retention.reveal = on;
DELETE FROM s.many;
RESET retention.reveal;
CALL retention.sweep();
SELECT is(pg_temp.state('many'), 'enforcing', 'a policy does not wait when nothing is due any more');
-- An approval ends with what was due.
INSERT INTO s.many SELECT i, 1, '2030-01-01' FROM generate_series(1, 5000) i;
SELECT is(retention.approve('many'), 5000::bigint, 'rows that are due are approved');
SET retention.reveal = on;
DELETE FROM s.many;
RESET retention.reveal;
CALL retention.sweep();
INSERT INTO s.many SELECT i, 1, '2030-01-01' FROM generate_series(1, 6000) i;
ANALYZE s.many;
SET retention.test_now = '2033-06-01 12:00:00 Europe/Oslo';
CALL retention.sweep();
SELECT is(pg_temp.rows('s.many'), 5000::bigint, 'an approval is none of rows that come later');
SET retention.max_share = 1;
CALL retention.sweep();
SELECT is(pg_temp.rows('s.many'), 0::bigint, 'without a share nothing waits for approval any more');
SET retention.max_share = 0.1;

-- Rows that go along.
CREATE TABLE s.parent (id int PRIMARY KEY, left_on date);
CREATE TABLE s.child (id int PRIMARY KEY, parent int REFERENCES s.parent ON DELETE CASCADE, left_on date);
CREATE INDEX ON s.child (parent);
INSERT INTO retention.policy (name, relation, clock_starts, timezone, keep_for, action, mode) VALUES ('parents', 's.parent', '{left_on}', 'Europe/Oslo', '1 year', 'delete', 'enforce');
INSERT INTO s.parent SELECT i, CASE WHEN i <= 20 THEN date '2033-01-01' END FROM generate_series(1, 100) i;
INSERT INTO s.child SELECT i, 1 + i % 100 FROM generate_series(1, 30000) i;
ANALYZE s.child;
SET retention.test_now = '2034-06-01 12:00:00 Europe/Oslo';
CALL retention.sweep();
SELECT is(pg_temp.rows('s.parent') || ' ' || pg_temp.rows('s.child'), '100 30000', 'rows with which too many would go along do not go');
SELECT matches(pg_temp.state('parents'), '^waiting for retention.approve\(\): 20 rows are due, with the first of which \d+ of table s.child would go along, and sweeps take at most 3000 of that a day', 'a status says what would go along');
SELECT is((SELECT count(*) FROM retention.blocked_row), 0::bigint, 'none of these rows is a failure');
SELECT retention.approve('parents');
CALL retention.sweep();
SELECT is(pg_temp.rows('s.parent') || ' ' || pg_temp.rows('s.child'), '80 24000', 'what goes along is approved with what it goes with');
UPDATE s.parent SET left_on = '2033-05-31' WHERE id <= 28;
SET retention.test_now = '2034-06-01 12:00:01 Europe/Oslo';
CALL retention.sweep();
SELECT is(pg_temp.rows('s.parent') || ' ' || pg_temp.rows('s.child'), '72 21600', 'less than the share goes along without approval');
SELECT is((SELECT taken FROM retention.table_share WHERE relation = 's.child'::regclass), 2400::bigint, 'rows that went along are counted of their own table');
-- What is held does not go along.
INSERT INTO retention.policy (name, relation, clock_starts, timezone, keep_for, action, mode) VALUES ('children', 's.child', '{left_on}', 'Europe/Oslo', '1 year', 'delete', 'enforce');
CALL retention.sweep();
SELECT retention.pause('children', 'a court asks');
UPDATE s.parent SET left_on = '2033-05-31' WHERE id = 29;
CALL retention.sweep();
SELECT is(pg_temp.rows('s.parent') || ' ' || pg_temp.rows('s.child'), '72 21600', 'rows of a paused policy do not go along with others');
SELECT is((SELECT cause FROM retention.blocked_row), 'rows of table "child" would go along, of which policy "children" lets none go now', 'a row that would take them along says why it stays');
SELECT retention.unpause('children');
INSERT INTO retention.sweep_window (policy, opens, closes, timezone) VALUES ('children', '22:00', '23:00', 'Europe/Oslo');
SET retention.test_now = '2034-06-02 12:00:00 Europe/Oslo';
CALL retention.sweep();
SELECT is(pg_temp.rows('s.parent') || ' ' || pg_temp.rows('s.child'), '72 21600', 'rows of a policy outside of its window do not go along with others');
SET retention.test_now = '2034-06-03 22:30:00 Europe/Oslo';
CALL retention.sweep();
SELECT is(pg_temp.rows('s.parent') || ' ' || pg_temp.rows('s.child'), '71 21300', 'rows go along when their own policy lets them go');
DELETE FROM retention.sweep_window;

-- Rows that go together take others along, too.
CREATE TABLE s.team (id int PRIMARY KEY, lead int, left_on date);
CREATE TABLE s.player (id int PRIMARY KEY, team int REFERENCES s.team, left_on date);
ALTER TABLE s.team ADD FOREIGN KEY (lead) REFERENCES s.player DEFERRABLE INITIALLY DEFERRED;
CREATE TABLE s.goal (id int PRIMARY KEY, player int REFERENCES s.player ON DELETE CASCADE);
CREATE INDEX ON s.goal (player);
INSERT INTO retention.policy (name, relation, clock_starts, timezone, keep_for, action, if_referenced, mode) VALUES
    ('teams', 's.team', '{left_on}', 'Europe/Oslo', '1 year', 'delete', 'block', 'enforce'), ('players', 's.player', '{left_on}', 'Europe/Oslo', '1 year', 'delete', 'block', 'enforce');
BEGIN;
INSERT INTO s.team VALUES (1, 1, '2033-01-01');
INSERT INTO s.player VALUES (1, 1, '2033-01-01');
COMMIT;
INSERT INTO s.goal SELECT i, 1 FROM generate_series(1, 5000) i;
ANALYZE s.goal;
CALL retention.sweep();
SELECT is(pg_temp.rows('s.team') || ' ' || pg_temp.rows('s.goal'), '1 5000', 'rows that go together do not go where too many would go along');
SELECT is((SELECT count(*) FROM retention.status WHERE name IN ('teams', 'players') AND state = 'waiting for retention.approve()') > 0, true, 'a policy of rows that go together waits for approval of what would go along');
SELECT retention.approve(name) FROM retention.policy WHERE name IN ('teams', 'players') \g /dev/null
SET retention.test_now = '2034-06-05 22:30:00 Europe/Oslo';
CALL retention.sweep();
SELECT is(pg_temp.rows('s.team') || ' ' || pg_temp.rows('s.goal'), '0 0', 'rows that go together go with what was approved to go along');

-- Columns whose values came late.
CREATE TABLE s.person (id int PRIMARY KEY, phone text, since date);
INSERT INTO retention.personal_column (relation, column_name, category, keep_for) VALUES ('s.person', 'phone', 'phone', '1 month');
INSERT INTO retention.policy (name, relation, clock_starts, timezone, keep_for, action, mode) VALUES ('persons', 's.person', '{since}', 'Europe/Oslo', '50 years', 'delete', 'enforce');
INSERT INTO s.person SELECT i, 'x', '2033-01-01' FROM generate_series(1, 900) i;
CALL retention.sweep();
SELECT is((SELECT count(*) FROM s.person WHERE phone IS NOT NULL), 0::bigint, 'columns that are over are taken');
UPDATE s.person SET phone = 'again';
CALL retention.sweep();
SELECT is((SELECT count(*) FROM s.person WHERE phone IS NOT NULL), 900::bigint, 'columns that were written late count as others do');
SELECT matches(pg_temp.state('persons'), '^waiting for retention.approve\(\): columns of \d+ rows and more are due, and sweeps take at most 1000 a day of table s.person', 'a status says that columns are what is too much');
SELECT retention.approve('persons');
CALL retention.sweep();
SELECT is((SELECT count(*) FROM s.person WHERE phone IS NOT NULL), 0::bigint, 'columns that were approved are taken');
SELECT is((SELECT approved FROM retention.fuse JOIN retention.policy USING (policy_id) WHERE name = 'persons'), 0::bigint, 'of an approval of columns nothing stays');
-- An approval of columns is none of rows, and empty columns are nothing to approve.
INSERT INTO s.person SELECT i, NULL, '2034-03-01' FROM generate_series(2001, 7000) i;
INSERT INTO s.person SELECT i, 'x', '2034-03-01' FROM generate_series(7001, 9000) i;
CALL retention.sweep();
SELECT matches(pg_temp.state('persons'), '^waiting for retention.approve\(\): columns of 2000 rows and more are due', 'rows whose columns are empty are not counted');
SELECT is(retention.approve('persons'), 2000::bigint, 'an approval of columns tells of as many as the status had');
SELECT retention.pause('persons', 'meanwhile') \g /dev/null
UPDATE retention.policy SET purpose = 'x' WHERE name = 'persons';
INSERT INTO s.person SELECT i, NULL, '1960-01-01' FROM generate_series(10001, 13000) i;
SELECT retention.unpause('persons') \g /dev/null
CALL retention.sweep();
SELECT is(pg_temp.rows('s.person') >= 9900, true, 'an approval of columns lets no more rows go than a day''s share');
SELECT matches(pg_temp.state('persons'), '^waiting for retention.approve\(\): \d+ rows are due', 'rows beyond it wait for an approval of their own');
SELECT retention.approve('persons') \g /dev/null
CALL retention.sweep();
SELECT is((SELECT count(*) FROM s.person WHERE phone IS NOT NULL) || ' ' || pg_temp.rows('s.person'), '0 7900', 'what is due when somebody approves goes, rows and columns');
SET retention.confirm_drop = on;
DROP TABLE s.person CASCADE;
RESET retention.confirm_drop;
-- A table that a trigger empties, a time that was ahead, and who inherits.
CREATE TABLE s.kept (id int PRIMARY KEY, left_on date);
CREATE TABLE s.taken (id int PRIMARY KEY, left_on date);
CREATE FUNCTION s.empties() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN TRUNCATE s.kept; RETURN OLD; END$$;
CREATE TRIGGER empties BEFORE DELETE ON s.taken FOR EACH ROW EXECUTE FUNCTION s.empties();
INSERT INTO retention.policy (name, relation, clock_starts, timezone, keep_for, action, mode) VALUES
    ('kept', 's.kept', '{left_on}', 'Europe/Oslo', '1 year', 'delete', 'enforce'), ('taken', 's.taken', '{left_on}', 'Europe/Oslo', '1 year', 'delete', 'enforce');
INSERT INTO s.kept SELECT i FROM generate_series(1, 10) i;
INSERT INTO s.taken VALUES (1, '2030-01-01');
SELECT retention.pause('kept', 'a court asks') \g /dev/null
CALL retention.sweep();
SELECT is(pg_temp.rows('s.kept') || ' ' || pg_temp.rows('s.taken'), '10 1', 'a trigger does not empty the table of a paused policy');
SELECT is((SELECT count(*) FROM retention.blocked_row WHERE retry_at > retention.time_now()), 1::bigint, 'what waits for a pause is tried again');
SELECT retention.unpause('kept') \g /dev/null
CALL retention.sweep();
SELECT is(pg_temp.rows('s.taken'), 0::bigint, 'what waited for a pause goes at once when it has ended');
-- Each way in which a trigger can take them.
CREATE TABLE s.way (n int, body text);
INSERT INTO s.way VALUES (1, 'DELETE FROM s.kept'), (2, 'WITH d AS (DELETE FROM s.kept RETURNING 1) SELECT FROM d'),
    (3, 'MERGE INTO s.kept k USING (SELECT 1) x ON true WHEN MATCHED THEN DELETE');
CREATE OR REPLACE FUNCTION s.empties() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN EXECUTE (SELECT body FROM s.way WHERE n = OLD.id); RETURN OLD; END$$;
INSERT INTO s.kept SELECT i FROM generate_series(1, 10) i ON CONFLICT DO NOTHING;
SELECT retention.pause('kept', 'a court asks') \g /dev/null
INSERT INTO s.taken SELECT n, '2030-01-01' FROM s.way;
CALL retention.sweep();
SELECT is(pg_temp.rows('s.kept'), 10::bigint, 'a trigger takes no row of a paused policy, in whichever way');
SELECT results_eq('SELECT sqlstate, count(*) FROM retention.blocked_row GROUP BY 1', $$VALUES ('55006', 3::bigint)$$, 'each row whose trigger would take rows of a paused policy says so');
UPDATE retention.blocked_row SET attempts = 12, retry_at = retention.time_now();
CALL retention.sweep();
SELECT is((SELECT bool_and(attempts = 13 AND retry_at <= retention.time_now() + interval '10 minutes') FROM retention.blocked_row), true, 'what waits for another policy is tried again within ten minutes, however often it was');
SELECT retention.unpause('kept') \g /dev/null
CALL retention.sweep();
SELECT is(pg_temp.rows('s.taken') || ' ' || pg_temp.rows('s.kept'), '0 0', 'triggers take what no policy holds');
DROP TRIGGER empties ON s.taken;
UPDATE retention.table_share SET since = since + interval '10 years', taken = most WHERE relation = 's.taken'::regclass;
INSERT INTO s.taken VALUES (2, '2030-01-01');
CALL retention.sweep();
SELECT is(pg_temp.rows('s.taken'), 0::bigint, 'a day that begins in years is none');
CREATE TABLE s.heir () INHERITS (s.kept);
INSERT INTO s.heir (id) SELECT i FROM generate_series(1, 50000) i;
ANALYZE s.heir;
DELETE FROM retention.table_share WHERE relation = 's.kept'::regclass;
INSERT INTO s.kept SELECT i, '2030-01-01' FROM generate_series(1, 2000) i;
CALL retention.sweep();
SELECT is((SELECT most FROM retention.table_share WHERE relation = 's.kept'::regclass), 1000::bigint, 'what inherits from a table is none of its rows');
CALL retention.sweep();
SELECT is((SELECT count(*) FROM retention.table_share s WHERE NOT EXISTS (SELECT FROM pg_class c WHERE c.oid = s.relation)), 0::bigint, 'a table that is gone has no share');
SELECT ok((SELECT ok FROM retention.verify_ledger()), 'the ledger is whole');
SELECT * FROM finish();
