-- A company some years on, small, with a policy in each state that one can be in: for the page, in test/pgtap/report_page.sql and make test-page.
-- Whoever is a person here has "Needle" in the name, in each row, key, text, error and reason that a person may be found in.
SET client_min_messages = warning;
SET retention.test_now = '2029-03-10 09:00+01';
CREATE SCHEMA app;
CREATE TABLE app.customers (id text PRIMARY KEY, name text, kind text, ended_at date);
CREATE TABLE app.users (id int PRIMARY KEY, customer_id text REFERENCES app.customers, name text, email text, deactivated_at timestamptz);
CREATE TABLE app.contacts (id int PRIMARY KEY, customer_id text REFERENCES app.customers ON DELETE SET NULL, full_name retention.person_name, ended_at date);
CREATE TABLE app.notes (id int PRIMARY KEY, author int REFERENCES app.users, body retention.free_text, made_on date);
CREATE TABLE app.invoices (id int PRIMARY KEY, attention text, issued_on date);
CREATE TABLE app.visits (id int PRIMARY KEY, who text, at timestamptz);
CREATE TABLE app.visits_archive (id int PRIMARY KEY, who text, at timestamptz);
CREATE TABLE app.letters (id int PRIMARY KEY, who text, at date);
CREATE TABLE app."odd <&"" 'names'>" (id int PRIMARY KEY, who text, at date);
CREATE TABLE app.applicants (id int PRIMARY KEY, who retention.person_name, at date);
CREATE TABLE app.old (id int PRIMARY KEY, who text, at date);

INSERT INTO retention.policy (name, relation, applies_to, clock_starts, keep_for, quarantine_for, action, must_keep_for, reference, mode, purpose, legal_basis, timezone) VALUES
    ('user accounts', 'app.users', NULL, '{deactivated_at}', '0 days', '30 days', 'delete', NULL, NULL, 'enforce', 'service', 'GDPR Art. 6(1)(b)', 'Europe/Oslo'),
    ('private customers', 'app.customers', $$kind = 'private'$$, '{ended_at}', '5 years after end of fiscal year', '0 days', 'delete', NULL, NULL, 'enforce', NULL, 'GDPR Art. 6(1)(b)', 'Europe/Oslo'),
    ('contact persons', 'app.contacts', NULL, '{ended_at}', '3 years', '14 days', 'anonymise', NULL, NULL, 'enforce', NULL, 'GDPR Art. 6(1)(f)', 'Europe/Oslo'),
    ('invoices', 'app.invoices', NULL, '{issued_on}', '5 years after end of fiscal year', '0 days', 'delete', '5 years after end of fiscal year', 'Bookkeeping Act §13', 'enforce', NULL, 'GDPR Art. 6(1)(c)', 'Europe/Oslo'),
    ('visits', 'app.visits', NULL, '{at}', '90 days', '0 days', 'delete', NULL, NULL, 'enforce', NULL, NULL, 'Europe/Oslo'),
    ('visits before', 'app.visits_archive', NULL, '{at}', '36 hours', '0 days', 'delete', NULL, NULL, 'enforce', NULL, NULL, 'Europe/Oslo'),
    ('letters', 'app.letters', NULL, '{at}', '1 year 6 months', '0 days', 'delete', NULL, NULL, 'enforce', NULL, NULL, 'Europe/Oslo'),
    ('names with <&"> in them', 'app."odd <&"" ''names''>"', NULL, '{at}', '1 month', '0 days', 'delete', NULL, 'Lov om <ting> & "tang"', 'observe', NULL, NULL, 'Europe/Oslo'),
    ('applicants', 'app.applicants', NULL, '{at}', '6 months', '1 month', 'anonymise', NULL, NULL, 'observe', NULL, 'consent', 'Europe/Oslo'),
    ('old', 'app.old', NULL, '{at}', 'forever', '0 days', 'delete', NULL, NULL, 'off', NULL, NULL, 'Europe/Oslo');
INSERT INTO retention.personal_column (relation, column_name, category, anonymise) VALUES
    ('app.contacts', 'full_name', 'name', 'null'), ('app.applicants', 'who', 'name', 'null'), ('app.visits', 'who', 'name', 'null');
INSERT INTO retention.subject_kind (kind, relation, key) VALUES ('customer', 'app.customers', '{id}'), ('user', 'app.users', '{id}');

INSERT INTO app.customers SELECT 'Needle-' || i, 'Kari Needle ' || i, CASE i % 2 WHEN 0 THEN 'private' ELSE 'business' END, CASE WHEN i % 3 > 0 THEN date '2023-01-20' + i * 9 END FROM generate_series(1, 120) i;
INSERT INTO app.users SELECT i, 'Needle-' || 1 + i % 120, 'Ola Needle', 'needle' || i || '@example.no', CASE WHEN i % 4 > 0 THEN timestamptz '2028-03-01 10:00+01' + i * interval '23 hours' END FROM generate_series(1, 700) i;
INSERT INTO app.contacts SELECT i, NULL, 'Needle Ås', date '2025-02-01' + i * 5 FROM generate_series(1, 300) i;
INSERT INTO app.notes SELECT i, i * 6, 'Ringte til Needle', '2028-01-01' FROM generate_series(1, 30) i;
INSERT INTO app.invoices SELECT i, 'Needle', date '2022-01-15' + i * 4 FROM generate_series(1, 500) i;
INSERT INTO app.visits SELECT i, 'Needle', timestamptz '2028-11-20 12:00+01' + i * interval '3 hours' FROM generate_series(1, 880) i;
INSERT INTO app.visits_archive SELECT i, 'Needle', '2029-03-09 12:00+01' FROM generate_series(1, 20) i;
INSERT INTO app.letters SELECT i, 'Needle', date '2027-07-01' + i FROM generate_series(1, 200) i;
INSERT INTO app."odd <&"" 'names'>" SELECT i, 'Needle', date '2029-02-01' + i FROM generate_series(1, 90) i;
INSERT INTO app.applicants SELECT i, 'Needle', date '2028-08-01' + i * 3 FROM generate_series(1, 150) i;
CALL retention.sweep();
SELECT count(retention.approve(policy_id)) FROM retention.policy WHERE mode = 'enforce' \g /dev/null

-- A year in which things are done.
SET retention.test_now = '2029-04-15 09:00+02';
CALL retention.sweep();
SET retention.test_now = '2029-07-02 09:00+02';
CALL retention.sweep();
SET retention.test_now = '2029-10-20 09:00+02';
CALL retention.sweep();
SET retention.test_now = '2030-01-04 09:00+01';
CALL retention.sweep();
ALTER TABLE app.applicants OWNER TO CURRENT_USER;

-- A trigger that says what it refuses, which is in the error.
CREATE FUNCTION app.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'kept for %', OLD.full_name; END $$;
CREATE TRIGGER refuse BEFORE UPDATE ON app.contacts FOR EACH ROW WHEN (OLD.id % 5 = 0) EXECUTE FUNCTION app.refuse();
SET retention.test_now = '2030-02-14 09:00+01';
CALL retention.sweep();

INSERT INTO app.visits SELECT i, 'Needle', timestamptz '2029-12-15 12:00+01' + i * interval '20 minutes' FROM generate_series(1001, 5000) i;
INSERT INTO app.users SELECT i, 'Needle-1', 'Ola Needle', 'needle' || i || '@example.no', timestamptz '2030-01-25 10:00+01' + i * interval '10 minutes' FROM generate_series(1001, 3000) i;

-- Who waits for whom.
SELECT retention.place_hold('Needle v. us', 'Needle has a claim', '17(3)(e)', relation => 'app.letters', condition => 'id < 0', review_on => '2030-01-31') \g /dev/null
SELECT retention.pause('letters', 'Needle has a case in court') \g /dev/null
SELECT retention.open_request('access', 'customer', 'Needle-7'::text, received => '2030-01-02 10:00+01', channel => 'e-mail from Needle') \g /dev/null
SELECT retention.open_request('erasure', 'user', 4, received => '2030-02-01 10:00+01') \g /dev/null
SELECT retention.ask_identity(2) \g /dev/null
SELECT retention.open_request('portability', received => '2030-02-11 10:00+01', channel => 'Needle') \g /dev/null
INSERT INTO app.visits_archive SELECT i, 'Needle', '2030-02-12 12:00+01' FROM generate_series(1001, 6000) i;
ANALYZE app.visits_archive;
SET retention.test_now = '2030-02-20 09:00+01';
-- Of 5,000 rows 1,000 may go in a day.
SET retention.max_share = 0.1;
CALL retention.sweep();
-- As the worker's audit would have left it.
INSERT INTO retention.audit_run (relation, last_started, last_finished, last_rows, last_findings, last_repaired) VALUES
    ('app.users', '2030-02-18 03:00+01', '2030-02-18 03:10+01', 1203, '{}', 0),
    ('app.letters', '2030-02-12 03:00+01', '2030-02-12 03:01+01', 98, '{"wrong start": 2, "unstamped": 1}', 1);
RESET client_min_messages;
