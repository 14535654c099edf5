-- DigiQuip's privacy policy, as the database keeps it. A new policy only observes until its mode says 'enforce'.
INSERT INTO retention.policy
  (name, relation, applies_to, clock_starts, starts_when, keep_for, quarantine_for, action, must_keep_for, reference, legal_access, legal_basis) VALUES
  ('user accounts', 'app.users', NULL, '{deactivated_at, customer_id.ended_at}', 'any', '0 days', '30 days', 'delete', NULL, NULL, '{}', 'GDPR Art. 6(1)(b)'),
  ('cases', 'support.cases', NULL, '{completed_at, customer_id.ended_at}', 'all', '3 years', '0 days', 'anonymise', NULL, 'Limitation Act §2', '{}', 'GDPR Art. 6(1)(b)'),
  ('case notes', 'support.case_notes', NULL, '{case_id.completed_at, case_id.customer_id.ended_at}', 'all', '3 years', '0 days', 'delete', NULL, 'Limitation Act §2', '{}', 'GDPR Art. 6(1)(b)'),
  ('contact persons', 'crm.contacts', NULL, '{customer_id.ended_at}', 'any', '5 years after end of fiscal year', '0 days', 'anonymise', NULL, NULL, '{}', 'GDPR Art. 6(1)(f)'),
  ('private customers', 'app.customers', $$kind = 'private'$$, '{ended_at}', 'any', '5 years after end of fiscal year', '0 days', 'anonymise', NULL, NULL, '{}', 'GDPR Art. 6(1)(b)'),
  ('invoices', 'erp.invoices', NULL, '{issued_on}', 'any', '5 years after end of fiscal year', '0 days', 'anonymise', '5 years after end of fiscal year', 'Bookkeeping Act §13', '{accounting}', 'GDPR Art. 6(1)(c)'),
  ('messages', 'messaging.messages', NULL, '{sent_at}', 'any', '1 year', '0 days', 'delete', NULL, NULL, '{}', 'GDPR Art. 6(1)(f)');

-- Which columns hold personal data, and what becomes of each when its row is anonymised.
INSERT INTO retention.personal_column (relation, column_name, category, anonymise, constant) VALUES
  ('app.users', 'username', 'username', 'null', NULL), ('app.users', 'first_name', 'name', 'null', NULL), ('app.users', 'last_name', 'name', 'null', NULL),
  ('app.users', 'phone', 'phone', 'null', NULL), ('app.users', 'email', 'email', 'null', NULL),
  ('app.customers', 'name', 'name', 'constant', 'private customer'), ('app.customers', 'address', 'address', 'null', NULL),
  ('app.customers', 'postal_code', 'address', 'null', NULL), ('app.customers', 'city', 'address', 'null', NULL),
  ('crm.contacts', 'full_name', 'name', 'null', NULL), ('crm.contacts', 'title', 'occupation', 'null', NULL), ('crm.contacts', 'phone', 'phone', 'null', NULL),
  ('crm.contacts', 'email', 'email', 'null', NULL), ('crm.contacts', 'remarks', 'free text', 'null', NULL),
  ('support.cases', 'subject', 'free text', 'constant', 'anonymised'), ('support.cases', 'description', 'free text', 'null', NULL),
  ('support.cases', 'reporter_name', 'name', 'null', NULL), ('support.cases', 'reporter_email', 'email', 'null', NULL),
  ('support.case_notes', 'body', 'free text', 'constant', 'anonymised'),
  ('erp.invoices', 'attention', 'name', 'null', NULL), ('erp.invoices', 'email', 'email', 'null', NULL), ('erp.invoices', 'address', 'address', 'null', NULL),
  ('messaging.messages', 'recipient', 'email', 'null', NULL), ('messaging.messages', 'body', 'free text', 'null', NULL);
