-- What holds sweeps back: the fuse, and whoever paused them.

CREATE TABLE retention.fuse (
    policy_id smallint PRIMARY KEY,
    day date NOT NULL,
    most bigint NOT NULL,
    taken bigint NOT NULL DEFAULT 0,
    approved bigint NOT NULL DEFAULT 0,
    approved_at timestamptz,
    approved_by text,
    blown_at timestamptz,
    due bigint,
    columns_only boolean NOT NULL DEFAULT false
);
COMMENT ON TABLE retention.fuse IS 'per policy: how many rows sweeps have taken of its table in a day, and how many they may (retention.max_share); not dumped: after a restore nothing is approved';
COMMENT ON COLUMN retention.fuse.day IS 'the day that is counted, by the policy''s time zone';
COMMENT ON COLUMN retention.fuse.most IS 'rows that may be taken in it: that share of the table''s, by its statistics, and not less than 1000';
COMMENT ON COLUMN retention.fuse.taken IS 'rows that were deleted or anonymised in it, but for those that were approved';
COMMENT ON COLUMN retention.fuse.approved IS 'rows that may be taken besides';
COMMENT ON COLUMN retention.fuse.approved_at IS 'when retention.approve() was called last';
COMMENT ON COLUMN retention.fuse.approved_by IS 'the role that had logged in and called it';
COMMENT ON COLUMN retention.fuse.blown_at IS 'since when the policy waits for retention.approve(), more rows being due than may be taken; NULL: it does not';
COMMENT ON COLUMN retention.fuse.due IS 'rows that were due then';
COMMENT ON COLUMN retention.fuse.columns_only IS 'not they, but columns of theirs that have a period of their own, and the first of such rows were counted';

CREATE TABLE retention.pause (
    policy_id smallint PRIMARY KEY,
    paused_at timestamptz NOT NULL,
    paused_by text NOT NULL,
    reason text NOT NULL
);
COMMENT ON TABLE retention.pause IS 'policies whose rows sweeps leave alone, as retention.pause() said; number 0: all';
COMMENT ON COLUMN retention.pause.paused_at IS 'since when';
COMMENT ON COLUMN retention.pause.paused_by IS 'the role that had logged in and said so';
COMMENT ON COLUMN retention.pause.reason IS 'why, as was said';

CREATE FUNCTION retention.approve(policy text) RETURNS bigint
    LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'pg_retention_approve';
COMMENT ON FUNCTION retention.approve(text) IS 'lets sweeps take what is due of a policy now, however much it is, and without its quarantine having run since it was put in force; returns how many rows that is. For the table''s owner';
CREATE FUNCTION retention.approve(policy integer) RETURNS bigint
    LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'pg_retention_approve';
COMMENT ON FUNCTION retention.approve(integer) IS 'the same by the policy''s number';
CREATE FUNCTION retention.pause(policy text, reason text) RETURNS void
    LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'pg_retention_pause';
COMMENT ON FUNCTION retention.pause(text, text) IS 'sweeps leave the rows of a policy alone until retention.unpause(); hidden they are all the same. For the table''s owner';
CREATE FUNCTION retention.pause(policy integer, reason text) RETURNS void
    LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'pg_retention_pause';
COMMENT ON FUNCTION retention.pause(integer, text) IS 'the same by the policy''s number';
CREATE FUNCTION retention.pause_all(reason text) RETURNS void
    LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'pg_retention_pause_all';
COMMENT ON FUNCTION retention.pause_all(text) IS 'the same of all policies of the database; for superusers, and whoever was granted it';
CREATE FUNCTION retention.unpause(policy text) RETURNS void
    LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'pg_retention_unpause';
COMMENT ON FUNCTION retention.unpause(text) IS 'sweeps take the rows of the policy again. For the table''s owner';
CREATE FUNCTION retention.unpause(policy integer) RETURNS void
    LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'pg_retention_unpause';
COMMENT ON FUNCTION retention.unpause(integer) IS 'the same by the policy''s number';
CREATE FUNCTION retention.unpause_all() RETURNS void
    LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'pg_retention_unpause_all';
COMMENT ON FUNCTION retention.unpause_all() IS 'ends what retention.pause_all() began; policies that were paused by themselves stay so';
GRANT SELECT ON retention.fuse, retention.pause TO pg_monitor;

CREATE TABLE retention.system_time (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    seen_at timestamptz NOT NULL
);
COMMENT ON TABLE retention.system_time IS 'what the system''s time was when a sweep began last; not dumped';
CREATE FUNCTION retention.system_time_jump() RETURNS interval
    LANGUAGE c STABLE AS 'MODULE_PATHNAME', 'pg_retention_system_time_jump';
COMMENT ON FUNCTION retention.system_time_jump() IS 'by how much the system''s time is away from the monotonic clock since the server runs, or before what a sweep has seen, where that is more than a day; NULL: it is not. Nothing is swept meanwhile: retention.resume() says that it is right';
GRANT EXECUTE ON FUNCTION retention.system_time_jump() TO pg_monitor;
