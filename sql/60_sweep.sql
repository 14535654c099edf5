-- Sweeps: how they are started, what they remember, and what they show.

CREATE FUNCTION retention.with_flags(retention.clock, integer) RETURNS retention.clock
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_retention_with_flags';
COMMENT ON FUNCTION retention.with_flags(retention.clock, integer) IS 'the clock with these flags set, too';
CREATE FUNCTION retention.waiting(retention.clock) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_retention_waiting';
COMMENT ON FUNCTION retention.waiting(retention.clock) IS 'whether the row waits for its last reference, or for the law, to let it go';

CREATE TABLE retention.quarantine_record (
    policy_id smallint PRIMARY KEY,
    recorded bigint NOT NULL
);
COMMENT ON TABLE retention.quarantine_record IS 'up to which start the ledger counts the hidden rows of a policy';

CREATE TABLE retention.sweep_rate (
    policy_id smallint PRIMARY KEY,
    last_at timestamptz NOT NULL,
    hour timestamptz NOT NULL,
    taken bigint NOT NULL,
    taken_before bigint NOT NULL
);
COMMENT ON TABLE retention.sweep_rate IS 'per policy: when sweeps took rows last, and how many in the hour of it and the one before; not dumped';
COMMENT ON COLUMN retention.sweep_rate.policy_id IS 'number of the policy';
COMMENT ON COLUMN retention.sweep_rate.last_at IS 'when a sweep deleted or anonymised rows of it last, or columns of them';
COMMENT ON COLUMN retention.sweep_rate.hour IS 'when the hour of that began';
COMMENT ON COLUMN retention.sweep_rate.taken IS 'rows that were taken in it';
COMMENT ON COLUMN retention.sweep_rate.taken_before IS 'rows that were taken in the hour before it';

CREATE TABLE retention.hidden_late (
    relation regclass NOT NULL,
    policy_id smallint NOT NULL
);
COMMENT ON TABLE retention.hidden_late IS 'tables in which a transaction gave rows a start whose period was over: materialised views may hold them, whatever their clocks say there';

CREATE TABLE retention.swept_table (
    relation oid PRIMARY KEY,
    rows bigint NOT NULL,
    since timestamptz NOT NULL,
    vacuumed_at timestamptz,
    problem text
);
COMMENT ON TABLE retention.swept_table IS 'tables whose space the worker is still to make reusable after sweeps (retention.vacuum_scale_factor); not dumped';
COMMENT ON COLUMN retention.swept_table.relation IS 'the table or partition';
COMMENT ON COLUMN retention.swept_table.rows IS 'rows that sweeps took of it since it was vacuumed, or could not be removed then';
COMMENT ON COLUMN retention.swept_table.since IS 'when the first of them was taken; a day later at the latest it is vacuumed';
COMMENT ON COLUMN retention.swept_table.vacuumed_at IS 'when that was done in vain, for a transaction could still see rows; NULL: it was not';
COMMENT ON COLUMN retention.swept_table.problem IS 'or because it failed: what may be told of the error';

CREATE PROCEDURE retention.sweep()
    LANGUAGE c AS 'MODULE_PATHNAME', 'pg_retention_sweep';
COMMENT ON PROCEDURE retention.sweep() IS 'one pass over all policies; outside a transaction block it commits after each batch; each step has retention.statement_timeout, all of it the caller''s statement_timeout';
CREATE FUNCTION retention.resume() RETURNS void
    LANGUAGE c AS 'MODULE_PATHNAME', 'pg_retention_resume';
COMMENT ON FUNCTION retention.resume() IS 'lets the workers act in this database, after a restore, a clone or a promotion';
CREATE FUNCTION retention.home_known() RETURNS boolean
    LANGUAGE c STABLE AS 'MODULE_PATHNAME', 'pg_retention_home_known';
COMMENT ON FUNCTION retention.home_known() IS 'whether the workers may act in this database';
CREATE FUNCTION retention.policy_counts(policy_id integer, OUT state text, OUT rows bigint) RETURNS SETOF record
    LANGUAGE c STABLE STRICT AS 'MODULE_PATHNAME', 'pg_retention_policy_counts';
COMMENT ON FUNCTION retention.policy_counts(integer) IS 'how many rows of a policy are in which state; reads the whole table';
CREATE FUNCTION retention.policy_estimates(policy_id integer, OUT state text, OUT rows bigint, OUT exact boolean) RETURNS SETOF record
    LANGUAGE c STABLE STRICT ROWS 6 AS 'MODULE_PATHNAME', 'pg_retention_policy_estimates';
COMMENT ON FUNCTION retention.policy_estimates(integer) IS 'about how many rows of a policy are in which state, at once however many there are: up to a thousand of a table are counted, of more, and of active and decided always, the planner''s statistics are asked, which are guesses before ANALYZE; decided: anonymised, restricted or held; tables that somebody locks are left out';
CREATE FUNCTION retention.oldest_due(policy_id integer, OUT relation regclass, OUT row_id tid, OUT since timestamptz, OUT rows bigint) RETURNS SETOF record
    LANGUAGE c STABLE STRICT ROWS 1 AS 'MODULE_PATHNAME', 'pg_retention_oldest_due';
COMMENT ON FUNCTION retention.oldest_due(integer) IS 'the row of a policy that is past its deadline for the longest, since when, and how many there are, of each table at most 1001; and tables that somebody locks, alone';
CREATE FUNCTION retention.oldest_armed(policy_id integer, OUT relation regclass, OUT row_id tid, OUT since timestamptz, OUT rows bigint) RETURNS SETOF record
    LANGUAGE c STABLE STRICT ROWS 1 AS 'MODULE_PATHNAME', 'pg_retention_oldest_armed';
COMMENT ON FUNCTION retention.oldest_armed(integer) IS 'the same of rows that would be due if the quarantine of their policy did not run since it was put in force or changed';
CREATE FUNCTION retention.armed_until(policy_id smallint) RETURNS timestamptz
    LANGUAGE c STABLE STRICT AS 'MODULE_PATHNAME', 'pg_retention_armed_until';
COMMENT ON FUNCTION retention.armed_until(smallint) IS 'until when nothing of a policy in force is due, for its quarantine runs since it was put in force or changed; NULL: it does not, or retention.approve() was called';

CREATE FUNCTION retention.next_due(policy_id integer) RETURNS timestamptz
    LANGUAGE c STABLE STRICT AS 'MODULE_PATHNAME', 'pg_retention_next_due';
COMMENT ON FUNCTION retention.next_due(integer) IS 'when, of the rows of a policy that are there and not due yet, the first one becomes so; NULL: none has begun; tables that somebody locks are left out';

GRANT SELECT ON retention.swept_table, retention.sweep_run, retention.sweep_rate, retention.hidden_late, retention.preparation TO pg_monitor;
GRANT SELECT (policy_id, relation, row_id, sqlstate, cause, attempts, columns_only, first_failed, retry_at) ON retention.blocked_row TO pg_monitor;
GRANT SELECT (relation, policy_id, work, sqlstate, cause, attempts, first_failed, retry_at) ON retention.blocked_table TO pg_monitor;
GRANT EXECUTE ON FUNCTION retention.policy_counts(integer), retention.policy_estimates(integer), retention.oldest_due(integer), retention.oldest_armed(integer), retention.armed_until(smallint), retention.next_due(integer) TO pg_monitor;

CREATE FUNCTION retention.worker_states(OUT database oid, OUT started_at timestamptz, OUT ended_at timestamptz, OUT waiting_since timestamptz, OUT problem text, OUT problem_since timestamptz) RETURNS SETOF record
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'pg_retention_worker_states';
COMMENT ON FUNCTION retention.worker_states() IS 'retention.worker_status by the databases'' numbers';
CREATE VIEW retention.worker_status AS
SELECT d.datname AS database, w.started_at, w.ended_at, w.waiting_since, w.problem, w.problem_since
FROM retention.worker_states() w JOIN pg_catalog.pg_database d ON d.oid OPERATOR(pg_catalog.=) w.database;
COMMENT ON VIEW retention.worker_status IS 'the workers of all databases that take connections, as the launcher knows of them since the server started';
COMMENT ON COLUMN retention.worker_status.database IS 'name of the database; one without the extension is looked at every tenth retention.naptime';
COMMENT ON COLUMN retention.worker_status.started_at IS 'when the last pass began, by the system''s time; NULL: there was none yet';
COMMENT ON COLUMN retention.worker_status.ended_at IS 'when it ended; NULL: it goes on, or there was none yet';
COMMENT ON COLUMN retention.worker_status.waiting_since IS 'since when the next one is due and has not begun; NULL: it is not due';
COMMENT ON COLUMN retention.worker_status.problem IS 'why the database is not served: what the last pass ended with, or what keeps the next one from beginning; NULL: nothing';
COMMENT ON COLUMN retention.worker_status.problem_since IS 'since when no pass has ended well; NULL: the last one did';
GRANT SELECT ON retention.worker_status TO pg_monitor;
GRANT EXECUTE ON FUNCTION retention.worker_states() TO pg_monitor;
