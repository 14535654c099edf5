-- A table for each way of ending, and in them each kind of row. It is 1 June 2030.
CREATE EXTENSION pg_retention;
CREATE SCHEMA app;
CREATE TABLE app.users (id int PRIMARY KEY, name text, left_on date);
CREATE TABLE app.letters (id int PRIMARY KEY, name text, left_on date);
CREATE TABLE app.invoices (id int PRIMARY KEY, name text, left_on date);
CREATE TABLE app.contested (id int PRIMARY KEY, name text, left_on date);
CREATE TABLE app.plain (id int PRIMARY KEY, name text);
INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('app.letters', 'name', 'name');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, must_keep_for, mode) VALUES
    ('users', 'app.users', '{left_on}', '1 year', '30 years', 'delete', NULL, 'enforce'),
    ('letters', 'app.letters', '{left_on}', '1 year', '0 days', 'anonymise', NULL, 'enforce'),
    ('invoices', 'app.invoices', '{left_on}', '3 years', '0 days', 'delete', '5 years', 'enforce'),
    ('contested', 'app.contested', '{left_on}', '1 year', '30 years', 'delete', NULL, 'enforce');
CALL retention.sweep();
INSERT INTO app.users VALUES (1, 'active', NULL), (2, 'active', '2030-01-01'), (3, 'quarantined', '2027-01-01'), (4, 'quarantined', '2028-01-01');
INSERT INTO app.letters VALUES (1, 'active', NULL), (2, 'to be anonymised', '2028-01-01');
INSERT INTO app.invoices VALUES (1, 'mandatory', NULL), (2, 'mandatory', '2029-01-01');
INSERT INTO app.invoices (id, name, left_on, retention_clock) VALUES (3, 'kept', '2026-01-01', 'none kept');
INSERT INTO app.contested (id, name, left_on, retention_clock) VALUES (1, 'active', NULL, 'none'), (2, 'restricted', NULL, 'none restricted'),
    (3, 'held', '2020-01-01', 'none held');
INSERT INTO app.plain SELECT n, 'name ' || n FROM generate_series(1, 100) n;
CALL retention.sweep();
