-- Firms that end, customers below them, cases and their notes below those: starts one, two and three rows up, and one in the row itself.
CREATE EXTENSION pg_retention;
CREATE TABLE firms (id int PRIMARY KEY, name text, ended_on date);
CREATE TABLE customers (id int PRIMARY KEY, firm_id int NOT NULL REFERENCES firms, name text, left_on date);
CREATE TABLE cases (id bigserial PRIMARY KEY, customer_id int REFERENCES customers, closed_on date, body text);
CREATE TABLE notes (id bigserial PRIMARY KEY, case_id bigint REFERENCES cases ON DELETE CASCADE, body text) PARTITION BY RANGE (id);
CREATE TABLE notes_early PARTITION OF notes FOR VALUES FROM (0) TO (5000);
CREATE TABLE notes_late PARTITION OF notes FOR VALUES FROM (5000) TO (MAXVALUE);
CREATE INDEX ON customers (firm_id);
CREATE INDEX ON cases (customer_id);
CREATE INDEX ON notes (case_id);
INSERT INTO firms SELECT n, 'firm', NULL FROM generate_series(1, 20) n;
INSERT INTO customers SELECT n, n % 20 + 1, 'customer' FROM generate_series(1, 100) n;
INSERT INTO cases (customer_id) SELECT n % 100 + 1 FROM generate_series(1, 500) n;
-- Nobody of these is gone before a soak is over: what is hidden could not be written to.
INSERT INTO retention.policy (name, relation, clock_starts, starts_when, keep_for, action, mode) VALUES
    ('customers', 'customers', '{firm_id.ended_on, left_on}', 'all', '50 years', 'delete', 'enforce'),
    ('cases', 'cases', '{closed_on, customer_id.firm_id.ended_on}', 'any', '50 years', 'delete', 'enforce'),
    ('notes', 'notes', '{case_id.customer_id.left_on, case_id.closed_on}', 'any', '50 years', 'delete', 'enforce');
CALL retention.sweep();
-- Its case may be deleted by somebody else before the key is checked: that is no error of anybody's.
CREATE FUNCTION add_note(of_case bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO notes (case_id, body) VALUES (of_case, 'x');
EXCEPTION WHEN foreign_key_violation THEN
END$$;
