-- DigiQuip AS: a supplier of managed IT services, its customers and their people.
-- Nothing in this file knows about retention; it is the schema a company already has.
\set ON_ERROR_STOP on
SET client_min_messages = warning;

CREATE ROLE digiquip NOLOGIN;       -- owns the tables
CREATE ROLE application LOGIN;      -- what the web application connects as
CREATE ROLE accounting LOGIN;       -- keeps the books

CREATE SCHEMA app AUTHORIZATION digiquip;
CREATE SCHEMA crm AUTHORIZATION digiquip;
CREATE SCHEMA support AUTHORIZATION digiquip;
CREATE SCHEMA erp AUTHORIZATION digiquip;
CREATE SCHEMA messaging AUTHORIZATION digiquip;
SET ROLE digiquip;

CREATE TABLE app.customers (
  id bigint PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('business', 'private')),
  name text NOT NULL,
  organisation_number text UNIQUE,
  address text,
  postal_code text,
  city text,
  started_at timestamptz NOT NULL,
  ended_at timestamptz,             -- the end of the customer relationship
  CHECK (kind = 'private' OR organisation_number IS NOT NULL)
);

CREATE TABLE app.users (
  id bigint PRIMARY KEY,
  customer_id bigint NOT NULL REFERENCES app.customers ON DELETE RESTRICT,
  username text UNIQUE,
  first_name text,
  last_name text,
  phone text,
  email text,
  created_at timestamptz NOT NULL,
  deactivated_at timestamptz
);
CREATE INDEX ON app.users (customer_id);

CREATE TABLE crm.contacts (
  id bigint PRIMARY KEY,
  customer_id bigint NOT NULL REFERENCES app.customers ON DELETE RESTRICT,
  full_name text,
  title text,
  phone text,
  email text,
  remarks text
);
CREATE INDEX ON crm.contacts (customer_id);

CREATE TABLE support.cases (
  id bigint PRIMARY KEY,
  customer_id bigint NOT NULL REFERENCES app.customers ON DELETE RESTRICT,
  opened_by bigint REFERENCES app.users ON DELETE SET NULL,
  product text NOT NULL,
  subject text,
  description text,
  reporter_name text,
  reporter_email text,
  opened_at timestamptz NOT NULL,
  completed_at timestamptz
);
CREATE INDEX ON support.cases (customer_id);
CREATE INDEX ON support.cases (opened_by);

CREATE TABLE support.case_notes (
  id bigint PRIMARY KEY,
  case_id bigint NOT NULL REFERENCES support.cases ON DELETE CASCADE,
  author_id bigint REFERENCES app.users ON DELETE RESTRICT,
  written_at timestamptz NOT NULL,
  body text NOT NULL
);
CREATE INDEX ON support.case_notes (case_id);
CREATE INDEX ON support.case_notes (author_id);

CREATE TABLE erp.invoices (
  id bigint PRIMARY KEY,
  customer_id bigint NOT NULL REFERENCES app.customers ON DELETE RESTRICT,
  contact_id bigint REFERENCES crm.contacts ON DELETE SET NULL,
  issued_on date NOT NULL,
  due_on date NOT NULL,
  attention text,                   -- "Att:", the person on the voucher
  email text,
  address text,
  net numeric(12,2) NOT NULL,
  vat numeric(12,2) NOT NULL
);
CREATE INDEX ON erp.invoices (customer_id);
CREATE INDEX ON erp.invoices (contact_id);

CREATE TABLE erp.invoice_lines (
  invoice_id bigint NOT NULL REFERENCES erp.invoices ON DELETE CASCADE,
  line integer NOT NULL,
  product text NOT NULL,
  quantity integer NOT NULL,
  amount numeric(12,2) NOT NULL,
  PRIMARY KEY (invoice_id, line)
);

CREATE TABLE messaging.messages (
  id bigint PRIMARY KEY,
  user_id bigint REFERENCES app.users DEFERRABLE INITIALLY DEFERRED,
  purpose text NOT NULL CHECK (purpose IN ('service', 'survey', 'marketing')),
  recipient text,
  body text,
  sent_at timestamptz NOT NULL
);
CREATE INDEX ON messaging.messages (user_id);

-- what the application shows: it names no retention column, and needs none
CREATE VIEW app.directory AS
  SELECT u.id, u.first_name || ' ' || u.last_name AS name, u.email, u.phone, c.name AS customer
  FROM app.users u JOIN app.customers c ON c.id = u.customer_id;

GRANT USAGE ON SCHEMA app, crm, support, erp, messaging TO application;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA app, crm, support, erp, messaging TO application;
GRANT USAGE ON SCHEMA app, erp TO accounting;
GRANT SELECT ON app.customers, erp.invoices, erp.invoice_lines TO accounting;
RESET ROLE;
