-- A database in which the extension is in use, and statements have nothing to do with that: their tables are not governed.
\set ON_ERROR_STOP on
SET client_min_messages = warning;
CREATE EXTENSION pg_retention;
CREATE TABLE leavers (id int PRIMARY KEY, left_on date);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode) VALUES
    ('leavers', 'leavers', '{left_on}', '1 year', '30 days', 'delete', 'enforce');
INSERT INTO leavers VALUES (1, NULL), (2, '2000-01-01');
CREATE TABLE firms (id int PRIMARY KEY, name text NOT NULL);
CREATE TABLE people (id int PRIMARY KEY, firm_id int NOT NULL REFERENCES firms, name text NOT NULL);
CREATE TABLE orders (id int PRIMARY KEY, person_id int NOT NULL REFERENCES people, amount numeric(12, 2));
CREATE TABLE visits (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, page text);
CREATE TABLE parents (id int PRIMARY KEY);
CREATE TABLE children (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, parent_id int NOT NULL REFERENCES parents);
CREATE INDEX ON children (parent_id);
CREATE TABLE roots (id int PRIMARY KEY);
CREATE TABLE leaves (id int PRIMARY KEY, root_id int NOT NULL REFERENCES roots ON DELETE CASCADE);
CREATE INDEX ON leaves (root_id);
INSERT INTO parents SELECT i FROM generate_series(1, 1000) i UNION ALL SELECT 100000 + i FROM generate_series(1, 1000) i;
INSERT INTO roots SELECT i FROM generate_series(1, 20) i;
INSERT INTO leaves SELECT i, 1 + i % 20 FROM generate_series(1, 20000) i;
INSERT INTO firms SELECT i, 'Firm ' || i FROM generate_series(1, 1000) i;
INSERT INTO people SELECT i, 1 + i % 1000, md5(i::text) FROM generate_series(1, 10000) i;
INSERT INTO orders SELECT i, 1 + i % 10000, i FROM generate_series(1, 20000) i;
INSERT INTO visits (page) SELECT '/' FROM generate_series(1, 10000);
CREATE INDEX ON orders (person_id);
VACUUM (FREEZE, ANALYZE);
