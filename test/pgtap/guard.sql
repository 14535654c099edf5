BEGIN;
SELECT plan(30);

SET retention.test_now = '2030-06-01 12:00:00+00';
CREATE SCHEMA erp;
CREATE TABLE erp.customers (id bigint PRIMARY KEY);
CREATE TABLE erp.invoices (id bigint, customer_id bigint REFERENCES erp.customers ON DELETE CASCADE, issued_on date, amount numeric)
    PARTITION BY RANGE (id);
CREATE TABLE erp.invoices_1 PARTITION OF erp.invoices FOR VALUES FROM (0) TO (100);
CREATE TABLE erp.invoices_2 PARTITION OF erp.invoices FOR VALUES FROM (100) TO (200);
INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('erp.invoices', 'customer_id', 'reference');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, must_keep_for, reference, mode) VALUES
    ('invoices', 'erp.invoices', '{issued_on}', '5 years after end of fiscal year', 'anonymise',
     '5 years after end of fiscal year', 'Bookkeeping Act §13', 'enforce');
INSERT INTO erp.customers VALUES (1), (2);
INSERT INTO erp.invoices VALUES (1, 1, '2026-03-15', 10), (2, 2, '2020-03-15', 20);
SELECT throws_ok($$DELETE FROM erp.invoices WHERE id = 1$$, 'RT001',
    'cannot delete a row of "invoices_1": Bookkeeping Act §13 requires it until 2032-01-01', 'delete');
SELECT throws_ok($$DELETE FROM erp.customers WHERE id = 1$$, 'RT001', NULL, 'cascade');
CALL retention.sweep();
SELECT is((SELECT retention.state(retention_clock) FROM erp.invoices_1 WHERE id = 2), 'anonymised', 'beside one whose time is over');
SELECT throws_ok($$TRUNCATE erp.invoices$$, 'RT001', NULL, 'truncate');
SELECT throws_ok($$TRUNCATE erp.invoices_1$$, 'RT001', NULL, 'truncate a partition');
SELECT throws_ok($$TRUNCATE erp.customers CASCADE$$, 'RT001', NULL, 'truncate, cascaded');
SELECT throws_ok($$UPDATE erp.invoices SET issued_on = '2019-01-01' WHERE id = 1$$, 'RT001', NULL, 'back-dating');
SELECT lives_ok($$UPDATE erp.invoices SET issued_on = '2027-01-01' WHERE id = 1$$, 'post-dating is allowed');
SELECT lives_ok($$UPDATE erp.invoices SET id = 101 WHERE id = 1$$, 'changing partition is no deletion');
SET LOCAL session_replication_role = replica;
SELECT throws_ok($$DELETE FROM erp.invoices WHERE id = 101$$, 'RT001', NULL, 'replica role');
SET LOCAL session_replication_role = origin;
SET retention.test_now = '2032-12-31 22:59:59+00';
SELECT throws_ok($$DELETE FROM erp.invoices WHERE id = 101$$, 'RT001', NULL, 'not a second before');
SET retention.test_now = '2032-12-31 23:00:00+00';
SET LOCAL retention.reveal = on;
SELECT lives_ok('DELETE FROM erp.invoices WHERE id = 101', 'a row is released with the second that its period ends');
SELECT is_empty('SELECT FROM erp.invoices WHERE id = 101', 'a released row is deleted');
SET LOCAL retention.reveal = off;
SELECT is((SELECT mode FROM retention.policy), 'enforce', 'still enforced');

-- What else was decided about a row does not hide the floor of another from TRUNCATE.
INSERT INTO erp.invoices (id, customer_id, issued_on, retention_clock) VALUES (3, 2, '2019-01-01', 'none kept'), (4, 2, '2031-01-01', 'none');
SELECT throws_ok('TRUNCATE erp.invoices_1', 'RT001', NULL, 'truncate, beside a released row that is kept');
DELETE FROM erp.invoices WHERE id = 3;
SET retention.test_now = '2040-01-01 12:00:00+00';
SELECT throws_ok('TRUNCATE erp.invoices', '42501', 'cannot truncate "invoices_1": it holds rows that are hidden by a retention policy',
    'truncate, all released, but hidden');
SET LOCAL retention.confirm_drop = on;
SELECT lives_ok('TRUNCATE erp.invoices', 'released rows are truncated when it is confirmed');
SET LOCAL retention.confirm_drop = off;

-- A legal hold.
INSERT INTO erp.customers VALUES (3);
INSERT INTO erp.invoices (id, customer_id, issued_on, retention_clock) VALUES (1, 3, '2031-01-01', 'none held'), (2, 3, '2031-01-01', 'none');
SET LOCAL retention.reveal = on;
SELECT throws_ok('DELETE FROM erp.invoices WHERE id = 1', 'RT003', 'cannot delete a row of "invoices_1": a legal hold stands', 'held');
SELECT throws_ok('DELETE FROM erp.customers WHERE id = 3', 'RT003', NULL, 'held, cascade');
SELECT throws_ok('TRUNCATE erp.invoices', 'RT003', 'cannot truncate "invoices_1": a legal hold stands', 'held, truncate');
SET LOCAL session_replication_role = replica;
SELECT throws_ok('DELETE FROM erp.invoices WHERE id = 1', 'RT003', NULL, 'held, replica role');
SET LOCAL session_replication_role = origin;
CREATE ROLE clerk;
GRANT USAGE ON SCHEMA erp TO clerk;
GRANT SELECT, UPDATE, INSERT, DELETE ON erp.invoices TO clerk;
SET LOCAL retention.reveal = off;
SET LOCAL retention.confirm_drop = on;
UPDATE retention.policy SET keep_for = '20 years';
SET ROLE clerk;
SELECT lives_ok('UPDATE erp.invoices SET amount = 1, id = 101 WHERE id = 1', 'a held row may be changed, and change partition');
SELECT throws_ok('DELETE FROM erp.invoices WHERE id = 101', 'RT003', NULL, 'a held row takes its hold along to another partition');
INSERT INTO erp.invoices (id, issued_on, retention_clock) VALUES (5, '2031-01-01', 'none held,restricted');
SELECT is((SELECT retention.state(retention_clock) FROM erp.invoices WHERE id = 5), 'retained', 'nobody else writes flags');
RESET ROLE;
UPDATE retention.policy SET keep_for = '1 year';
CALL retention.sweep();
SET LOCAL retention.reveal = on;
SELECT results_eq('SELECT id, retention.state(retention_clock) FROM erp.invoices ORDER BY id',
    $$VALUES (2::bigint, 'anonymised'), (5, 'anonymised'), (101, 'due, held')$$, 'no sweep takes it');
DELETE FROM erp.invoices WHERE id IN (2, 5);
SELECT results_eq('SELECT id FROM erp.invoices', 'VALUES (101::bigint)', 'rows beside it may go');

-- A clock that has not started.
SET LOCAL retention.reveal = off;
CREATE TABLE erp.letters (id int PRIMARY KEY, sent_on date);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, must_keep_for, mode) VALUES
    ('letters', 'erp.letters', '{sent_on}', '5 years', 'delete', '5 years', 'enforce');
INSERT INTO erp.letters VALUES (1, NULL), (2, NULL);
SELECT throws_ok('DELETE FROM erp.letters', 'RT001', 'cannot delete a row of "letters": letters requires it, and its retention has not started',
    'a row whose mandatory period has not started is kept');
SELECT lives_ok($$UPDATE erp.letters SET sent_on = '2040-01-01' WHERE id = 1$$, 'a mandatory period starts');
UPDATE retention.policy SET mode = 'observe' WHERE name = 'letters';
SELECT lives_ok('DELETE FROM erp.letters', 'a policy that only observes keeps no row');
SELECT is_empty('SELECT FROM erp.letters', 'rows that a policy only observes are deleted');

SELECT * FROM finish();
ROLLBACK;
