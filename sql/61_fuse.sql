-- What holds sweeps back: the fuse, and whoever paused them.

CREATE TABLE retention.table_share (
    relation oid PRIMARY KEY,
    since timestamptz NOT NULL,
    most bigint NOT NULL,
    taken bigint NOT NULL DEFAULT 0
);
COMMENT ON TABLE retention.table_share IS 'how many rows of a table sweeps have taken in a day, and how many they may (retention.max_share); not dumped';
COMMENT ON COLUMN retention.table_share.relation IS 'the table, with all its partitions';
COMMENT ON COLUMN retention.table_share.since IS 'when the first of them was taken: the day has twenty-four hours from then';
COMMENT ON COLUMN retention.table_share.most IS 'rows that may be taken in it: that share of the table''s, by its statistics, and not less than 1000';
COMMENT ON COLUMN retention.table_share.taken IS 'rows that were deleted or anonymised in it, by whichever policies, or deleted along with others; but for those that were approved';

CREATE TABLE retention.fuse (
    policy_id smallint PRIMARY KEY,
    approved bigint NOT NULL DEFAULT 0,
    approved_along boolean NOT NULL DEFAULT false,
    approved_columns boolean NOT NULL DEFAULT false,
    approved_at timestamptz,
    approved_by text,
    blown_at timestamptz,
    due bigint,
    columns_only boolean NOT NULL DEFAULT false,
    reason text
);
COMMENT ON TABLE retention.fuse IS 'per policy: what of it may be taken beyond the share of its table, or that it waits for that; not dumped: after a restore nothing is approved';
COMMENT ON COLUMN retention.fuse.policy_id IS 'number of the policy';
COMMENT ON COLUMN retention.fuse.approved IS 'rows that may be taken besides, as long as so many are there that were due when it was approved';
COMMENT ON COLUMN retention.fuse.approved_along IS 'rows of other tables may go along with those, however many, until a sweep has had time for all';
COMMENT ON COLUMN retention.fuse.approved_columns IS 'columns with a period of their own may be taken, however many, until a sweep has done so, or for a day';
COMMENT ON COLUMN retention.fuse.approved_at IS 'when retention.approve() was called last';
COMMENT ON COLUMN retention.fuse.approved_by IS 'the role that had logged in and called it';
COMMENT ON COLUMN retention.fuse.blown_at IS 'since when the policy waits for retention.approve(), more rows being due than may be taken; of columns it is looked at anew each day; NULL: it does not';
COMMENT ON COLUMN retention.fuse.due IS 'rows that are due, or were when that was looked at last';
COMMENT ON COLUMN retention.fuse.columns_only IS 'not they, but columns of theirs that have a period of their own, and the first of such rows were counted';
COMMENT ON COLUMN retention.fuse.reason IS 'how many rows of which table would have gone, and how many may in a day';

CREATE TABLE retention.pause (
    policy_id smallint PRIMARY KEY,
    paused_at timestamptz NOT NULL,
    paused_by text NOT NULL,
    reason text NOT NULL
);
SELECT pg_catalog.pg_extension_config_dump('retention.pause', '');
COMMENT ON TABLE retention.pause IS 'policies whose rows sweeps leave alone, as retention.pause() said; number 0: all; written by the functions alone';
COMMENT ON COLUMN retention.pause.policy_id IS 'number of the policy; 0: all of them';
COMMENT ON COLUMN retention.pause.paused_at IS 'since when';
COMMENT ON COLUMN retention.pause.paused_by IS 'the role that had logged in and said so';
COMMENT ON COLUMN retention.pause.reason IS 'why, as was said last';
CREATE FUNCTION retention.keep_pause() RETURNS trigger
    LANGUAGE c AS 'MODULE_PATHNAME', 'pg_retention_keep_pause';
COMMENT ON FUNCTION retention.keep_pause() IS 'refuses what the functions of a pause did not write, but for a dump that a superuser brings before retention.resume()';
CREATE TRIGGER keep_pause BEFORE INSERT OR UPDATE OR DELETE ON retention.pause
    FOR EACH ROW EXECUTE FUNCTION retention.keep_pause();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON retention.pause
    FOR EACH STATEMENT EXECUTE FUNCTION retention.refuse_truncate();
ALTER TABLE retention.pause ENABLE ALWAYS TRIGGER keep_pause, ENABLE ALWAYS TRIGGER refuse_truncate;

CREATE FUNCTION retention.approve(policy text) RETURNS bigint
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'pg_retention_approve';
COMMENT ON FUNCTION retention.approve(text) IS 'lets sweeps take what is due of a policy now, however much it is, and without its quarantine having run since it was put in force; returns how many rows that is, of columns that were declared anew none are counted. For the table''s owner';
CREATE FUNCTION retention.approve(policy integer) RETURNS bigint
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'pg_retention_approve';
COMMENT ON FUNCTION retention.approve(integer) IS 'the same by the policy''s number';
CREATE FUNCTION retention.pause(policy text, reason text) RETURNS void
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'pg_retention_pause';
COMMENT ON FUNCTION retention.pause(text, text) IS 'sweeps leave the rows of a policy alone until retention.unpause(); hidden they are all the same, and what persons ask for is done: retention.erase() does not wait. Said again by the same role the reason is another one, and it is paused as long as before; where another role paused it, an error. For the table''s owner';
CREATE FUNCTION retention.pause(policy integer, reason text) RETURNS void
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'pg_retention_pause';
COMMENT ON FUNCTION retention.pause(integer, text) IS 'the same by the policy''s number';
CREATE FUNCTION retention.pause_all(reason text) RETURNS void
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'pg_retention_pause_all';
COMMENT ON FUNCTION retention.pause_all(text) IS 'the same of all policies of the database; for superusers, and whoever was granted it';
CREATE FUNCTION retention.unpause(policy text) RETURNS void
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'pg_retention_unpause';
COMMENT ON FUNCTION retention.unpause(text) IS 'sweeps take the rows of the policy again. For the table''s owner, if that role or one that it is a member of has paused it, or the role is gone; and for superusers';
CREATE FUNCTION retention.unpause(policy integer) RETURNS void
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'pg_retention_unpause';
COMMENT ON FUNCTION retention.unpause(integer) IS 'the same by the policy''s number';
CREATE FUNCTION retention.unpause_all() RETURNS void
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'pg_retention_unpause_all';
COMMENT ON FUNCTION retention.unpause_all() IS 'ends what retention.pause_all() began; policies that were paused by themselves stay so. For who began it, members of that role and superusers; if the role is gone, whoever may call it';
GRANT SELECT ON retention.fuse, retention.table_share, retention.pause TO pg_monitor;

CREATE TABLE retention.system_time (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    seen_at timestamptz NOT NULL
);
COMMENT ON TABLE retention.system_time IS 'what the system''s time was when a sweep began last; not dumped';
CREATE FUNCTION retention.system_time_jump() RETURNS interval
    LANGUAGE c STABLE AS 'MODULE_PATHNAME', 'pg_retention_system_time_jump';
COMMENT ON FUNCTION retention.system_time_jump() IS 'by how much the system''s time is away from the monotonic clock since the server runs, or before what a sweep has seen, where that is more than a day; NULL: it is not. Nothing is swept meanwhile: retention.resume() says that it is right';

CREATE FUNCTION retention.zone(name text) RETURNS text
    LANGUAGE c STABLE STRICT AS 'MODULE_PATHNAME', 'pg_retention_zone';
COMMENT ON FUNCTION retention.zone(text) IS 'the name of the time zone that is written into fields called timezone; of an empty name that of the setting retention.timezone, or else log_timezone';

CREATE TABLE retention.sweep_window (
    window_id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    policy text,
    weekdays smallint[] NOT NULL DEFAULT '{1,2,3,4,5,6,7}' CHECK (weekdays <@ '{1,2,3,4,5,6,7}' AND weekdays <> '{}'),
    opens time NOT NULL,
    closes time NOT NULL CHECK (closes <> opens),
    timezone text NOT NULL DEFAULT retention.zone('') CHECK (timezone = retention.zone(timezone))
);
SELECT pg_catalog.pg_extension_config_dump('retention.sweep_window', '');
SELECT pg_catalog.pg_extension_config_dump('retention.sweep_window_window_id_seq', '');
COMMENT ON TABLE retention.sweep_window IS 'when sweeps may take rows; while there is no window, always';
COMMENT ON COLUMN retention.sweep_window.window_id IS 'number of the window';
COMMENT ON COLUMN retention.sweep_window.policy IS 'of which policy, which then has these windows alone; NULL: of all that have none of their own';
COMMENT ON COLUMN retention.sweep_window.weekdays IS 'on which days it opens: 1 is Monday';
COMMENT ON COLUMN retention.sweep_window.opens IS 'from when';
COMMENT ON COLUMN retention.sweep_window.closes IS 'until when; earlier than it opens: of the next day';
COMMENT ON COLUMN retention.sweep_window.timezone IS 'whose time that is; what is written without one has that of the setting retention.timezone, or else log_timezone, from then on';

-- As instants: what a clock shows may be skipped, or come twice, where it is set forward or back. PostgreSQL takes a time that is skipped for as much later, and one
-- that comes twice for the second.
CREATE VIEW retention.window_opening AS
SELECT w.window_id, w.policy, o.opens_at, CASE WHEN o.closes AT TIME ZONE w.timezone OPERATOR(pg_catalog.>) o.opens_at THEN o.closes AT TIME ZONE w.timezone
    ELSE o.opens_at OPERATOR(pg_catalog.+) (o.closes OPERATOR(pg_catalog.-) o.opens) END AS closes_at
FROM retention.sweep_window w
CROSS JOIN LATERAL (SELECT (retention.time_now() AT TIME ZONE w.timezone)::date OPERATOR(pg_catalog.-) n AS day FROM pg_catalog.generate_series(0, 9) n) d
CROSS JOIN LATERAL (SELECT d.day OPERATOR(pg_catalog.+) w.opens AS opens, (d.day OPERATOR(pg_catalog.+) w.opens) AT TIME ZONE w.timezone AS opens_at,
    (CASE WHEN w.closes OPERATOR(pg_catalog.<) w.opens THEN d.day OPERATOR(pg_catalog.+) 1 ELSE d.day END) OPERATOR(pg_catalog.+) w.closes AS closes) o
WHERE EXTRACT(isodow FROM d.day) OPERATOR(pg_catalog.=) ANY (w.weekdays);
COMMENT ON VIEW retention.window_opening IS 'when windows open today, and opened in the nine days before, on their days of the week. A time that clocks skip comes as much later, and where nothing of the window is left by that it is open for as long as else; of one that they show twice the second counts';
COMMENT ON COLUMN retention.window_opening.window_id IS 'number of the window';
COMMENT ON COLUMN retention.window_opening.policy IS 'of which policy; NULL: of all that have no window of their own';
COMMENT ON COLUMN retention.window_opening.opens_at IS 'when it opens';
COMMENT ON COLUMN retention.window_opening.closes_at IS 'when it closes';

CREATE VIEW retention.held_policy AS
SELECT p.policy_id, 'legal hold' AS state, h.name AS detail FROM retention.policy p
    CROSS JOIN LATERAL (SELECT min(x.name) AS name FROM retention.hold x WHERE x.lifted_at IS NULL AND (x.policy_id OPERATOR(pg_catalog.=) p.policy_id
        OR (x.scope OPERATOR(pg_catalog.=) 'table' AND (x.relation OPERATOR(pg_catalog.=) p.relation OR x.relation IN (SELECT a.relid FROM pg_catalog.pg_partition_ancestors(p.relation) a))))) h
    WHERE h.name IS NOT NULL
UNION ALL
SELECT p.policy_id, 'paused' AS state, z.reason AS detail FROM retention.policy p
    CROSS JOIN LATERAL (SELECT x.reason FROM retention.pause x WHERE x.policy_id IN (0, p.policy_id) ORDER BY x.policy_id DESC LIMIT 1) z
UNION ALL
SELECT f.policy_id, 'waiting for retention.approve()', f.reason OPERATOR(pg_catalog.||) ': see retention.preview(), and then retention.approve()'
FROM retention.fuse f WHERE f.blown_at IS NOT NULL AND pg_catalog.current_setting('retention.max_share')::double precision OPERATOR(pg_catalog.<) 1
UNION ALL
SELECT p.policy_id, 'waiting for its window', 'see retention.sweep_window' FROM retention.policy p
CROSS JOIN LATERAL (SELECT pg_catalog.bool_or(w.policy IS NOT NULL) AS own, count(*) AS n FROM retention.sweep_window w WHERE w.policy IS NULL OR w.policy OPERATOR(pg_catalog.=) p.name) h
WHERE h.n OPERATOR(pg_catalog.>) 0 AND NOT EXISTS (SELECT FROM retention.window_opening w
    WHERE w.opens_at OPERATOR(pg_catalog.<=) retention.time_now() AND w.closes_at OPERATOR(pg_catalog.>) retention.time_now()
        AND CASE WHEN h.own THEN w.policy OPERATOR(pg_catalog.=) p.name ELSE w.policy IS NULL END);
COMMENT ON VIEW retention.held_policy IS 'policies whose rows no sweep takes now, and why: a legal hold is on all of them, somebody paused them, too much is due at once, or it is not the time';
COMMENT ON COLUMN retention.held_policy.policy_id IS 'number of the policy';
COMMENT ON COLUMN retention.held_policy.state IS 'legal hold; paused; waiting for retention.approve(); waiting for its window';
COMMENT ON COLUMN retention.held_policy.detail IS 'the name of the hold, the reason that was given, how many rows are due, or where to look';
GRANT SELECT ON retention.sweep_window, retention.window_opening, retention.held_policy TO pg_monitor;
