-- Two tables that are alike, of 200,000 rows, one in fifty of which has ended. The second has the index that the first will have.
\set ON_ERROR_STOP on
SET client_min_messages = warning;
SET retention.confirm_drop = on;
DELETE FROM retention.policy;
DROP TABLE IF EXISTS added, by_hand;
CREATE TABLE added (id bigint PRIMARY KEY, body text, ended_at timestamptz, x int);
INSERT INTO added SELECT i, repeat('x', 250), CASE WHEN i % 50 = 0 THEN timestamptz '2025-01-01' + i * interval '1 minute' END, 0 FROM generate_series(1, 200000) i;
CREATE TABLE by_hand AS SELECT * FROM added;
ALTER TABLE by_hand ADD PRIMARY KEY (id);
CREATE INDEX ON by_hand (ended_at) WHERE ended_at IS NOT NULL;
VACUUM (ANALYZE) added, by_hand;
CHECKPOINT;
