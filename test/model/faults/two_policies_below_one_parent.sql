-- Two policies stand for a table, and one takes its rows first. When a way of both ends above the rows, they are computed once for each
-- policy; the first time only the other policy's way counts as cut, so the start that was reached is not kept.
-- Should: the row keeps its start, marked orphaned, and is hidden.
SET retention.test_now = '2030-03-01 12:00+00';
CREATE TABLE customers (id int PRIMARY KEY, ended_at timestamptz);
CREATE TABLE users (id int PRIMARY KEY, customer int REFERENCES customers ON DELETE SET NULL);
CREATE TABLE orders (id int PRIMARY KEY, author int REFERENCES users);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode, priority, applies_to) VALUES
    ('some', 'orders', '{author.customer.ended_at}', '0 days', 'delete', 'enforce', 50, 'id = 7'),
    ('orders', 'orders', '{author.customer.ended_at}', '0 days', 'delete', 'enforce', 100, NULL);
INSERT INTO customers VALUES (1, NULL);
INSERT INTO users VALUES (1, 1);
INSERT INTO orders VALUES (1, 1);
UPDATE customers SET ended_at = '2030-01-01 00:00+00';
DELETE FROM customers;
SET retention.reveal = on;
SELECT retention_clock, retention.state(retention_clock) FROM orders;
