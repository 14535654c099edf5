BEGIN;
SELECT plan(13);

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
SELECT lives_ok($$DELETE FROM erp.invoices WHERE id = 101$$, 'released');
SELECT is((SELECT mode FROM retention.policy), 'enforce', 'still enforced');

SELECT * FROM finish();
ROLLBACK;
