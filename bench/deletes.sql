-- Two tables alike, one of them governed, of whose rows none must be kept.
CREATE EXTENSION pg_retention;
CREATE TABLE visits (id bigint PRIMARY KEY, body text, left_on timestamptz);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode)
    VALUES ('visits', 'visits', '{left_on}', '1 year', '0 days', 'delete', 'enforce');
CALL retention.sweep();
INSERT INTO visits SELECT i, repeat('x', 250), now() FROM generate_series(1, 40000) i;
CREATE TABLE plain AS SELECT id, body, left_on, id AS clock FROM visits;
ALTER TABLE plain ADD PRIMARY KEY (id);
CREATE INDEX ON plain (clock);
VACUUM (ANALYZE) visits, plain;
CHECKPOINT;
