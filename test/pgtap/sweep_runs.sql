-- What a sweep did and met stays on record: only a run that had nothing to do gives its number to the next one.
SELECT plan(9);
SET client_min_messages = error;
SET retention.test_now = '2030-06-01 12:00:00+00';
CREATE TABLE visits (id int PRIMARY KEY, left_on date);
CREATE FUNCTION needed() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE 'needed'; END $$;
CREATE FUNCTION pg_temp.runs() RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(format('%s: %s %s%s', to_char(started_at AT TIME ZONE 'UTC', 'HH24:MI'), deleted, blocked, CASE WHEN problem IS NOT NULL THEN ' !' END), ', ' ORDER BY run_id) FROM retention.sweep_run $$;
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, if_referenced, mode) VALUES ('visits', 'visits', '{left_on}', '1 year', '0 days', 'delete', 'block', 'enforce');
CALL retention.sweep();
SELECT is(pg_temp.runs(), '12:00: 0 0', 'a run that had nothing to do is on record');
INSERT INTO visits SELECT i, '2020-01-01' FROM generate_series(1, 3) i;
SET retention.test_now = '2030-06-01 12:01:00+00';
CALL retention.sweep();
SELECT is(pg_temp.runs(), '12:01: 3 0', 'the next one has its number, whatever it does');
SET retention.test_now = '2030-06-01 12:02:00+00';
CALL retention.sweep();
SELECT is(pg_temp.runs(), '12:01: 3 0, 12:02: 0 0', 'an idle run after one that did something has a row of its own');
SET retention.test_now = '2030-06-01 12:03:00+00';
CALL retention.sweep();
SELECT is(pg_temp.runs(), '12:01: 3 0, 12:03: 0 0', 'an idle run takes over the idle one before it');
-- A row that is blocked is something that was met.
CREATE TRIGGER needed BEFORE DELETE ON visits FOR EACH ROW EXECUTE FUNCTION needed();
INSERT INTO visits VALUES (4, '2020-01-01');
SET retention.test_now = '2030-06-01 12:04:00+00';
CALL retention.sweep();
SET retention.test_now = '2030-06-01 12:04:01+00';
CALL retention.sweep();
SELECT is(pg_temp.runs(), '12:01: 3 0, 12:04: 0 1, 12:04: 0 0', 'an idle run does not take over one that met a blocked row');
-- So is a problem, without any row.
ALTER TABLE visits DISABLE TRIGGER needed;
SET retention.confirm_drop = on;
CREATE TABLE people (id int PRIMARY KEY, name text, left_on date);
INSERT INTO people VALUES (1, 'Kari', '2030-01-01');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode, applies_to) VALUES ('people', 'people', '{left_on}', '1 year', 'delete', 'enforce', 'name::int > 0');
SET retention.test_now = '2030-06-01 12:05:00+00';
CALL retention.sweep();
SET retention.test_now = '2030-06-01 12:05:01+00';
CALL retention.sweep();
SELECT matches(pg_temp.runs(), '12:05: [01] 0 !, 12:05: 0 0$', 'an idle run does not take over one that had a problem');
-- One that is under way, or was cut short, is nobody's to take over; nor is a worker's for who calls.
UPDATE retention.sweep_run SET finished_at = NULL WHERE run_id = (SELECT max(run_id) FROM retention.sweep_run);
SET retention.test_now = '2030-06-01 12:06:30+00';
UPDATE people SET name = '1';
DELETE FROM retention.policy WHERE name = 'people';
CALL retention.sweep();
SELECT matches(pg_temp.runs(), '12:05: 0 0, 12:06: [01] 0$', 'a run that was cut short stays on record');
SET retention.test_now = '2030-06-01 12:08:00+00';
CALL retention.sweep();
SET retention.test_now = '2030-06-01 12:09:00+00';
CALL retention.sweep();
UPDATE retention.sweep_run SET by_worker = true WHERE run_id = (SELECT max(run_id) FROM retention.sweep_run);
SET retention.test_now = '2030-06-01 12:10:00+00';
CALL retention.sweep();
SELECT matches(pg_temp.runs(), '12:09: 0 0, 12:10: 0 0$', 'who calls does not take over a run of the worker');
SELECT is((SELECT deleted FROM retention.sweep_run WHERE started_at = '2030-06-01 12:01:00+00'), 3::bigint, 'what was done first is on record to the end');
SELECT finish();
