-- One line per table: what the application counts, and what stands behind that.
\set QUIET on
SET ROLE application;
SELECT (SELECT count(*) FROM app.customers) AS customers, (SELECT count(*) FROM app.users) AS users,
  (SELECT count(*) FROM crm.contacts) AS contacts, (SELECT count(*) FROM support.cases) AS cases,
  (SELECT count(*) FROM support.case_notes) AS notes, (SELECT count(*) FROM erp.invoices) AS invoices,
  (SELECT count(*) FROM messaging.messages) AS messages \gset
RESET ROLE;
SET retention.reveal_reason = 'demonstration';
SET retention.reveal = on;
WITH seen (no, rows) AS (VALUES (1, :customers), (2, :users), (3, :contacts), (4, :cases), (5, :notes), (6, :invoices), (7, :messages)),
  behind (no, state) AS (
    SELECT 1, retention.state(retention_clock) FROM app.customers
    UNION ALL SELECT 2, retention.state(retention_clock) FROM app.users
    UNION ALL SELECT 3, retention.state(retention_clock) FROM crm.contacts
    UNION ALL SELECT 4, retention.state(retention_clock) FROM support.cases
    UNION ALL SELECT 5, retention.state(retention_clock) FROM support.case_notes
    UNION ALL SELECT 6, retention.state(retention_clock) FROM erp.invoices
    UNION ALL SELECT 7, retention.state(retention_clock) FROM messaging.messages)
SELECT s.name AS table, v.rows AS "application sees", count(*) FILTER (WHERE b.state = 'quarantined') AS quarantined,
  count(*) FILTER (WHERE b.state = 'anonymised') AS anonymised, s.rows - count(b.state) AS gone
FROM demo.start s JOIN seen v USING (no) LEFT JOIN behind b USING (no) GROUP BY s.no, s.name, s.rows, v.rows ORDER BY s.no;
