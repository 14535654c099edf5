-- A key that is updated and takes its referring rows along is no loss of the way, whatever the foreign key does when the row is deleted.
BEGIN;
SELECT plan(16);
SET client_min_messages = warning;
SET retention.test_now = '2030-01-01 12:00Z';
CREATE TABLE tops (id int PRIMARY KEY, ended_at timestamptz);
CREATE TABLE middles (id int PRIMARY KEY, top int DEFAULT 0 REFERENCES tops ON DELETE SET DEFAULT ON UPDATE CASCADE);
CREATE TABLE pairs (a int, b text, ended_at timestamptz, PRIMARY KEY (a, b));
CREATE TABLE below_tops (id int PRIMARY KEY, top int DEFAULT 0 REFERENCES tops ON DELETE SET DEFAULT ON UPDATE CASCADE);
CREATE TABLE below_middles (id int PRIMARY KEY, middle int DEFAULT 0 REFERENCES middles ON DELETE SET DEFAULT ON UPDATE CASCADE);
CREATE TABLE below_pairs (id int PRIMARY KEY, a int DEFAULT 0, b text DEFAULT '', FOREIGN KEY (a, b) REFERENCES pairs ON DELETE SET DEFAULT ON UPDATE CASCADE);
CREATE TABLE others (id int PRIMARY KEY, top int DEFAULT 0 REFERENCES tops ON DELETE CASCADE ON UPDATE SET DEFAULT);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode) VALUES
    ('tops', 'below_tops', '{top.ended_at}', '1 year', '0 days', 'delete', 'enforce'),
    ('middles', 'below_middles', '{middle.top.ended_at}', '1 year', '0 days', 'delete', 'enforce'),
    ('pairs', 'below_pairs', '{a.ended_at}', '1 year', '0 days', 'delete', 'enforce'),
    ('others', 'others', '{top.ended_at}', '1 year', '0 days', 'delete', 'enforce');
INSERT INTO tops VALUES (0, NULL);
INSERT INTO tops SELECT i, '2029-06-01 12:00Z' FROM generate_series(1, 9) i;
INSERT INTO middles VALUES (0, 0);
INSERT INTO middles SELECT i, i FROM generate_series(1, 9) i;
INSERT INTO pairs VALUES (0, '', NULL), (1, 'x', '2029-06-01 12:00Z'), (2, 'x', '2029-06-01 12:00Z');
INSERT INTO below_tops SELECT i, i FROM generate_series(1, 9) i;
INSERT INTO below_middles SELECT i, i FROM generate_series(1, 9) i;
INSERT INTO below_pairs VALUES (1, 1, 'x'), (2, 2, 'x');
INSERT INTO others SELECT i, i FROM generate_series(1, 9) i;
CREATE FUNCTION pg_temp.says(relation regclass, row_id int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE result text;
BEGIN
    EXECUTE format('SELECT regexp_replace(retention_clock::text, ''^\d+ ?'', '''') FROM %s WHERE id = %s', relation, row_id) INTO result;
    RETURN result;
END $$;

-- A key that is updated.
UPDATE tops SET id = 101 WHERE id = 1;
SELECT is(pg_temp.says('below_tops', 1), '2029-06-01T12:00:00Z', 'a key that cascades leaves the start as it was');
SELECT is(pg_temp.says('below_middles', 1), '2029-06-01T12:00:00Z', 'a key further up that cascades leaves the start as it was');
SELECT is(pg_temp.says('others', 1), '2029-06-01T12:00:00Z orphaned', 'a key that is set to its default when it is updated loses its way');
UPDATE tops SET id = 102, ended_at = NULL WHERE id = 2;
SELECT is(pg_temp.says('below_tops', 2), '', 'a parent that is back takes the start with it, with another key');
SELECT is(pg_temp.says('below_middles', 2), '', 'an ancestor further up that is back takes the start with it, with another key');
UPDATE middles SET id = 103 WHERE id = 3;
SELECT is(pg_temp.says('below_middles', 3), '2029-06-01T12:00:00Z', 'the key in the middle cascades');
UPDATE middles SET id = 104, top = 0 WHERE id = 4;
SELECT is(pg_temp.says('below_middles', 4), '', 'the row in the middle has another key, and leads elsewhere');
UPDATE pairs SET a = 101, b = 'y' WHERE a = 1;
SELECT is(pg_temp.says('below_pairs', 1), '2029-06-01T12:00:00Z', 'a key of two columns cascades');
UPDATE tops SET id = id + 1000 WHERE id IN (5, 6);
SELECT is(pg_temp.says('below_tops', 5) || ', ' || pg_temp.says('below_middles', 6), '2029-06-01T12:00:00Z, 2029-06-01T12:00:00Z', 'several keys in one statement');
UPDATE tops SET id = 1105 WHERE id = 1005;
SELECT is(pg_temp.says('below_tops', 5) || ', ' || pg_temp.says('below_middles', 5), '2029-06-01T12:00:00Z, 2029-06-01T12:00:00Z', 'a key that cascades twice');
INSERT INTO tops VALUES (50, NULL);
UPDATE tops SET id = 51 WHERE id = 50;
SELECT is_empty($$SELECT a.* FROM unnest('{below_tops,below_middles,below_pairs,others}'::regclass[]) r, retention.audit(r) a$$, 'the audit finds all that as it should be');

-- A row that is deleted.
DELETE FROM tops WHERE id = 7;
SELECT is(pg_temp.says('below_tops', 7), '2029-06-01T12:00:00Z orphaned', 'a parent that is deleted is lost');
SELECT is(pg_temp.says('below_middles', 7), '2029-06-01T12:00:00Z orphaned', 'an ancestor further up that is deleted is lost');
DELETE FROM pairs WHERE a = 2;
SELECT is(pg_temp.says('below_pairs', 2), '2029-06-01T12:00:00Z orphaned', 'a parent whose key has two columns is lost');
DELETE FROM tops WHERE id = 101;
SELECT is(pg_temp.says('below_tops', 1) || ', ' || pg_temp.says('below_middles', 1), '2029-06-01T12:00:00Z orphaned, 2029-06-01T12:00:00Z orphaned', 'a parent that is deleted after it had another key is lost');
-- What the default leads to changes in the same command.
WITH another AS (UPDATE tops SET ended_at = '2031-01-01' WHERE id = 0) DELETE FROM tops WHERE id = 8;
SELECT is(pg_temp.says('below_tops', 8), '2029-06-01T12:00:00Z orphaned', 'the default row changes in the same statement');
SELECT * FROM finish();
ROLLBACK;
