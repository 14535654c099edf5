-- While a start is unset there is no date to compare. Then the floors of policies are, over all starts.
BEGIN;
SELECT plan(15);
SET client_min_messages = error;
SET LOCAL retention.test_now = '2030-01-01 12:00+00';
CREATE ROLE keeper;
CREATE ROLE clerk;
CREATE SCHEMA app AUTHORIZATION keeper;
GRANT USAGE ON SCHEMA app TO clerk;
GRANT USAGE ON SCHEMA retention TO keeper;
GRANT SELECT, INSERT, UPDATE, DELETE ON retention.policy TO keeper;
GRANT USAGE ON SEQUENCE retention.policy_id_seq TO keeper;
CREATE FUNCTION pg_temp.said(command text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN EXECUTE command; RETURN 'done'; EXCEPTION WHEN OTHERS THEN RETURN SQLSTATE; END $$;
SET ROLE keeper;
CREATE TABLE app.customers (id int PRIMARY KEY, ended date);
CREATE TABLE app.invoices (id int PRIMARY KEY, kind text, d date, customer int REFERENCES app.customers);
CREATE TABLE app.parts (id int, region text, d date) PARTITION BY LIST (region);
CREATE TABLE app.parts_n PARTITION OF app.parts FOR VALUES IN ('n');
CREATE TABLE app.parts_s PARTITION OF app.parts FOR VALUES IN ('s');
GRANT ALL ON ALL TABLES IN SCHEMA app TO clerk;
INSERT INTO retention.policy (name, relation, applies_to, clock_starts, keep_for, action, must_keep_for, mode) VALUES
    ('long', 'app.invoices', 'kind = ''A''', '{d,customer.ended}', '5 years', 'delete', '5 years', 'enforce'),
    ('short', 'app.invoices', 'kind = ''B''', '{d,customer.ended}', '1 day', 'delete', '1 day', 'enforce'),
    ('longer', 'app.invoices', 'kind = ''C''', '{d,customer.ended}', '9 years', 'delete', '9 years', 'enforce'),
    ('parts', 'app.parts', NULL, '{d}', '5 years', 'delete', '5 years', 'enforce'),
    ('south', 'app.parts_s', NULL, '{d}', '1 day', 'delete', '1 day', 'enforce');
UPDATE retention.policy SET priority = 1 WHERE name = 'south';
RESET ROLE;
SET ROLE clerk;
INSERT INTO app.customers VALUES (1, NULL);
INSERT INTO app.invoices VALUES (1, 'A', '2028-01-01', NULL), (2, 'A', NULL, 1), (3, 'B', NULL, NULL);
INSERT INTO app.parts VALUES (1, 'n', NULL);
SELECT is(pg_temp.said($$UPDATE app.invoices SET kind = 'B' WHERE id = 1$$), 'RT001', 'a mandatory row with a start does not move to a shorter floor');
SELECT is(pg_temp.said($$UPDATE app.invoices SET d = NULL, kind = 'B' WHERE id = 1$$), 'RT001', 'a command that unsets the start does not move the row to a shorter floor');
SELECT is(pg_temp.said('UPDATE app.invoices SET d = NULL WHERE id = 1'), 'done', 'a start under a floor may be unset');
SELECT is(pg_temp.said($$UPDATE app.invoices SET kind = 'B' WHERE id = 1$$), 'RT001', 'a row whose start is unset does not move to a shorter floor');
SELECT is(pg_temp.said($$UPDATE app.invoices SET kind = 'B' WHERE id = 2$$), 'RT001', 'a row that has not started does not move to a shorter floor');
SELECT is(pg_temp.said($$UPDATE app.invoices SET kind = 'C' WHERE id = 2$$), 'done', 'a row that has not started moves to a longer floor');
SELECT is(pg_temp.said($$UPDATE app.invoices SET kind = 'A' WHERE id = 3$$), 'done', 'a row with a short floor moves to a longer one');
SELECT is(pg_temp.said($$UPDATE app.parts SET region = 's'$$), 'RT001', 'a row that has not started does not move to a partition with a shorter floor');
RESET ROLE;
-- By policies.
SET ROLE keeper;
SELECT is(pg_temp.said($$INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, must_keep_for, mode, priority)
    VALUES ('in front', 'app.invoices', '{d,customer.ended}', '1 day', 'delete', '1 day', 'enforce', 1)$$), '42501', 'no policy with a shorter floor is put in front of rows that have not started');
SELECT is(pg_temp.said($$UPDATE retention.policy SET applies_to = 'kind = ''Z''' WHERE name = 'longer'$$), '42501', 'the condition of a floor is not narrowed over rows that have not started');
RESET ROLE;
SELECT is(pg_temp.said($$INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, must_keep_for, mode, priority)
    VALUES ('in front', 'app.invoices', '{d,customer.ended}', '1 day', 'delete', '1 day', 'enforce', 1)$$), 'done', 'a superuser puts a shorter floor in front');
SELECT isnt_empty($$SELECT FROM retention.ledger WHERE action = 'mandatory period loosened'$$, 'the ledger says that a floor was loosened');
-- An empty clock is none, as applications write it.
SELECT is(pg_temp.said($$INSERT INTO app.parts (id, region, retention_clock) VALUES (5, 'n', '')$$), 'done', 'an empty clock is written');
SELECT is(''::retention.clock::text || ' ' || ' '::retention.clock::text, 'none none', 'an empty clock is none');
SELECT is(pg_temp.said('TRUNCATE retention.numbering'), '0A000', 'the number of the database is not truncated');
SELECT finish();
ROLLBACK;
