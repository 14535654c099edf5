-- Rows whose policy is gone are hidden: a key to one keeps its partition, as it would if the server saw the row.
BEGIN;
SELECT plan(3);
SET client_min_messages = warning;
SET retention.test_now = '2030-06-01 12:00Z';
INSERT INTO retention.numbering (number) VALUES (7);
-- As a dump of single tables brings them back.
CREATE TABLE parts (id int PRIMARY KEY, retention_clock retention.clock(7) NOT NULL DEFAULT 'none') PARTITION BY LIST (id);
CREATE TABLE parts_1 PARTITION OF parts FOR VALUES IN (1, 2);
CREATE TABLE parts_3 PARTITION OF parts FOR VALUES IN (3, 4);
CREATE TABLE notes (id int REFERENCES parts);
INSERT INTO parts VALUES (1, 'none'), (2, '99 2020-01-01T12:00:00Z'), (3, 'none'), (4, 'none');
SET retention.reveal = on;
INSERT INTO notes VALUES (2);
RESET retention.reveal;
SELECT results_eq('SELECT id FROM parts ORDER BY id', '{1,3,4}'::int[], 'what has started is hidden');
SELECT throws_ok('ALTER TABLE parts DETACH PARTITION parts_1', '23503', NULL, 'a hidden row is referred to');
SELECT lives_ok('ALTER TABLE parts DETACH PARTITION parts_3', 'no row of this one is');
SELECT * FROM finish();
ROLLBACK;
