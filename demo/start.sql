-- The first day's numbers, so that the demo can say what is gone.
CREATE SCHEMA demo;
CREATE TABLE demo.start (no, name, rows) AS
  SELECT 1, 'app.customers', count(*) FROM app.customers
  UNION ALL SELECT 2, 'app.users', count(*) FROM app.users
  UNION ALL SELECT 3, 'crm.contacts', count(*) FROM crm.contacts
  UNION ALL SELECT 4, 'support.cases', count(*) FROM support.cases
  UNION ALL SELECT 5, 'support.case_notes', count(*) FROM support.case_notes
  UNION ALL SELECT 6, 'erp.invoices', count(*) FROM erp.invoices
  UNION ALL SELECT 7, 'messaging.messages', count(*) FROM messaging.messages;
