-- retention.clock: text, order, accessors, index support.
SET timezone = 'Europe/Oslo';
SET datestyle = 'ISO';
SET search_path = retention, pg_catalog;

SELECT c, policy(c), starts_at(c), started(c), pending(c)
FROM unnest('{none, 7, 7 held, none restricted, 7 2026-01-01T10:00:00Z, "7 2026-03-31T21:59:59.5Z held,anonymised",
    7 2026-01-01T10:00:00Z anonymised, "7 2026-01-01T10:00:00Z anonymised,awaiting", 7 2026-01-01T10:00:00Z kept,
    32767 9999-12-31T23:59:59.5Z}'::clock[]) c;

SELECT '0'::clock;
SELECT '7 2026-01-01'::clock;
SELECT 'none 2026-01-01T10:00:00Z'::clock;
SELECT '7 2026-02-30T10:00:00Z'::clock;
SELECT '7 lost'::clock;

-- (policy, exempt from the sweep, start, flags): what can be swept of one policy now is one range.
-- A domain, for a column of the type itself would make the table a governed one.
CREATE DOMAIN pg_temp.plain AS clock;
CREATE TEMP TABLE t (c pg_temp.plain NOT NULL DEFAULT 'none');
INSERT INTO t VALUES ('8 2020-01-01T00:00:00Z'), ('7'), ('7 2030-01-01T00:00:00Z'), ('7 2020-01-01T00:00:00Z held'),
    ('7 2020-01-01T00:00:00Z'), ('7 2020-01-01T00:00:00Z'), (DEFAULT);
SELECT c FROM t ORDER BY c;
SELECT DISTINCT c FROM t ORDER BY c DESC;
CREATE INDEX t_c ON t (c) WHERE pending(c);
CREATE INDEX ON t USING hash (c);
INSERT INTO t SELECT '7 2020-01-01T00:00:00Z' FROM generate_series(1, 5000);
ANALYZE t;
-- Rows of one start share one index entry.
SELECT pg_relation_size('t_c') < 5000 * 16 AS deduplicated;
SET enable_seqscan = off;
EXPLAIN (COSTS OFF) SELECT 1 FROM t WHERE c >= '7 1400-01-01T00:00:00Z' AND c <= '7 2026-01-01T00:00:00Z' AND pending(c) LIMIT 1;
SELECT count(*) FROM t WHERE c >= '7 1400-01-01T00:00:00Z' AND c <= '7 2026-01-01T00:00:00Z' AND pending(c);
RESET enable_seqscan;
SELECT count(*) FROM t a JOIN (SELECT DISTINCT c FROM t) b USING (c);

SELECT clock_send('7 2026-03-31T21:59:59.5Z held'), clock_send('none');

SELECT p.oid::regprocedure FROM pg_proc p
WHERE p.pronamespace = 'retention'::regnamespace AND 'retention.clock'::regtype = ANY (p.proargtypes)
  AND obj_description(p.oid, 'pg_proc') IS NULL;
SELECT o.oid::regoperator FROM pg_operator o
WHERE o.oprleft = 'retention.clock'::regtype AND obj_description(o.oid, 'pg_operator') IS NULL;
