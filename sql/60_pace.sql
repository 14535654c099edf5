-- How fast sweeps may go: the settings, and what single policies have instead.

CREATE TABLE retention.sweep_pace (
    policy text PRIMARY KEY,
    transaction_time integer CHECK (transaction_time BETWEEN 1 AND 60000),
    rows_per_second integer CHECK (rows_per_second >= 0),
    wal_per_second integer CHECK (wal_per_second >= 0),
    max_standby_lag integer CHECK (max_standby_lag >= -1),
    lock_timeout integer CHECK (lock_timeout > 0)
);
SELECT pg_catalog.pg_extension_config_dump('retention.sweep_pace', '');
COMMENT ON TABLE retention.sweep_pace IS 'how fast sweeps of single policies may go; what is NULL is as the setting retention.* of the same name says';
COMMENT ON COLUMN retention.sweep_pace.policy IS 'name of the policy; follows when it is renamed';
COMMENT ON COLUMN retention.sweep_pace.transaction_time IS 'about how long a transaction takes, in milliseconds';
COMMENT ON COLUMN retention.sweep_pace.rows_per_second IS 'most rows in a second; 0: no limit';
COMMENT ON COLUMN retention.sweep_pace.wal_per_second IS 'most WAL in a second, in kB; 0: no limit';
COMMENT ON COLUMN retention.sweep_pace.max_standby_lag IS 'WAL that a standby or subscriber may be behind, in kB, before its sweep waits; -1: it never waits';
COMMENT ON COLUMN retention.sweep_pace.lock_timeout IS 'how long a worker waits for a lock, in milliseconds';

CREATE FUNCTION retention.default_pace(OUT transaction_time integer, OUT rows_per_second integer, OUT wal_per_second integer, OUT max_standby_lag integer, OUT lock_timeout integer) RETURNS record
    LANGUAGE c STABLE AS 'MODULE_PATHNAME', 'pg_retention_default_pace';
COMMENT ON FUNCTION retention.default_pace() IS 'the settings that say how fast sweeps may go, as numbers of milliseconds, rows and kB';
CREATE FUNCTION retention.standby_lag() RETURNS bigint
    LANGUAGE c STABLE AS 'MODULE_PATHNAME', 'pg_retention_standby_lag';
COMMENT ON FUNCTION retention.standby_lag() IS 'bytes of WAL that the slowest of the connected standbys and subscribers has not applied; NULL: there are none, or this is a standby';

CREATE VIEW retention.policy_pace AS
SELECT p.policy_id, p.name, coalesce(s.transaction_time, d.transaction_time) AS transaction_time, coalesce(s.rows_per_second, d.rows_per_second) AS rows_per_second,
    coalesce(s.wal_per_second, d.wal_per_second) AS wal_per_second, coalesce(s.max_standby_lag, d.max_standby_lag) AS max_standby_lag,
    coalesce(s.lock_timeout, d.lock_timeout) AS lock_timeout
FROM retention.policy p CROSS JOIN retention.default_pace() d LEFT JOIN retention.sweep_pace s ON s.policy OPERATOR(pg_catalog.=) p.name;
COMMENT ON VIEW retention.policy_pace IS 'how fast the sweep of each policy may go, by retention.sweep_pace or the settings';
COMMENT ON COLUMN retention.policy_pace.transaction_time IS 'about how long a transaction takes, in milliseconds; shorter where the sweep pauses (retention.worker_nice_ratio)';
COMMENT ON COLUMN retention.policy_pace.rows_per_second IS 'most rows in a second; 0: no limit';
COMMENT ON COLUMN retention.policy_pace.wal_per_second IS 'most WAL in a second, in kB; 0: no limit';
COMMENT ON COLUMN retention.policy_pace.max_standby_lag IS 'WAL that a standby or subscriber may be behind, in kB, before the sweep waits; -1: it never waits';
COMMENT ON COLUMN retention.policy_pace.lock_timeout IS 'how long a worker waits for a lock, in milliseconds';
GRANT SELECT ON retention.sweep_pace, retention.policy_pace TO pg_monitor;
GRANT EXECUTE ON FUNCTION retention.default_pace(), retention.standby_lag() TO pg_monitor;

CREATE VIEW retention.slowed_policy AS
SELECT e.policy_id, 'waiting for a standby' AS state, pg_catalog.format('one is %s of WAL behind, and may be %s (max_standby_lag)', pg_catalog.pg_size_pretty(g.lag), pg_catalog.pg_size_pretty(1024::bigint OPERATOR(pg_catalog.*) e.max_standby_lag)) AS detail
FROM retention.policy_pace e CROSS JOIN retention.standby_lag() g (lag)
WHERE e.max_standby_lag OPERATOR(pg_catalog.>=) 0 AND g.lag OPERATOR(pg_catalog.>) (1024::bigint OPERATOR(pg_catalog.*) e.max_standby_lag);
COMMENT ON VIEW retention.slowed_policy IS 'policies whose sweep waits in its turn, and why: a standby or subscriber is too far behind';
COMMENT ON COLUMN retention.slowed_policy.policy_id IS 'number of the policy';
COMMENT ON COLUMN retention.slowed_policy.state IS 'waiting for a standby';
COMMENT ON COLUMN retention.slowed_policy.detail IS 'how far it is behind, and how far it may be';
GRANT SELECT ON retention.slowed_policy TO pg_monitor;
