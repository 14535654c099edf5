-- A start that was reached is never lost because the way to it was; and reinstating, by the ancestor or a new one, still works.
BEGIN;
SELECT plan(24);
SET LOCAL client_min_messages = warning;
SET LOCAL retention.test_now = '2026-11-25 12:00Z';
CREATE TABLE customers (id int PRIMARY KEY, ended_at timestamptz);
CREATE TABLE users (id int PRIMARY KEY, customer int DEFAULT 0 REFERENCES customers ON DELETE SET NULL ON UPDATE CASCADE, ended_at timestamptz);
CREATE TABLE posts (id int PRIMARY KEY, author int REFERENCES users ON DELETE SET NULL ON UPDATE SET NULL, body text);
CREATE TABLE notes (id int PRIMARY KEY, author int REFERENCES users ON DELETE SET NULL ON UPDATE CASCADE, other int REFERENCES users ON DELETE SET NULL ON UPDATE CASCADE, done_at timestamptz);
CREATE TABLE likes (id int PRIMARY KEY, author int DEFAULT 0 REFERENCES users ON DELETE SET DEFAULT ON UPDATE CASCADE);
CREATE TABLE books (id int PRIMARY KEY, author int REFERENCES users ON DELETE SET NULL ON UPDATE CASCADE);
CREATE TABLE cases (id int PRIMARY KEY, author int REFERENCES users ON DELETE SET NULL ON UPDATE CASCADE, done_at timestamptz);
INSERT INTO retention.policy (name, relation, clock_starts, starts_when, keep_for, quarantine_for, action, must_keep_for, mode) VALUES
    ('posts', 'posts', '{author.ended_at, author.customer.ended_at}', 'any', '0 days', '90 days', 'delete', NULL, 'enforce'),
    ('notes', 'notes', '{author.ended_at, other.ended_at, done_at}', 'any', '0 days', '90 days', 'delete', NULL, 'enforce'),
    ('likes', 'likes', '{author.ended_at}', 'any', '0 days', '90 days', 'delete', NULL, 'enforce'),
    ('books', 'books', '{author.ended_at}', 'any', '5 years', '0 days', 'delete', '5 years', 'enforce'),
    ('cases', 'cases', '{author.ended_at, done_at}', 'all', '0 days', '90 days', 'delete', NULL, 'enforce');
INSERT INTO customers SELECT i FROM generate_series(0, 9) i;
INSERT INTO users SELECT i, i FROM generate_series(0, 9) i;
INSERT INTO posts SELECT i, i, 'I am Kari' FROM generate_series(1, 9) i;
INSERT INTO notes SELECT i, i, NULL FROM generate_series(1, 9) i;
INSERT INTO likes SELECT i, i FROM generate_series(1, 9) i;
INSERT INTO books SELECT i, i FROM generate_series(1, 9) i;
INSERT INTO cases SELECT i, i, '2026-11-20 12:00Z' FROM generate_series(1, 9) i;
CREATE FUNCTION pg_temp.says(relation regclass, row_id int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE result text;
BEGIN
    PERFORM set_config('retention.reveal', 'on', true);
    EXECUTE format('SELECT regexp_replace(retention_clock::text, ''^\d+ ?'', '''') FROM %s WHERE id = %s', relation, row_id) INTO result;
    PERFORM set_config('retention.reveal', 'off', true);
    RETURN result;
END $$;
UPDATE users SET ended_at = '2026-11-25 12:00Z' WHERE id BETWEEN 1 AND 5;
SET LOCAL retention.test_now = '2026-11-28 12:00+01';

-- The parent goes.
DELETE FROM users WHERE id = 1;
SELECT is(pg_temp.says('posts', 1), '2026-11-25T12:00:00Z orphaned', 'ON DELETE SET NULL leaves the start');
SELECT is_empty('SELECT FROM posts WHERE id = 1', 'the row is still hidden');
SELECT is(pg_temp.says('notes', 1), '2026-11-25T12:00:00Z orphaned', 'ON DELETE SET NULL leaves the start of a row whose other ways never led anywhere');
SELECT is(pg_temp.says('likes', 1), '2026-11-25T12:00:00Z orphaned', 'ON DELETE SET DEFAULT leaves it');
SELECT is(pg_temp.says('books', 1), '2026-11-25T12:00:00Z orphaned', 'a floor runs on from the start that was left');
SELECT throws_ok('DELETE FROM books WHERE id = 1', 'RT001', NULL, 'a row whose floor runs on from a lost way cannot be deleted');
SELECT is(pg_temp.says('cases', 1), '2026-11-25T12:00:00Z orphaned', 'of all starts, one whose way is gone counts as reached');
SET LOCAL retention.reveal = on;
UPDATE posts SET body = 'x' WHERE id = 1;
UPDATE likes SET author = author WHERE id = 1;
SET LOCAL retention.reveal = off;
SELECT is(pg_temp.says('posts', 1), '2026-11-25T12:00:00Z orphaned', 'an UPDATE of something else leaves it');
SELECT is(pg_temp.says('likes', 1), '2026-11-25T12:00:00Z orphaned', 'one after SET DEFAULT, too');

-- Its key changes.
UPDATE users SET id = 102 WHERE id = 2;
SELECT is(pg_temp.says('posts', 2), '2026-11-25T12:00:00Z orphaned', 'ON UPDATE SET NULL leaves the start');
SELECT is(pg_temp.says('books', 2), '2026-11-25T12:00:00Z', 'ON UPDATE CASCADE leads to where it led');
-- Somebody cuts the way.
SET LOCAL retention.reveal = on;
UPDATE posts SET author = NULL WHERE id = 3;
SELECT is(pg_temp.says('posts', 3), '2026-11-25T12:00:00Z orphaned', 'an UPDATE by the application that cuts the way leaves the start');
-- Further up.
SET LOCAL retention.test_now = '2026-11-26 12:00Z';
UPDATE customers SET ended_at = '2026-11-26 12:00Z' WHERE id IN (6, 7);
SET LOCAL retention.test_now = '2026-11-28 12:00+01';
SELECT is(pg_temp.says('posts', 6), '2026-11-26T12:00:00Z', 'a start two hops up');
DELETE FROM customers WHERE id IN (6, 7);
SELECT is(pg_temp.says('posts', 6), '2026-11-26T12:00:00Z orphaned', 'is kept when the grandparent goes');
UPDATE users SET ended_at = '2026-11-20 12:00Z' WHERE id = 7;
SELECT is(pg_temp.says('posts', 7), '2026-11-26T12:00:00Z late,orphaned', 'of any starts the earlier one counts, from since when the row is hidden');

-- Reinstating.
SET LOCAL retention.reveal = on;
UPDATE users SET ended_at = NULL WHERE id = 4;
SELECT is(pg_temp.says('posts', 4), '', 'the ancestor unset: not started');
SELECT is(pg_temp.says('notes', 4), '', 'the ancestor unset: not started, though another way never led anywhere');
SET LOCAL retention.reveal = on;
UPDATE posts SET author = 9 WHERE id = 1;
SELECT is(pg_temp.says('posts', 1), '', 'pointed to a living parent: not started');
SET LOCAL retention.reveal = on;
UPDATE users SET customer = 9 WHERE id = 6;
SELECT is(pg_temp.says('posts', 6), '', 'the parent pointed to another: not started');
SELECT lives_ok($$SELECT retention.reinstate('posts', 3)$$, 'reinstate of an orphaned row');
SELECT is(pg_temp.says('posts', 3), '', 'a reinstated row that was orphaned is not started');

-- What was not reached, or is explained by another way, is not invented.
DELETE FROM users WHERE id = 8;
SELECT is(pg_temp.says('posts', 8), '', 'a parent that never ended leaves no start');
UPDATE notes SET done_at = '2026-11-01 12:00Z' WHERE id = 9;
SET LOCAL retention.reveal = on;
UPDATE notes SET done_at = NULL, author = NULL WHERE id = 9;
SELECT is(pg_temp.says('notes', 9), '', 'a start of the row''s own goes when it is unset, whatever else ends');
SET LOCAL retention.reveal = on;
UPDATE users SET ended_at = '2030-01-01' WHERE id = 102;
UPDATE posts SET author = 102 WHERE id = 8;
UPDATE posts SET author = NULL WHERE id = 8;
SELECT is(pg_temp.says('posts', 8), '', 'a start that is still to come was not reached');
SELECT * FROM finish();
ROLLBACK;
