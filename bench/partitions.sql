-- A thousand partitions, governed and plain. Who deletes by hand has an index to find what is over by, too.
\set ON_ERROR_STOP on
SET client_min_messages = warning;
CREATE SCHEMA ours;
CREATE SCHEMA plain;
CREATE TABLE ours.parts (id int PRIMARY KEY, left_on timestamptz) PARTITION BY RANGE (id);
CREATE TABLE plain.parts (id int PRIMARY KEY, left_on timestamptz) PARTITION BY RANGE (id);
CREATE INDEX ON plain.parts (left_on) WHERE left_on IS NOT NULL;
SELECT format('CREATE TABLE %s.part_%s PARTITION OF %s.parts FOR VALUES FROM (%s) TO (%s)', s, i, s, i, i + 1) FROM generate_series(1, 1000) i, unnest(ARRAY['ours', 'plain']) s \gexec
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode) VALUES ('parts', 'ours.parts', '{left_on}', '1 year', '30 days', 'delete', 'enforce');
CALL retention.sweep();
VACUUM (ANALYZE) ours.parts, plain.parts;
CREATE ROLE reader LOGIN;
GRANT USAGE ON SCHEMA ours, plain TO reader;
GRANT SELECT ON ours.parts, plain.parts TO reader;
