-- What sweeps are at.

CREATE FUNCTION retention.sweeps_under_way(OUT pid integer, OUT policy_id smallint, OUT relation oid, OUT phase text, OUT waits_for text, OUT rows_done bigint, OUT rows_expected bigint, OUT rows_blocked bigint,
    OUT rows_per_second double precision, OUT pass_began_at timestamptz, OUT turn_began_at timestamptz) RETURNS SETOF record
    LANGUAGE c VOLATILE ROWS 1 AS 'MODULE_PATHNAME', 'pg_retention_sweeps_under_way';
COMMENT ON FUNCTION retention.sweeps_under_way() IS 'retention.progress by the policies'' numbers';
CREATE VIEW retention.progress AS
SELECT s.pid, s.policy_id, p.name, s.relation::regclass AS relation, s.phase, s.waits_for, s.rows_done, s.rows_expected, s.rows_blocked, s.rows_per_second, s.pass_began_at, s.turn_began_at
FROM retention.sweeps_under_way() s LEFT JOIN retention.policy p ON p.policy_id OPERATOR(pg_catalog.=) s.policy_id;
COMMENT ON VIEW retention.progress IS 'the sweeps of this database that go on, by workers and whoever called one, as they are now';
COMMENT ON COLUMN retention.progress.pid IS 'number of the process, as in pg_stat_activity';
COMMENT ON COLUMN retention.progress.policy_id IS 'number of the policy whose turn it is; NULL: none has one';
COMMENT ON COLUMN retention.progress.name IS 'name of the policy';
COMMENT ON COLUMN retention.progress.relation IS 'the table, partition or materialised view that is at work';
COMMENT ON COLUMN retention.progress.phase IS 'looking for what is due; rows; rows that waited, for the last reference to them or for the law; columns, which have periods of their own; rows that refer to each other; materialised views; preparing: a table is checked, stamped and indexed; vacuum';
COMMENT ON COLUMN retention.progress.waits_for IS 'nice ratio, rows or WAL a second, or a standby; NULL: it does not wait. Locks are in pg_stat_activity';
COMMENT ON COLUMN retention.progress.rows_done IS 'rows that were deleted or anonymised in this turn, as a whole or in columns';
COMMENT ON COLUMN retention.progress.rows_expected IS 'about how many were due when it began, by the planner''s statistics; NULL: nobody knows';
COMMENT ON COLUMN retention.progress.rows_blocked IS 'rows of the turn that could not go, see retention.blocked_row';
COMMENT ON COLUMN retention.progress.rows_per_second IS 'rows done a second since the turn began, with its pauses';
COMMENT ON COLUMN retention.progress.pass_began_at IS 'when the pass over all policies began, by the system''s time';
COMMENT ON COLUMN retention.progress.turn_began_at IS 'when the turn of the policy began, by the system''s time';
GRANT SELECT ON retention.progress TO pg_monitor;
GRANT EXECUTE ON FUNCTION retention.sweeps_under_way() TO pg_monitor;
