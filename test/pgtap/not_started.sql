-- A mandatory row whose clock has not started is kept; what need not be kept yet is left out by applies_to, and the error says so.
BEGIN;
SELECT plan(6);
SET client_min_messages = error;
SET retention.test_now = '2030-06-01 12:00:00+00';
CREATE SCHEMA app;
CREATE TABLE app.invoices (id int PRIMARY KEY, status text, sent_on date);
CREATE TABLE app.lines (id int PRIMARY KEY, invoice_id int REFERENCES app.invoices, invoice_status text);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, must_keep_for, action, mode, applies_to) VALUES
    ('invoices', 'app.invoices', '{sent_on}', '5 years', '5 years', 'delete', 'enforce', 'status <> ''draft'''),
    ('lines', 'app.lines', '{invoice_id.sent_on}', '5 years', '5 years', 'delete', 'enforce', NULL);
INSERT INTO app.invoices VALUES (1, 'draft', NULL), (2, 'sent', NULL);
INSERT INTO app.lines VALUES (1, 1, 'draft'), (2, 2, 'sent');
CREATE FUNCTION pg_temp.hint(command text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE hint text;
BEGIN EXECUTE command; RETURN 'done';
EXCEPTION WHEN SQLSTATE 'RT001' THEN GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT; RETURN hint; END $$;
SELECT matches(pg_temp.hint(command), 'left out by applies_to. It reads the row''s own columns', command) FROM (VALUES ('DELETE FROM app.lines WHERE id = 1'),
    ('DELETE FROM app.invoices WHERE id = 2'), ('TRUNCATE app.lines'), ('DELETE FROM app.lines')) t (command);
UPDATE retention.policy SET applies_to = 'invoice_status <> ''draft''' WHERE name = 'lines';
CALL retention.sweep();
SELECT is(pg_temp.hint('DELETE FROM app.lines WHERE id = 1'), 'done', 'a draft''s line that the condition leaves out is deleted');
SELECT matches(pg_temp.hint('DELETE FROM app.lines WHERE id = 2'), 'left out by applies_to', 'the line of one that is sent is kept');
SELECT finish();
ROLLBACK;
