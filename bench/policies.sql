-- :policies policies, each of a table of its own. One of them is of 20,000 rows, of which a tenth is hidden; one of children that start by their
-- parent. What is measured beside them has none.
\set ON_ERROR_STOP on
SET client_min_messages = warning;
CREATE EXTENSION pg_retention;
CREATE SCHEMA many;
SELECT format('CREATE TABLE many.t%s (id int PRIMARY KEY, left_on timestamptz)', i) FROM generate_series(1, :policies - 2) i \gexec
SELECT format('INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode) VALUES (%L, %L, ''{left_on}'', ''1 year'', ''30 days'', ''delete'', ''enforce'')', 'many ' || i, 'many.t' || i)
    FROM generate_series(1, :policies - 2) i \gexec
CREATE TABLE plain (id int PRIMARY KEY, kind int NOT NULL, body text, left_on timestamptz);
CREATE TABLE governed (LIKE plain INCLUDING ALL);
CREATE TABLE plain_parent (id int PRIMARY KEY, note text, ended_on timestamptz);
CREATE TABLE parent (LIKE plain_parent INCLUDING ALL);
CREATE TABLE plain_child (id int PRIMARY KEY, parent int NOT NULL REFERENCES plain_parent);
CREATE TABLE child (id int PRIMARY KEY, parent int NOT NULL REFERENCES parent);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode) VALUES ('governed', 'governed', '{left_on}', '1 year', '30 days', 'delete', 'enforce');
SELECT :policies > 1 AS has_child \gset
\if :has_child
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode) VALUES ('child', 'child', '{parent.ended_on}', '1 year', '30 days', 'delete', 'enforce');
\endif
INSERT INTO governed SELECT i, i % 50, repeat('x', 100), CASE WHEN i % 10 = 0 THEN now() - interval '370 days' END FROM generate_series(1, 20000) i;
INSERT INTO plain SELECT i, i % 50, repeat('x', 100), NULL FROM generate_series(1, 20000) i;
INSERT INTO parent SELECT i, 'x' FROM generate_series(1, 2000) i;
INSERT INTO plain_parent SELECT i, 'x' FROM generate_series(1, 2000) i;
CALL retention.sweep();
VACUUM (FREEZE, ANALYZE) plain, governed, parent, plain_parent;
