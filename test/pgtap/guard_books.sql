-- Whatever the statement: an invoice inside its five years stays as it is, for its owner and for a superuser.
BEGIN;
SELECT plan(70);

SET retention.test_now = '2030-06-01 12:00:00+00';
SET client_min_messages = error;
CREATE ROLE bookkeeper;
CREATE ROLE clerk;
CREATE SCHEMA erp AUTHORIZATION bookkeeper;
GRANT SELECT, INSERT ON retention.policy, retention.personal_column TO bookkeeper;
GRANT USAGE ON SEQUENCE retention.policy_id_seq TO bookkeeper;
GRANT USAGE ON SCHEMA erp, public TO clerk;
SET ROLE bookkeeper;
CREATE TABLE erp.customers (id bigint PRIMARY KEY, name text);
CREATE TABLE erp.orders (id bigint PRIMARY KEY, customer_id bigint REFERENCES erp.customers ON DELETE CASCADE, dated_on date);
CREATE TABLE erp.invoices (id bigint PRIMARY KEY, order_id bigint REFERENCES erp.orders ON DELETE CASCADE ON UPDATE CASCADE, kind text,
    issued_on date, attention text, net numeric);
CREATE TABLE erp.receipts (id bigint, issued_on date, attention text) PARTITION BY RANGE (id);
CREATE TABLE erp.receipts_1 PARTITION OF erp.receipts FOR VALUES FROM (0) TO (100);
CREATE TABLE erp.receipts_2 PARTITION OF erp.receipts FOR VALUES FROM (100) TO (200);
INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('erp.invoices', 'attention', 'name'), ('erp.receipts', 'attention', 'name');
INSERT INTO retention.policy (name, relation, applies_to, clock_starts, starts_when, keep_for, action, must_keep_for, reference, mode) VALUES
    ('invoices', 'erp.invoices', $$kind <> 'draft'$$, '{issued_on, order_id.dated_on}', 'all', '5 years after end of fiscal year', 'anonymise',
     '5 years after end of fiscal year', 'Bookkeeping Act §13', 'enforce'),
    ('receipts', 'erp.receipts', NULL, '{issued_on}', 'any', '5 years after end of fiscal year', 'anonymise',
     '5 years after end of fiscal year', 'Bookkeeping Act §13', 'enforce');
INSERT INTO erp.customers VALUES (1, 'Fjordbygg AS'), (2, 'Breen bakeri');
INSERT INTO erp.orders VALUES (1, 1, '2026-03-01'), (2, 2, '2020-01-01');
INSERT INTO erp.invoices VALUES (1, 1, 'sale', '2025-12-30', 'Kari Lie', 1200), (2, 2, 'draft', '2026-01-15', 'Ola Moe', 10);
INSERT INTO erp.receipts VALUES (1, '2026-03-15', 'Kari Lie');
CREATE VIEW erp.sales AS SELECT * FROM erp.invoices WHERE kind = 'sale';
CREATE FUNCTION erp.forget(bigint) RETURNS void LANGUAGE sql SECURITY DEFINER AS 'DELETE FROM erp.invoices WHERE id = $1';
CREATE FUNCTION erp.clean_up() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN DELETE FROM erp.invoices WHERE order_id = NEW.id; RETURN NEW; END $$;
CREATE TRIGGER clean_up AFTER UPDATE OF customer_id ON erp.orders FOR EACH ROW EXECUTE FUNCTION erp.clean_up();
RESET ROLE;

CREATE FUNCTION pg_temp.trying(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE statement;
    RAISE EXCEPTION USING ERRCODE = 'P9999', MESSAGE = 'nothing stands against it';
EXCEPTION WHEN OTHERS THEN RETURN SQLSTATE || ' ' || SQLERRM;
END $$;
CREATE TEMP TABLE attempt (statement text);
GRANT SELECT ON attempt TO bookkeeper, clerk;
INSERT INTO attempt VALUES
    ('DELETE FROM erp.invoices WHERE id = 1'),
    ('DELETE FROM ONLY erp.invoices'),
    ('DELETE FROM erp.orders WHERE id = 1'),
    ('DELETE FROM erp.customers WHERE id = 1'),
    ('DELETE FROM erp.sales'),
    ('WITH gone AS (DELETE FROM erp.invoices RETURNING *) SELECT count(*) FROM gone'),
    ('MERGE INTO erp.invoices i USING erp.orders o ON o.id = i.order_id WHEN MATCHED THEN DELETE'),
    ($$MERGE INTO erp.invoices i USING erp.orders o ON o.id = i.order_id WHEN MATCHED THEN UPDATE SET issued_on = '2010-01-01', kind = 'draft'$$),
    ('SELECT erp.forget(1)'),
    ('UPDATE erp.orders SET customer_id = 2 WHERE id = 1'),
    ($$UPDATE erp.invoices SET kind = 'draft' WHERE id = 1$$),
    ($$UPDATE erp.sales SET kind = 'draft'$$),
    ('UPDATE erp.invoices SET kind = NULL WHERE id = 1'),
    ('UPDATE erp.invoices SET order_id = 2 WHERE id = 1'),
    ($$UPDATE erp.orders SET dated_on = '2025-01-01' WHERE id = 1$$),
    ($$INSERT INTO erp.invoices VALUES (1, 2, 'draft') ON CONFLICT (id) DO UPDATE SET kind = excluded.kind$$),
    ('TRUNCATE erp.invoices'),
    ('TRUNCATE erp.orders CASCADE'),
    ('DROP TABLE erp.invoices CASCADE'),
    ('DROP SCHEMA erp CASCADE'),
    ('DELETE FROM erp.receipts'),
    ('DELETE FROM erp.receipts_1'),
    ('UPDATE erp.receipts SET issued_on = ''2025-12-31'', id = 101'),
    ('TRUNCATE erp.receipts'),
    ('DROP TABLE erp.receipts_1'),
    ('ALTER TABLE erp.receipts DETACH PARTITION erp.receipts_1');

SET ROLE bookkeeper;
SELECT matches(pg_temp.trying(statement), '^RT001 cannot .* "(invoices|receipts_1)": Bookkeeping Act §13 requires it until 2032-01-01$', 'invoices are kept from their owner: ' || statement)
FROM attempt;
RESET ROLE;
SELECT matches(pg_temp.trying(statement), '^RT001 cannot .* "(invoices|receipts_1)": Bookkeeping Act §13 requires it until 2032-01-01$', 'invoices are kept from a superuser: ' || statement)
FROM attempt;
TRUNCATE attempt;
INSERT INTO attempt VALUES
    ('ALTER TABLE erp.invoices DISABLE TRIGGER ALL'),
    ('ALTER TABLE erp.invoices DISABLE TRIGGER USER'),
    ('ALTER TABLE erp.invoices DISABLE TRIGGER "!retention_guard"'),
    ('ALTER TABLE erp.invoices ENABLE REPLICA TRIGGER "~retention_clock"'),
    ('ALTER TRIGGER "!retention_guard" ON erp.invoices RENAME TO harmless'),
    ('DROP TRIGGER "!retention_guard" ON erp.invoices'),
    ('DROP TRIGGER "!retention_guard" ON erp.receipts');
SET ROLE bookkeeper;
SELECT matches(pg_temp.trying(statement), '^42501 cannot (disable|rename|drop) the retention triggers of table "', 'what keeps invoices is kept from their owner: ' || statement) FROM attempt;
RESET ROLE;
SELECT matches(pg_temp.trying(statement), '^42501 cannot (disable|rename|drop) the retention triggers of table "', 'what keeps invoices is kept from a superuser: ' || statement) FROM attempt;
SELECT results_eq('SELECT id, order_id, kind, issued_on, attention, net FROM erp.invoices WHERE id = 1',
    $$VALUES (1::bigint, 1::bigint, 'sale', date '2025-12-30', 'Kari Lie', 1200::numeric)$$, 'nothing of it has happened');
SET ROLE clerk;
SELECT matches(pg_temp.trying('SELECT erp.forget(1)'), '^RT001 ', 'the books are closed to somebody who may only call a function');
RESET ROLE;

-- What keeps the rows is no loss of rows.
SELECT lives_ok($$ALTER TABLE erp.invoices ADD COLUMN serial uuid DEFAULT gen_random_uuid();
    CLUSTER erp.invoices USING invoices_pkey; ALTER TABLE erp.receipts_1 SET LOGGED$$, 'a table may be written anew');
SELECT lives_ok($$DELETE FROM erp.invoices WHERE id = 2; ALTER TABLE erp.receipts DETACH PARTITION erp.receipts_2; DROP TABLE erp.receipts_2$$,
    'what need not be kept may go');

SELECT * FROM finish();
ROLLBACK;
