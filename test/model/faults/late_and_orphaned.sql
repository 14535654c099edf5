-- A row that came when its time was over (late), and then loses its way to the start, is orphaned and no longer late. Pointed to
-- another parent that ended long ago it gets that start, and is due at once: the quarantine it was given is cut.
-- Should: it stays late until it has a later start, or none; after the last statement it is quarantined until 31 January.
SET retention.test_now = '2030-01-01 12:00+00';
CREATE TABLE users (id int PRIMARY KEY, left_at timestamptz);
CREATE TABLE orders (id int PRIMARY KEY, author int REFERENCES users ON DELETE SET NULL);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode)
    VALUES ('orders', 'orders', '{author.left_at}', '0 days', '30 days', 'delete', 'enforce');
INSERT INTO users VALUES (1, '2020-01-01'), (2, '2020-01-01');
INSERT INTO orders VALUES (1, 1);
DELETE FROM users WHERE id = 1;
SET retention.reveal = on;
UPDATE orders SET author = 2 WHERE id = 1;
SELECT retention_clock, retention.state(retention_clock) FROM orders;
