-- Clocks that start at numbers which count the time since 1970.
BEGIN;
SELECT plan(38);
SET client_min_messages = error;
SET retention.test_now = '2024-06-01 12:00+00';
CREATE FUNCTION pg_temp.policy(name text, relation regclass, start text, zone text DEFAULT 'UTC') RETURNS void LANGUAGE sql AS
    $$INSERT INTO retention.policy (name, relation, clock_starts, timezone, keep_for, action, mode) VALUES (name, relation, ARRAY[start], zone, '30 days', 'delete', 'enforce')$$;
CREATE FUNCTION pg_temp.start(relation regclass, id int) RETURNS text LANGUAGE plpgsql AS
    $$DECLARE s text; BEGIN EXECUTE format('SELECT retention.starts_at(retention_clock) AT TIME ZONE ''UTC'' FROM %s WHERE id = $1', relation) INTO s USING id; RETURN s; END$$;
CREATE FUNCTION pg_temp.next_transaction() RETURNS text LANGUAGE sql AS $$SELECT set_config('retention.test_now', current_setting('retention.test_now'), true)$$;
CREATE SCHEMA e;
CREATE TABLE e.s (id int PRIMARY KEY, at int, name text);
CREATE TABLE e.ms (id int PRIMARY KEY, at bigint NOT NULL DEFAULT 0, name text);
CREATE TABLE e.us (id int PRIMARY KEY, "At" bigint);
CREATE TABLE e.f (id int PRIMARY KEY, at double precision);
CREATE TABLE e.room (id text PRIMARY KEY, left_ts bigint);
CREATE TABLE e.event (id int PRIMARY KEY, room text REFERENCES e.room, body text);
SELECT lives_ok($$SELECT pg_temp.policy('s', 'e.s', 'seconds(at)')$$, 'a clock may start at seconds');
SELECT lives_ok($$SELECT pg_temp.policy('ms', 'e.ms', 'milliseconds(at)')$$, 'a clock may start at milliseconds');
SELECT lives_ok($$SELECT pg_temp.policy('us', 'e.us', 'microseconds("At")')$$, 'a clock may start at microseconds');
SELECT lives_ok($$SELECT pg_temp.policy('f', 'e.f', 'seconds(at)')$$, 'a clock may start at seconds with a fraction');
SELECT lives_ok($$SELECT pg_temp.policy('event', 'e.event', 'milliseconds(room.left_ts)')$$, 'a number may stand at the end of a path');
INSERT INTO e.s VALUES (1, 1717200000), (2, 1711929600), (3, 0), (4, NULL);
INSERT INTO e.ms VALUES (1, 1717200002123), (2, 1711929600999), (3, 0);
INSERT INTO e.us VALUES (1, 1717200003123456);
INSERT INTO e.f VALUES (1, 1717200004.25);
SELECT pg_temp.next_transaction();
SELECT is(pg_temp.start('e.s', 1), '2024-06-01 00:00:00', 'seconds are counted since 1970');
SELECT is(pg_temp.start('e.ms', 1), '2024-06-01 00:00:02', 'milliseconds are counted since 1970');
SELECT is(pg_temp.start('e.us', 1), '2024-06-01 00:00:03', 'microseconds are counted since 1970');
SELECT is(pg_temp.start('e.f', 1), '2024-06-01 00:00:04', 'seconds with a fraction are counted since 1970');
SELECT is((SELECT string_agg(id::text, ',' ORDER BY id) FROM e.s), '1,3,4', 'a row whose number is past its time is hidden, one that is 0 has not started');
SELECT is((SELECT string_agg(id::text, ',' ORDER BY id) FROM e.ms), '1,3', 'a row whose milliseconds are past their time is hidden');
INSERT INTO e.room VALUES ('r', 0), ('q', NULL);
INSERT INTO e.event VALUES (1, 'r', 'x'), (2, 'q', 'y');
SELECT is((SELECT string_agg(id::text, ',' ORDER BY id) FROM e.event), '1,2', 'rows of a room that nobody left are shown');
UPDATE e.room SET left_ts = 1711929600000 WHERE id = 'r';
SELECT pg_temp.next_transaction();
SELECT is((SELECT string_agg(id::text, ',' ORDER BY id) FROM e.event), '2', 'rows follow a number further up');
UPDATE e.room SET left_ts = 0 WHERE id = 'r';
SELECT is((SELECT string_agg(id::text, ',' ORDER BY id) FROM e.event), '1,2', 'rows follow a number further up back to 0');
CALL retention.sweep();
SELECT is((SELECT string_agg(id::text, ',' ORDER BY id) FROM (SELECT id FROM e.s UNION ALL SELECT 10 * id FROM e.ms) x), '1,3,4,10,30', 'a sweep takes what is past its number');
SELECT is_empty($$SELECT * FROM unnest('{e.s,e.ms,e.us,e.f,e.event}'::regclass[]) t, retention.audit(t)$$, 'an audit computes starts from numbers');

-- What is no time.
SELECT throws_ok(format($$SELECT pg_temp.policy('x', 'e.%s', %L)$$, relation, start), state, NULL, format('%s of %s is refused', start, relation))
FROM (VALUES ('s', 'at', '42804'), ('s', 'seconds(name)', '42804'), ('s', 'minutes(at)', '42703'), ('s', 'milliseconds(at)', '22008'), ('ms', 'seconds(at)', '22008'), ('us', 'milliseconds("At")', '22008')) AS v (relation, start, state);
SELECT throws_ok($$INSERT INTO e.f VALUES (9, 'NaN')$$, '22008', NULL, 'what is no number starts no clock');
SELECT throws_ok($$INSERT INTO e.ms VALUES (9, 9223372036854775807)$$, '22008', NULL, 'a number beyond all years starts no clock');
SELECT throws_ok($$INSERT INTO e.ms VALUES (9, 1717200000)$$, '22008', NULL, 'seconds in a column of milliseconds start no clock');
SELECT throws_ok($$INSERT INTO e.s VALUES (9, 315532799)$$, '22008', NULL, 'a number before 1980 starts no clock');
SELECT lives_ok($$INSERT INTO e.s VALUES (9, 315532800)$$, 'a number of 1980 starts a clock');
SELECT lives_ok($$INSERT INTO e.ms VALUES (9, -1), (10, -9223372036854775808)$$, 'a number below 0 is written where there is no time');
SELECT lives_ok($$INSERT INTO e.f VALUES (9, '-Infinity'), (10, -1e300)$$, 'a number below all is written where there is no time');
SELECT pg_temp.next_transaction();
SELECT is((SELECT string_agg(id::text, ',' ORDER BY id) FROM (SELECT id FROM e.ms WHERE id > 8 UNION ALL SELECT 10 * id FROM e.f WHERE id > 8) x), '9,10,90,100', 'a number below 0 has not started');
SELECT lives_ok($$SELECT pg_temp.policy('blank', 'e.us', 'microseconds ("At")')$$, 'a blank may stand before the bracket');

-- What it is called follows the schema.
ALTER TABLE e.room RENAME left_ts TO "Left";
SELECT is((SELECT clock_starts[1] FROM retention.policy WHERE name = 'event'), 'milliseconds(room."Left")', 'a path to a number follows renames');
SELECT throws_ok('ALTER TABLE e.room ALTER "Left" TYPE timestamptz USING to_timestamp("Left" / 1000)', '2BP01', NULL, 'a number stays a number while a clock starts by it');
SELECT throws_ok('ALTER TABLE e.s ALTER at TYPE numeric', '2BP01', NULL, 'a number stays of a type that a clock can start by');
SELECT lives_ok('ALTER TABLE e.s ALTER at TYPE bigint', 'a number may become a wider one');
SELECT is(pg_temp.start('e.s', 1), '2024-06-01 00:00:00', 'a wider number starts the clock where it started');
INSERT INTO e.ms VALUES (5, 1717100000000, 'late');
UPDATE retention.policy SET quarantine_for = '100 days', keep_for = '0 days' WHERE name = 'ms';
SELECT pg_temp.next_transaction();
SELECT lives_ok($$SELECT retention.reinstate('e.ms', 5)$$, 'a row in quarantine that started at a number is reinstated');
SELECT is((SELECT at FROM e.ms WHERE id = 5), 0::bigint, 'what is reinstated has not started');

SELECT * FROM finish();
ROLLBACK;
