-- A row that others start by moves to another partition, or goes where no trigger fires: no start is made up, and none is lost.
BEGIN;
SELECT plan(16);
SET client_min_messages = warning;
SET retention.test_now = '2026-01-01 00:00+00';
SET retention.confirm_drop = on;
CREATE TABLE parents (id int, r text, ended timestamptz, PRIMARY KEY (id, r)) PARTITION BY LIST (r);
CREATE TABLE parents_no PARTITION OF parents FOR VALUES IN ('no');
CREATE TABLE parents_se PARTITION OF parents FOR VALUES IN ('se');
CREATE TABLE children (id int PRIMARY KEY, a_id int, a_r text, FOREIGN KEY (a_id, a_r) REFERENCES parents ON UPDATE CASCADE);
CREATE TABLE alls (id int PRIMARY KEY, a_id int, a_r text, done timestamptz, FOREIGN KEY (a_id, a_r) REFERENCES parents ON UPDATE CASCADE);
CREATE TABLE tops (id int PRIMARY KEY, ended timestamptz);
CREATE TABLE middles (id int, r text, top int REFERENCES tops, PRIMARY KEY (id, r)) PARTITION BY LIST (r);
CREATE TABLE middles_no PARTITION OF middles FOR VALUES IN ('no');
CREATE TABLE middles_se PARTITION OF middles FOR VALUES IN ('se');
CREATE TABLE below (id int PRIMARY KEY, m_id int, m_r text, FOREIGN KEY (m_id, m_r) REFERENCES middles ON UPDATE CASCADE);
CREATE TABLE further (id int PRIMARY KEY, b_id int REFERENCES below);
CREATE TABLE plain (id int PRIMARY KEY, ended timestamptz);
CREATE TABLE on_plain (id int PRIMARY KEY, p_id int REFERENCES plain ON UPDATE CASCADE);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, must_keep_for, action, mode, starts_when) VALUES
    ('children', 'children', '{a_id.ended}', '1 month', NULL, 'delete', 'enforce', 'any'),
    ('alls', 'alls', '{a_id.ended, done}', '10 years', '1 year', 'delete', 'enforce', 'all'),
    ('below', 'below', '{m_id.top.ended}', '1 year', NULL, 'delete', 'enforce', 'any'),
    ('further', 'further', '{b_id.m_id.top.ended}', '1 year', NULL, 'delete', 'enforce', 'any'),
    ('on plain', 'on_plain', '{p_id.ended}', '10 years', '10 years', 'delete', 'enforce', 'any');
INSERT INTO parents VALUES (1, 'no', '2025-12-15'), (2, 'no', '2025-12-15'), (3, 'no', '2025-12-15');
INSERT INTO children VALUES (1, 1, 'no'), (2, 2, 'no');
INSERT INTO alls VALUES (3, 3, 'no', '2025-12-01');
INSERT INTO tops VALUES (1, '2025-12-15'), (2, NULL);
INSERT INTO middles VALUES (1, 'no', 1);
INSERT INTO below VALUES (1, 1, 'no');
INSERT INTO further VALUES (1, 1);
INSERT INTO plain VALUES (1, '2025-12-15'), (2, '2025-12-15');
INSERT INTO on_plain VALUES (1, 1), (2, 2);
CREATE FUNCTION pg_temp.says(relation regclass, row_id int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE result text;
BEGIN
    PERFORM set_config('retention.reveal', 'on', true);
    EXECUTE format('SELECT regexp_replace(retention_clock::text, ''^\d+ ?'', '''') FROM %s WHERE id = %s', relation, row_id) INTO result;
    PERFORM set_config('retention.reveal', 'off', true);
    RETURN result;
END $$;
UPDATE parents SET r = 'se', ended = NULL WHERE id = 1;
SELECT is(pg_temp.says('children', 1), '', 'a parent that moves and is back takes the start with it');
UPDATE parents SET r = 'se' WHERE id = 2;
SELECT is(pg_temp.says('children', 2), '2025-12-15T00:00:00Z', 'a parent that moves says what it said');
UPDATE parents SET r = 'no', ended = '2025-12-20' WHERE id = 2;
SELECT is(pg_temp.says('children', 2), '2025-12-20T00:00:00Z', 'a parent that moves and ends later says so');
UPDATE parents SET r = 'se', ended = '2026-05-05' WHERE id = 3;
SELECT is(pg_temp.says('alls', 3), '2026-05-05T00:00:00Z', 'a floor goes by what a moved parent says');
SELECT is_empty($$SELECT FROM retention.audit('children')$$, 'the audit finds nothing in rows whose parents moved');
UPDATE middles SET r = 'se';
SELECT is(pg_temp.says('below', 1) || ', ' || pg_temp.says('further', 1), '2025-12-15T00:00:00Z, 2025-12-15T00:00:00Z', 'a row in the middle of a way moves, and nothing is lost');
UPDATE middles SET r = 'no', top = 2;
SELECT is(pg_temp.says('below', 1) || ', ' || pg_temp.says('further', 1), ', ', 'a row in the middle of a way moves, and leads elsewhere');
UPDATE plain SET id = 11, ended = NULL WHERE id = 1;
SELECT is(pg_temp.says('on_plain', 1), 'late', 'a parent with another key that is back takes the start with it');
UPDATE plain SET id = 1, ended = '2025-12-15' WHERE id = 11;
SELECT is(pg_temp.says('on_plain', 1), '2026-01-01T00:00:00Z late', 'a parent with another key that ends again says so, and the floor is not shorter');
SET retention.test_now = '2026-02-01 00:00+00';
CALL retention.sweep();
SELECT is((SELECT string_agg(id::text, ' ') FROM children), '1', 'what is not over stays');

-- A parent that goes where no trigger fires.
SET session_replication_role = replica;
DELETE FROM plain WHERE id = 1;
DELETE FROM tops WHERE id = 2;
RESET session_replication_role;
SELECT results_eq($$SELECT finding, regexp_replace(should_be::text, '^\d+ ?', '') FROM retention.audit('on_plain')$$, $$VALUES ('wrong start', '2026-01-01T00:00:00Z late,orphaned')$$,
    'a start whose way is gone without a word lacks its mark');
SELECT results_eq($$SELECT repaired, detail FROM retention.audit('on_plain', true)$$, $$VALUES (true, NULL)$$, 'the mark is set by a repair');
SELECT is(pg_temp.says('on_plain', 1), '2026-01-01T00:00:00Z late,orphaned', 'the start stays when the mark is set');
SELECT is_empty($$SELECT FROM retention.audit('on_plain')$$, 'the audit is content with the mark');
SELECT results_eq($$SELECT finding FROM retention.audit('below')$$, $$VALUES ('no way to a start')$$, 'a row that had no start has none when its way is gone without a word');
SELECT throws_ok('DELETE FROM on_plain WHERE id = 1', 'RT001', NULL, 'a row whose parent went without a word is kept as long as before');
SELECT * FROM finish();
ROLLBACK;
