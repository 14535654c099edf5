-- A start that was reached on a way that is gone stays, whatever else is written to the row afterwards, and whichever policy has it then.
BEGIN;
SELECT plan(70);
SET LOCAL client_min_messages = warning;
SET LOCAL retention.test_now = '2026-11-25 12:00Z';
SET LOCAL retention.confirm_drop = on;
CREATE TABLE countries (id int PRIMARY KEY, ended_at timestamptz);
CREATE TABLE customers (id int PRIMARY KEY, country int REFERENCES countries ON DELETE SET NULL, ended_at timestamptz);
CREATE TABLE users (id int PRIMARY KEY, customer int REFERENCES customers ON DELETE SET NULL, sponsor int DEFAULT 0 REFERENCES customers ON DELETE SET DEFAULT, ended_at timestamptz);
CREATE TABLE posts (id int PRIMARY KEY, author int REFERENCES users ON DELETE SET NULL ON UPDATE SET NULL, done_at timestamptz, body text);
CREATE TABLE likes (id int PRIMARY KEY, author int DEFAULT 0 REFERENCES users ON DELETE SET DEFAULT, done_at timestamptz, body text);
CREATE TABLE cases (id int PRIMARY KEY, author int REFERENCES users ON DELETE SET NULL, done_at timestamptz, body text);
CREATE TABLE pairs (id int PRIMARY KEY, author int REFERENCES users ON DELETE SET NULL, other int REFERENCES users ON DELETE SET NULL, done_at timestamptz);
CREATE TABLE deep (id int PRIMARY KEY, author int REFERENCES users, done_at timestamptz);
CREATE TABLE sponsored (id int PRIMARY KEY, author int REFERENCES users, body text);
CREATE TABLE letters (id int, author int REFERENCES users ON DELETE SET NULL, kind text, done_at timestamptz, PRIMARY KEY (id, kind)) PARTITION BY LIST (kind);
CREATE TABLE letters_a PARTITION OF letters FOR VALUES IN ('a');
CREATE TABLE letters_b PARTITION OF letters FOR VALUES IN ('b');
CREATE TABLE memos (id int PRIMARY KEY, author int REFERENCES users ON DELETE SET NULL, kind text, done_at timestamptz);
INSERT INTO retention.policy (name, relation, clock_starts, starts_when, keep_for, quarantine_for, action, mode) VALUES
    ('posts', 'posts', '{author.ended_at, done_at}', 'any', '10 days', '90 days', 'delete', 'enforce'),
    ('likes', 'likes', '{author.ended_at, done_at}', 'all', '0 days', '90 days', 'delete', 'enforce'),
    ('cases', 'cases', '{author.ended_at, done_at}', 'all', '10 days', '90 days', 'delete', 'enforce'),
    ('pairs', 'pairs', '{author.ended_at, other.ended_at, done_at}', 'all', '0 days', '90 days', 'delete', 'enforce'),
    ('deep', 'deep', '{author.customer.country.ended_at, author.customer.ended_at, done_at}', 'any', '10 days', '90 days', 'delete', 'enforce'),
    ('sponsored', 'sponsored', '{author.sponsor.ended_at}', 'any', '0 days', '90 days', 'delete', 'enforce'),
    ('letters', 'letters', '{author.ended_at}', 'any', '0 days', '90 days', 'delete', 'enforce');
SELECT retention.approve(policy_id) FROM retention.policy WHERE mode = 'enforce' AND armed_at > '-infinity' \g /dev/null
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode, applies_to) VALUES
    ('memos a', 'memos', '{author.ended_at}', '0 days', '90 days', 'delete', 'enforce', 'kind = ''a'''),
    ('memos b', 'memos', '{done_at, author.ended_at}', '0 days', '60 days', 'delete', 'enforce', 'kind = ''b'''),
    ('memos c', 'memos', '{done_at}', '0 days', '60 days', 'delete', 'enforce', 'kind = ''c'''),
    ('memos e', 'memos', '{author.customer.ended_at}', '0 days', '60 days', 'delete', 'enforce', 'kind = ''e''');
SELECT retention.approve(policy_id) FROM retention.policy WHERE mode = 'enforce' AND armed_at > '-infinity' \g /dev/null
INSERT INTO countries SELECT i FROM generate_series(0, 9) i;
INSERT INTO customers SELECT i, i FROM generate_series(0, 9) i;
INSERT INTO users SELECT i, i, i FROM generate_series(0, 30) i WHERE i < 10;
INSERT INTO users SELECT i, 0, 0 FROM generate_series(10, 30) i;
INSERT INTO posts SELECT i, i FROM generate_series(1, 20) i;
INSERT INTO likes SELECT i, i, '2026-11-20 12:00Z' FROM generate_series(1, 9) i;
INSERT INTO cases SELECT i, i, '2026-11-20 12:00Z' FROM generate_series(1, 9) i;
INSERT INTO pairs SELECT i, i, i + 10, '2026-11-20 12:00Z' FROM generate_series(1, 9) i;
INSERT INTO deep SELECT i, i FROM generate_series(21, 29) i;
INSERT INTO deep SELECT i, i FROM generate_series(1, 9) i WHERE i > 5;
INSERT INTO users SELECT i, i - 30, i - 30 FROM generate_series(31, 39) i;
INSERT INTO deep SELECT i, i FROM generate_series(31, 39) i;
INSERT INTO sponsored SELECT i, i FROM generate_series(31, 39) i;
INSERT INTO letters SELECT i, i, 'a' FROM generate_series(1, 9) i;
INSERT INTO memos SELECT i, i, 'a' FROM generate_series(1, 9) i;
CREATE FUNCTION pg_temp.says(relation regclass, row_id int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE result text;
BEGIN
    EXECUTE format('SELECT regexp_replace(retention_clock::text, ''^\d+ ?'', '''') FROM %s WHERE id = %s', relation, row_id) INTO result;
    RETURN result;
END $$;
CREATE FUNCTION pg_temp.faults() RETURNS SETOF text LANGUAGE sql AS $$
    SELECT concat_ws(' ', t, a.finding, a.detail) FROM unnest('{posts,likes,cases,pairs,deep,sponsored,letters,memos}'::regclass[]) t, retention.audit(t) a
    WHERE a.finding <> 'no way to a start' $$;
UPDATE users SET ended_at = '2026-11-25 12:00Z' WHERE id BETWEEN 1 AND 19;
SET LOCAL retention.test_now = '2026-11-28 11:00Z';
SET LOCAL retention.reveal = on;

-- Of all starts, where a key was set to its default.
DELETE FROM users WHERE id IN (1, 2, 3, 4);
SELECT is(pg_temp.says('likes', 1), '2026-11-25T12:00:00Z orphaned', 'all: ON DELETE SET DEFAULT leaves the start');
UPDATE likes SET body = 'x' WHERE id = 1;
UPDATE likes SET body = 'y' WHERE id = 1;
SELECT is(pg_temp.says('likes', 1), '2026-11-25T12:00:00Z orphaned', 'all: ordinary UPDATEs afterwards leave it');
INSERT INTO likes VALUES (2, 5, NULL, 'x') ON CONFLICT (id) DO UPDATE SET body = excluded.body;
SELECT is(pg_temp.says('likes', 2), '2026-11-25T12:00:00Z orphaned', 'all: an upsert of something else leaves it');
MERGE INTO likes USING (VALUES (3)) v (id) ON likes.id = v.id WHEN MATCHED THEN UPDATE SET body = 'x';
SELECT is(pg_temp.says('likes', 3), '2026-11-25T12:00:00Z orphaned', 'all: MERGE of something else leaves it');
UPDATE likes SET done_at = '2026-11-26 12:00Z' WHERE id = 3;
SELECT is(pg_temp.says('likes', 3), '2026-11-26T12:00:00Z orphaned', 'all: a later start of the row''s own counts');
UPDATE likes SET author = 20 WHERE id = 3;
SELECT is(pg_temp.says('likes', 3), '', 'all: pointed to a living parent it is not started');
UPDATE likes SET done_at = NULL WHERE id = 2;
SELECT is(pg_temp.says('likes', 2), '', 'all: a start of the row''s own that is unset stops it');
DELETE FROM customers WHERE id = 1;
SELECT is(pg_temp.says('sponsored', 31), '', 'a key further up that is set to its default, to a parent that never ended');
UPDATE customers SET ended_at = '2026-11-25 12:00Z' WHERE id IN (2, 3);
DELETE FROM customers WHERE id IN (2, 3);
SELECT is(pg_temp.says('sponsored', 32), '2026-11-28T11:00:00Z late,orphaned', 'a key further up that is set to its default leaves the start');
UPDATE sponsored SET body = 'x' WHERE id = 32;
SELECT is(pg_temp.says('sponsored', 32), '2026-11-28T11:00:00Z late,orphaned', 'an UPDATE of something else leaves that, too');
UPDATE users SET sponsor = 9 WHERE id = 33;
SELECT is(pg_temp.says('sponsored', 33), '', 'a start left further up goes when the application points the key elsewhere');

-- Another start takes its place, and goes again: the first to come counts.
SELECT is(pg_temp.says('posts', 1), '2026-11-25T12:00:00Z orphaned', 'any: the parent gone');
UPDATE posts SET done_at = '2026-11-20 12:00Z' WHERE id IN (1, 2);
SELECT is(pg_temp.says('posts', 1), '2026-11-20T12:00:00Z orphaned', 'any: an earlier start of the row''s own counts');
UPDATE posts SET body = 'x' WHERE id = 1;
SELECT is(pg_temp.says('posts', 1), '2026-11-20T12:00:00Z orphaned', 'any: the earlier start stays with an UPDATE of something else');
SELECT is_empty('SELECT pg_temp.faults()', 'the audit takes it for right');
UPDATE posts SET done_at = NULL WHERE id = 1;
SELECT is(pg_temp.says('posts', 1), '2026-11-28T11:00:00Z orphaned', 'any: unset again it leaves the latest start that can have been reached');
UPDATE posts SET done_at = '2026-11-22 12:00Z' WHERE id = 2;
SELECT is(pg_temp.says('posts', 2), '2026-11-22T12:00:00Z orphaned', 'any: corrected to a later one, that counts');
UPDATE posts SET done_at = '2020-01-01' WHERE id = 3;
SELECT is((SELECT retention.state(retention_clock) FROM posts WHERE id = 3), 'quarantined', 'any: one long ago hides it');
UPDATE posts SET done_at = NULL WHERE id = 3;
SELECT is(pg_temp.says('posts', 3), '2026-11-17T22:59:59.5Z late,orphaned', 'any: of a row that is hidden, the latest one that hides it');
SELECT is((SELECT retention.state(retention_clock) FROM posts WHERE id = 3), 'quarantined', 'any: the quarantine of that row runs in full');
SELECT lives_ok($$SELECT retention.reinstate('posts', 3)$$, 'any: a row that has the latest start that hides it can be reinstated');
SELECT is(pg_temp.says('posts', 3), '', 'any: reinstated, the row is not started');
UPDATE posts SET done_at = '2026-11-21 12:00Z', author = NULL WHERE id = 5;
SELECT is(pg_temp.says('posts', 5), '2026-11-21T12:00:00Z orphaned', 'any: the way cut and an earlier start set at once');
UPDATE posts SET done_at = NULL WHERE id = 5;
SELECT is(pg_temp.says('posts', 5), '2026-11-28T11:00:00Z orphaned', 'any: that unset again leaves a start');
UPDATE posts SET done_at = '2026-11-21 12:00Z' WHERE id = 4;
UPDATE posts SET author = 20 WHERE id = 4;
UPDATE posts SET done_at = NULL WHERE id = 4;
SELECT is(pg_temp.says('posts', 4), '', 'any: pointed to a living parent meanwhile, nothing is left');
UPDATE posts SET done_at = '2026-11-21 12:00Z' WHERE id = 20;
DELETE FROM users WHERE id = 20;
UPDATE posts SET done_at = NULL WHERE id = 20;
SELECT is(pg_temp.says('posts', 20), '', 'any: a parent that never ended leaves nothing');
UPDATE users SET id = 110 WHERE id = 10;
UPDATE posts SET done_at = '2026-11-20 12:00Z' WHERE id = 10;
UPDATE posts SET done_at = NULL WHERE id = 10;
SELECT is(pg_temp.says('posts', 10), '2026-11-28T11:00:00Z orphaned', 'any: the same where the key was lost by ON UPDATE SET NULL');

UPDATE users SET ended_at = '2026-01-01' WHERE id = 28;
INSERT INTO posts VALUES (28, 28);
UPDATE posts SET author = NULL WHERE id = 28;
UPDATE posts SET done_at = '2026-01-02' WHERE id = 28;
SELECT is(pg_temp.says('posts', 28), '2026-11-17T22:59:59.5Z late,orphaned', 'any: a late row whose way is gone stays late when an earlier start is set');

UPDATE posts SET done_at = '2026-11-20 12:00Z' WHERE id IN (12, 13, 14);
UPDATE posts SET author = NULL WHERE id = 12;
SELECT is(pg_temp.says('posts', 12), '2026-11-20T12:00:00Z orphaned', 'any: a way is cut while an earlier start counts');
UPDATE posts SET done_at = NULL WHERE id = 12;
SELECT is(pg_temp.says('posts', 12), '2026-11-28T11:00:00Z orphaned', 'any: that start unset, the row has one of the way that was cut');
UPDATE posts SET author = NULL, done_at = NULL WHERE id = 13;
SELECT is(pg_temp.says('posts', 13), '2026-11-25T12:00:00Z orphaned', 'any: a way cut as an earlier start is unset leaves its own');
UPDATE posts SET author = 22 WHERE id = 14;
UPDATE posts SET author = NULL WHERE id = 14;
SELECT is(pg_temp.says('posts', 14), '2026-11-20T12:00:00Z', 'any: a way that has no start and is cut leaves no mark');

-- All of them count.
INSERT INTO cases VALUES (12, 12), (13, 13), (14, 22);
UPDATE cases SET author = NULL WHERE id IN (12, 13, 14);
SELECT is(pg_temp.says('cases', 12), 'orphaned', 'all: a way cut before the row is started is known to have had a start');
UPDATE cases SET done_at = '2026-11-26 12:00Z' WHERE id IN (12, 14);
SELECT is(pg_temp.says('cases', 12), '2026-11-28T11:00:00Z orphaned', 'all: a way cut before the row was started is not waited for');
SELECT is(pg_temp.says('cases', 14), '', 'all: a way cut that had no start starts nothing');
UPDATE cases SET author = 22 WHERE id = 13;
SELECT is(pg_temp.says('cases', 13), '', 'all: a way that was cut leads somewhere again');
UPDATE cases SET done_at = NULL WHERE id = 1;
SELECT is(pg_temp.says('cases', 1), 'orphaned', 'all: another start unset, the row is not started, and the lost way is known');
UPDATE cases SET body = 'x' WHERE id = 1;
SELECT is_empty('SELECT pg_temp.faults()', 'the audit takes it for right');
UPDATE cases SET done_at = '2026-11-22 12:00Z' WHERE id = 1;
SELECT is(pg_temp.says('cases', 1), '2026-11-28T11:00:00Z orphaned', 'all: set again it starts, not before it can have been reached');
UPDATE cases SET done_at = NULL WHERE id = 1;
UPDATE cases SET author = 21 WHERE id = 1;
SELECT is(pg_temp.says('cases', 1), '', 'all: pointed to a living parent meanwhile, the lost way is forgotten');
UPDATE cases SET done_at = '2099-01-01' WHERE id = 2;
UPDATE cases SET done_at = '2026-11-22 12:00Z' WHERE id = 2;
SELECT is(pg_temp.says('cases', 2), '2026-11-28T11:00:00Z orphaned', 'all: a start to come that is corrected does not stay');
UPDATE users SET ended_at = NULL WHERE id = 11;
SELECT is(pg_temp.says('pairs', 1), 'orphaned', 'all: the other parent brought back brings the row back');
UPDATE pairs SET done_at = done_at WHERE id = 1;
SELECT is(pg_temp.says('pairs', 1), 'orphaned', 'all: the row brought back stays so after another UPDATE');
DELETE FROM users WHERE id = 11;
SELECT is(pg_temp.says('pairs', 1), '', 'all: a parent that goes without an end starts nothing, whatever was reached');

-- Deep ways.
UPDATE countries SET ended_at = '2026-11-25 12:00Z' WHERE id IN (4, 5, 6);
DELETE FROM countries WHERE id = 4;
UPDATE deep SET done_at = '2026-11-21 12:00Z' WHERE id = 34;
UPDATE deep SET done_at = NULL WHERE id = 34;
SELECT is(pg_temp.says('deep', 34), '2026-11-28T11:00:00Z orphaned', 'three hops, the last row gone');
DELETE FROM customers WHERE id = 5;
UPDATE deep SET done_at = '2026-11-21 12:00Z' WHERE id = 35;
UPDATE deep SET done_at = NULL WHERE id = 35;
SELECT is(pg_temp.says('deep', 35), '2026-11-28T11:00:00Z orphaned', 'three hops, the middle row gone, and two ways through its key');
UPDATE customers SET country = NULL WHERE id = 6;
UPDATE customers SET ended_at = '2026-11-21 12:00Z' WHERE id = 6;
UPDATE customers SET ended_at = NULL WHERE id = 6;
SELECT is(pg_temp.says('deep', 36), '2026-11-28T11:00:00Z orphaned', 'an earlier start of another row, set and unset');
SELECT is_empty('SELECT pg_temp.faults()', 'the audit finds nothing');

-- Another policy.
UPDATE memos SET kind = 'b' WHERE id IN (1, 2);
SELECT is(pg_temp.says('memos', 1), '2026-11-25T12:00:00Z orphaned', 'another policy with the same way takes the row: the start stays');
SELECT is_empty('SELECT FROM retention.audit(''memos'') WHERE finding <> ''no way to a start''', 'the audit takes it for right');
UPDATE memos SET kind = 'a' WHERE id = 1;
SELECT is(pg_temp.says('memos', 1), '2026-11-25T12:00:00Z orphaned', 'a policy gives the row back, with the start');
UPDATE memos SET kind = 'b', author = NULL WHERE id = 5;
SELECT is(pg_temp.says('memos', 5), '2026-11-25T12:00:00Z orphaned', 'the way cut, and another policy, at once');
UPDATE memos SET kind = 'c' WHERE id = 2;
SELECT is(pg_temp.says('memos', 2), '', 'one without the way knows no such start');
UPDATE memos SET kind = 'e' WHERE id = 3;
SELECT is(pg_temp.says('memos', 3), '', 'one with another way through the same key knows no such start');
INSERT INTO memos VALUES (20, 22, 'b', '2026-11-26 12:00Z');
UPDATE memos SET kind = 'a', author = NULL WHERE id = 20;
SELECT is(pg_temp.says('memos', 20), '', 'a start of the row''s own is none of a way that is cut as another policy takes the row');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode, priority) VALUES
    ('memos d', 'memos', '{author.ended_at}', '0 days', '90 days', 'delete', 'enforce', 1);
CALL retention.sweep();
SELECT retention.approve(policy_id) FROM retention.policy WHERE mode = 'enforce' AND armed_at > '-infinity' \g /dev/null
CALL retention.sweep();
CALL retention.sweep();
SELECT is((SELECT retention.policy(retention_clock) FROM memos WHERE id = 1), (SELECT policy_id FROM retention.policy WHERE name = 'memos d'), 'a new policy takes the rows');
SELECT is(pg_temp.says('memos', 1), '2026-11-25T12:00:00Z orphaned', 'rows that a new policy takes keep the start');
UPDATE retention.policy SET mode = 'off' WHERE name = 'memos d';
CALL retention.sweep();
SELECT is(pg_temp.says('memos', 1), '2026-11-25T12:00:00Z orphaned', 'a policy switched off gives the rows back, with the start');

-- Other partitions, and what is written as it was dumped.
UPDATE letters SET kind = 'b' WHERE id = 1;
SELECT is(pg_temp.says('letters', 1), '2026-11-25T12:00:00Z orphaned', 'moved to another partition');
INSERT INTO letters VALUES (12, 12, 'b'), (13, 13, 'b'), (22, 22, 'b');
ALTER TABLE letters DETACH PARTITION letters_b;
DELETE FROM users WHERE id = 12;
UPDATE letters_b SET author = NULL WHERE id = 22;
UPDATE letters_b SET author = 23 WHERE id = 13;
ALTER TABLE letters ATTACH PARTITION letters_b FOR VALUES IN ('b');
CALL retention.sweep();
SELECT is(pg_temp.says('letters', 12), '2026-11-28T11:00:00Z late,orphaned', 'a parent that goes while the partition is detached leaves the start');
SELECT is(pg_temp.says('letters', 13), '', 'a row pointed to a living parent while its partition is detached is not started');
SELECT is(pg_temp.says('letters', 22), '', 'a way that had no start and is cut while the partition is detached leaves none');
SELECT is(pg_temp.says('letters', 1), '2026-11-25T12:00:00Z orphaned', 'detached and attached');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode, priority) VALUES
    ('letters a', 'letters_a', '{author.ended_at}', '0 days', '90 days', 'delete', 'enforce', 1);
CALL retention.sweep();
SELECT retention.approve(policy_id) FROM retention.policy WHERE mode = 'enforce' AND armed_at > '-infinity' \g /dev/null
CALL retention.sweep();
CALL retention.sweep();
SELECT is((SELECT retention.policy(retention_clock) FROM letters WHERE id = 3), (SELECT policy_id FROM retention.policy WHERE name = 'letters a'), 'a policy of a partition takes rows of the one above it');
SELECT is(pg_temp.says('letters', 3), '2026-11-25T12:00:00Z orphaned', 'rows that a policy of a partition takes keep the start');
UPDATE letters SET kind = 'b' WHERE id = 3;
SELECT is(pg_temp.says('letters', 3), '2026-11-28T11:00:00Z late,orphaned', 'moved to a partition of another policy a row keeps a start, as late as one that is inserted');
INSERT INTO cases (id, done_at, retention_clock) SELECT 30, '2026-11-20 12:00Z', retention_clock FROM cases WHERE id = 3;
SELECT is(pg_temp.says('cases', 30), '2026-11-25T12:00:00Z orphaned', 'restored as it was dumped');
UPDATE cases SET done_at = NULL WHERE id = 3;
INSERT INTO cases (id, retention_clock) SELECT 31, retention_clock FROM cases WHERE id = 3;
SELECT is(pg_temp.says('cases', 31), 'orphaned', 'restored as it was dumped, not started');
UPDATE retention.policy SET keep_for = '11 days', timezone = 'America/New_York' WHERE name IN ('posts', 'cases', 'pairs');
CALL retention.sweep();
SELECT is((SELECT array_agg(pg_temp.says(t, i)) FROM (VALUES ('posts'::regclass, 2), ('cases', 2), ('cases', 31)) v (t, i)),
    '{2026-11-22T12:00:00Z orphaned,2026-11-28T11:00:00Z orphaned,orphaned}', 'rows are stamped anew after a policy changed');
SELECT is_empty('SELECT pg_temp.faults()', 'the audit finds nothing');
SELECT * FROM finish();
ROLLBACK;
