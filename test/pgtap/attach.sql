-- A partition that is attached with rows is prepared like any table; until then its rows are hidden, kept, and said.
BEGIN;
SELECT plan(50);
SET LOCAL client_min_messages = error;
SET LOCAL retention.test_now = '2026-11-28 12:00+01';
CREATE TABLE books (id int, at date, note text, reg int NOT NULL DEFAULT 1) PARTITION BY RANGE (id);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, must_keep_for, mode)
VALUES ('books', 'books', '{at}', '1 year', '30 days', 'delete', '1 year', 'enforce');
SELECT retention.approve(policy_id) FROM retention.policy WHERE mode = 'enforce' AND armed_at > '-infinity' \g /dev/null
CALL retention.sweep();
CREATE FUNCTION pg_temp.says(relation regclass, row_id int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE result text;
BEGIN
    PERFORM set_config('retention.reveal', 'on', true);
    EXECUTE format('SELECT regexp_replace(retention_clock::text, ''^(\d+) .*T'', ''\1 T'') FROM %s WHERE id = %s', relation, row_id) INTO result;
    PERFORM set_config('retention.reveal', 'off', true);
    RETURN coalesce(result, 'gone');
END $$;
CREATE FUNCTION pg_temp.seen() RETURNS text LANGUAGE sql AS 'SELECT string_agg(id::text, '' '' ORDER BY id) FROM books';
CREATE FUNCTION pg_temp.state() RETURNS text LANGUAGE sql AS 'SELECT state FROM retention.status WHERE name = ''books''';

-- Loaded in bulk, then attached; a plan from before is made anew.
PREPARE seen AS SELECT id FROM books ORDER BY id;
EXECUTE seen;
CREATE TABLE loaded (LIKE books INCLUDING ALL);
INSERT INTO loaded (id, at) VALUES (1, '2020-03-01'), (2, '2026-10-01'), (3, NULL);
ALTER TABLE books ATTACH PARTITION loaded FOR VALUES FROM (1) TO (10);
SELECT is_empty('seen', 'rows that are not stamped are hidden, to a plan made before too');
SELECT is_empty('SELECT FROM loaded', 'rows that are not stamped are hidden through their partition, too');
SELECT is((SELECT count(*) FROM books b LEFT JOIN books c ON c.id = b.id), 0::bigint, 'a join finds none of them');
SELECT is((SELECT count(*) FROM (VALUES (1), (2)) v (id) LEFT JOIN loaded l ON l.id = v.id WHERE l.id IS NULL), 2::bigint,
    'an outer join finds nothing there, and loses nothing of its own');
SELECT is(pg_temp.state(), 'preparing 0 %', 'status says that it is not enforced yet');
SELECT matches((SELECT problem FROM retention.status WHERE name = 'books'), 'not stamped yet.*loaded', 'status names the partition');
SELECT results_eq($$SELECT object FROM retention.check() WHERE what = 'policy is ready' AND NOT ok$$, $$VALUES ('books')$$, 'check says that a policy prepares an attached partition');
SET LOCAL retention.reveal = on;
SELECT is(pg_temp.seen(), '1 2 3', 'reveal shows them');
SET LOCAL retention.reveal = on;
SELECT throws_ok('DELETE FROM books WHERE id = 2', 'RT001', NULL, 'a row that must be kept is kept before it is stamped');
SELECT throws_ok('DELETE FROM loaded WHERE id = 2', 'RT001', NULL, 'a row that must be kept is kept before it is stamped, through its partition, too');
SELECT throws_ok('DELETE FROM loaded WHERE id = 3', 'RT001', NULL, 'a mandatory row whose clock has not started is kept before it is stamped');
SELECT throws_ok($$UPDATE books SET at = '2019-01-01' WHERE id = 2$$, 'RT001', NULL, 'a row that is not stamped is not back-dated');
SELECT throws_ok('TRUNCATE loaded', 'RT001', NULL, 'a mandatory partition that is not stamped is not truncated');
SELECT throws_ok('DROP TABLE loaded', 'RT001', NULL, 'a mandatory partition that is not stamped is not dropped');
UPDATE books SET note = 'x' WHERE id = 2;
SELECT is(pg_temp.says('books', 2), (SELECT policy_id FROM retention.policy) || ' T21:59:59.5Z', 'a row that is written is stamped');
SET LOCAL retention.reveal = off;
INSERT INTO books (id, at) VALUES (4, '2026-10-02');
SELECT is(pg_temp.seen(), NULL, 'a new row of a partition that is not stamped is hidden with the others');
CREATE ROLE reader;
GRANT SELECT ON books TO reader;
SET LOCAL ROLE reader;
SELECT is_empty('SELECT FROM books', 'rows that are not stamped are hidden from others than their owner');
RESET ROLE;
CALL retention.sweep();
SELECT is(pg_temp.seen(), '2 3 4', 'once stamped, each row is shown or hidden by its own clock');
SELECT results_eq('seen', 'VALUES (2), (3), (4)', 'a plan made while rows were hidden is made anew');
SELECT is(pg_temp.says('books', 1), (SELECT policy_id FROM retention.policy) || ' T22:59:59.5Z late', 'what was over when its partition came is in quarantine first');
SELECT is(pg_temp.state(), 'enforcing', 'status says when a stamped partition is enforced');
SELECT throws_ok('DELETE FROM books WHERE id = 2', 'RT001', NULL, 'the floor holds');
SELECT is_empty('SELECT FROM retention.preparation', 'nothing is left to prepare');

-- Detached, written, attached again: what clocks say is old.
CREATE TABLE logs (id int PRIMARY KEY, at date, note text) PARTITION BY RANGE (id);
CREATE TABLE logs_1 PARTITION OF logs FOR VALUES FROM (1) TO (10);
CREATE TABLE logs_2 PARTITION OF logs FOR VALUES FROM (10) TO (20);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('logs', 'logs', '{at}', '1 year', 'delete', 'enforce');
SELECT retention.approve(policy_id) FROM retention.policy WHERE mode = 'enforce' AND armed_at > '-infinity' \g /dev/null
INSERT INTO logs (id, at) VALUES (1, '2026-10-01'), (2, '2026-10-01'), (3, NULL);
ALTER TABLE logs DETACH PARTITION logs_1;
UPDATE logs_1 SET at = '2020-01-01' WHERE id = 2;
UPDATE logs_1 SET at = '2026-11-01' WHERE id = 3;
INSERT INTO logs_1 (id, at) VALUES (4, '2020-01-01');
ALTER TABLE logs ATTACH PARTITION logs_1 FOR VALUES FROM (1) TO (10);
SELECT is_empty('SELECT FROM logs', 'a partition that is attached again is hidden again');
SELECT throws_ok($$INSERT INTO logs_1 (id, at) VALUES (1, '2026-10-01') ON CONFLICT (id) DO UPDATE SET note = 'x'$$, '23505', NULL, 'a row that is not stamped conflicts as a hidden one');
SELECT throws_ok($$INSERT INTO logs (id, at) VALUES (1, '2026-10-01') ON CONFLICT (id) DO UPDATE SET note = 'x' RETURNING *$$, '23505', NULL,
    'a row that is not stamped conflicts as a hidden one through its table, too');
SELECT lives_ok($$INSERT INTO logs (id, at) VALUES (11, '2026-10-01'), (11, '2026-10-01') ON CONFLICT DO NOTHING$$, 'rows of other partitions do not conflict');
SELECT lives_ok($$INSERT INTO logs (id, at) VALUES (11, '2026-10-01') ON CONFLICT (id) DO UPDATE SET note = 'x'$$, 'a visible row of another partition is updated by ON CONFLICT');
CALL retention.sweep();
SELECT results_eq('SELECT id FROM logs ORDER BY id', 'VALUES (1), (3), (11)', 'a row that was written outside has the clock of what was written');
SELECT is(pg_temp.says('logs', 2) || ', ' || pg_temp.says('logs', 4), 'gone, gone', 'what is due by it goes');

-- A partition with partitions, one of which came with rows.
CREATE TABLE upper (LIKE books INCLUDING ALL) PARTITION BY LIST (reg);
CREATE TABLE upper_1 PARTITION OF upper FOR VALUES IN (1);
CREATE TABLE upper_2 PARTITION OF upper FOR VALUES IN (2);
INSERT INTO upper (id, at, reg) VALUES (11, '2020-01-01', 1), (12, '2026-10-01', 2);
ALTER TABLE books ATTACH PARTITION upper FOR VALUES FROM (10) TO (20);
SELECT is(pg_temp.seen(), '2 3 4', 'partitions of an attached table are hidden, and no others');
SELECT is_empty('SELECT FROM upper_2', 'a partition of an attached table is hidden by itself, too');
SELECT throws_ok('TRUNCATE upper_2', 'RT001', NULL, 'a partition of an attached table is not truncated');
CALL retention.sweep();
SELECT is(pg_temp.seen(), '2 3 4 12', 'partitions of an attached table are shown when they are stamped');
CREATE TABLE upper_3 (LIKE books INCLUDING ALL);
INSERT INTO upper_3 (id, at, reg) VALUES (13, '2020-01-01', 3), (14, NULL, 3);
ALTER TABLE upper ATTACH PARTITION upper_3 FOR VALUES IN (3);
SELECT is(pg_temp.seen(), '2 3 4 12', 'rows that were attached two levels below the policy are hidden');
CALL retention.sweep();
SELECT is(pg_temp.seen(), '2 3 4 12 14', 'rows that were attached two levels below the policy are stamped');

-- Clocks from elsewhere: of another policy, or written by hand; and what was decided about a row stays.
CREATE TABLE foreign_clock (LIKE books INCLUDING ALL);
INSERT INTO foreign_clock (id, at, retention_clock) VALUES (21, '2020-01-01', '7'), (22, '2026-10-01', '7 2001-01-01T00:00:00Z'), (23, '2020-01-01', '7 restricted');
ALTER TABLE books ATTACH PARTITION foreign_clock FOR VALUES FROM (20) TO (30);
SELECT throws_ok('DELETE FROM books WHERE id = 22', 'RT001', NULL, 'a clock of another policy releases nothing') FROM set_config('retention.reveal', 'on', true);
SET LOCAL retention.reveal = off;
CALL retention.sweep();
SELECT matches(pg_temp.says('books', 21), '^1 .*late$', 'a clock that another policy wrote is not what the row has');
SELECT matches(pg_temp.says('books', 23), 'restricted,late$', 'a restriction that a clock brings along stays');
SELECT is(pg_temp.seen(), '2 3 4 12 14 22', 'rows are what their own dates say');

-- Left again before it was stamped; empty; observing.
CREATE TABLE guest (LIKE logs INCLUDING ALL);
INSERT INTO guest (id, at, retention_clock) VALUES (31, '2020-01-01', 'none');
ALTER TABLE logs ATTACH PARTITION guest FOR VALUES FROM (30) TO (40);
SELECT throws_ok('DROP TABLE guest', '42501', NULL, 'what is hidden because it is not stamped is not dropped unseen');
SET LOCAL retention.confirm_drop = on;
ALTER TABLE logs DETACH PARTITION guest;
SET LOCAL retention.confirm_drop = off;
CALL retention.sweep();
SELECT is((SELECT count(*) FROM guest) || ', ' || (SELECT count(*) FROM retention.preparation), '1, 0', 'detached before it was stamped it is its owner''s again, as it was');
ALTER TABLE logs ATTACH PARTITION guest FOR VALUES FROM (30) TO (40);
SET LOCAL retention.confirm_drop = on;
DROP TABLE guest;
SET LOCAL retention.confirm_drop = off;
CALL retention.sweep();
SELECT is((SELECT count(*) FROM retention.preparation) || ', ' || (SELECT count(*) FROM retention.blocked_table), '0, 0', 'a partition that was dropped before it was stamped is forgotten');
CREATE TABLE notes (id int, at date) PARTITION BY RANGE (id);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('notes', 'notes', '{at}', '1 year', 'delete', 'enforce');
CREATE TABLE note (LIKE notes INCLUDING ALL);
INSERT INTO note VALUES (1, '2020-01-01');
ALTER TABLE notes ATTACH PARTITION note FOR VALUES FROM (0) TO (10);
SET LOCAL retention.confirm_drop = on;
DELETE FROM retention.policy WHERE name = 'notes';
DROP TABLE notes;
SET LOCAL retention.confirm_drop = off;
CALL retention.sweep();
SELECT is((SELECT count(*) FROM retention.preparation) || ', ' || (SELECT count(*) FROM retention.blocked_table), '0, 0',
    'a partition that was dropped before it was stamped, after its policy, is forgotten');
SELECT is((SELECT count(*) FROM retention.quarantine_record q WHERE NOT EXISTS (SELECT FROM retention.policy p WHERE p.policy_id = q.policy_id)), 0::bigint,
    'nothing is kept of how far the hidden rows of a policy that is gone were counted');
CREATE TABLE bare (LIKE books INCLUDING ALL);
ALTER TABLE books ATTACH PARTITION bare FOR VALUES FROM (40) TO (50);
SELECT is(pg_temp.state(), 'enforcing', 'a partition without rows needs no preparation');
CREATE TABLE no_clock (id int, at date, note text, reg int NOT NULL DEFAULT 1);
SELECT throws_ok('ALTER TABLE books ATTACH PARTITION no_clock FOR VALUES FROM (50) TO (60)', '42804', NULL, 'one without a clock does not fit, as the server says');
CREATE TABLE heirs (id int, at date);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('heirs', 'heirs', '{at}', '1 year', 'delete', 'enforce');
SELECT retention.approve(policy_id) FROM retention.policy WHERE mode = 'enforce' AND armed_at > '-infinity' \g /dev/null
CREATE TABLE heir (LIKE heirs INCLUDING ALL);
INSERT INTO heir VALUES (1, '2020-01-01');
ALTER TABLE heir INHERIT heirs;
SELECT results_eq($$SELECT object FROM retention.check() WHERE what = 'governed table has a policy' AND NOT ok AND object = 'public.heir'$$, $$VALUES ('public.heir')$$,
    'a table that inherits is no partition: it has no policy, and check says so');
SELECT is((SELECT problem FROM retention.status WHERE name = 'heirs'), 'no policy stands for what inherits from the table: heir', 'status says what no policy stands for');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('heir', 'heir', '{at}', '1 year', 'delete', 'enforce');
CALL retention.sweep();
SELECT retention.approve(policy_id) FROM retention.policy WHERE mode = 'enforce' AND armed_at > '-infinity' \g /dev/null
CALL retention.sweep();
SELECT is_empty('SELECT FROM heirs', 'with a policy of its own the rows of a table that inherits go');
SELECT * FROM finish();
ROLLBACK;
