-- One UPDATE of a parent cuts one way and changes what another gives. The rows below are computed once for each way; the first time only
-- the other way counts as changed, so the start that was reached on the way that is cut is not kept, and the second time it is not there any more.
-- Should: the row keeps the start of 1 January, marked orphaned, for the other way gives a later one.
SET retention.test_now = '2030-03-01 12:00+00';
CREATE TABLE customers (id int PRIMARY KEY, ended_at timestamptz);
CREATE TABLE users (id int PRIMARY KEY, customer int REFERENCES customers, left_at timestamptz);
CREATE TABLE orders (id int PRIMARY KEY, author int REFERENCES users);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode)
    VALUES ('orders', 'orders', '{author.left_at, author.customer.ended_at}', '90 days', '0 days', 'delete', 'enforce');
INSERT INTO customers VALUES (1, '2030-01-01 00:00+00');
INSERT INTO users VALUES (1, 1);
INSERT INTO orders VALUES (1, 1);
SELECT retention_clock FROM orders;
UPDATE users SET customer = NULL, left_at = '2030-02-01 00:00+00' WHERE id = 1;
SELECT retention_clock FROM orders;
