-- Messages to persons, in a table whose caps hold and in one of the same form whose triggers do nothing.
\set ON_ERROR_STOP on
SET client_min_messages = warning;
CREATE TABLE customers (id bigint PRIMARY KEY, name text);
CREATE TABLE capped (id bigint NOT NULL, customer_id bigint NOT NULL, sent_at timestamptz NOT NULL, body text);
CREATE TABLE plain (LIKE capped);
INSERT INTO customers SELECT i, 'Customer ' || i FROM generate_series(1, :persons) i;
INSERT INTO retention.purpose (name, legal_basis, caps) VALUES ('news', 'legitimate interest', '{20 per calendar month, 100 per calendar year}'), ('other', 'legitimate interest', '{}');
INSERT INTO retention.subject_kind (kind, relation) VALUES ('customer', 'customers');
INSERT INTO retention.contact_log (relation, kind, path, time_column, purpose) VALUES ('capped', 'customer', '(customer_id = public.customers.id)', 'sent_at', 'news');
WITH o AS (INSERT INTO retention.objection (purpose, kind, objected_at, recorded_by) SELECT 'news', 'customer', now(), 'x' FROM generate_series(1, :persons / 50) RETURNING objection_id)
INSERT INTO retention.objection_key (objection_id, kind, key) SELECT objection_id, 'customer', to_jsonb(:persons + row_number() OVER ()) FROM o;
