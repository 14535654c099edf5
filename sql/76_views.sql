-- Materialised views: copies that no sweep reaches. They are refreshed when rows that they may hold are gone, hidden, or have another clock.

CREATE VIEW retention.clock_column AS
SELECT c.oid::regclass AS relation, c.relkind AS kind, a.attname AS column_name, a.attnum AS column_number
FROM pg_depend d
JOIN pg_attribute a ON a.attrelid = d.objid AND a.attnum = d.objsubid AND a.atttypid = d.refobjid AND NOT a.attisdropped
JOIN pg_class c ON c.oid = d.objid AND c.relkind IN ('r', 'p', 'm') AND c.relpersistence <> 't'
WHERE d.refclassid = 'pg_type'::regclass AND d.refobjid = 'retention.clock'::regtype AND d.classid = 'pg_class'::regclass AND d.objsubid > 0;
COMMENT ON VIEW retention.clock_column IS 'what is governed: tables (r, p) and materialised views (m) that carry a clock';
COMMENT ON COLUMN retention.clock_column.relation IS 'the table, partition or materialised view';
COMMENT ON COLUMN retention.clock_column.kind IS 'r: a table; p: a partitioned one; m: a materialised view';
COMMENT ON COLUMN retention.clock_column.column_name IS 'its clock column';
COMMENT ON COLUMN retention.clock_column.column_number IS 'the number of that column';

-- Written by whoever acts, for the views over what a cascade or a trigger took.
CREATE TABLE retention.touched (relation regclass PRIMARY KEY);
COMMENT ON TABLE retention.touched IS 'tables whose rows were deleted or changed in consequence of an act on others, governed or not';

-- From the views down to what they read: they are few where tables are many.
CREATE VIEW retention.view_source AS
WITH RECURSIVE below AS (
    SELECT c.oid AS view, c.oid AS reads, 0 AS depth FROM pg_class c WHERE c.relkind = 'm'
    UNION
    SELECT b.view, d.refobjid, b.depth + 1
    FROM below b
    JOIN pg_rewrite r ON r.ev_class = b.reads
    JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> b.reads
    -- Views may refer to each other in a circle.
    WHERE b.depth < 100
)
SELECT b.view::regclass AS view, b.reads::regclass AS source, max(b.depth) AS depth,
    EXISTS (SELECT FROM retention.clock_column g WHERE g.relation = b.view) AS governed
FROM below b
WHERE b.depth > 0 AND (EXISTS (SELECT FROM retention.touched t WHERE t.relation = b.reads)
    OR EXISTS (SELECT FROM retention.clock_column g WHERE g.relation = b.reads AND g.kind <> 'm'))
GROUP BY b.view, b.reads;
COMMENT ON VIEW retention.view_source IS 'which tables that are governed, or that acts on others have touched, a materialised view reads, through how many others (a hundred at most), and whether it is governed itself';
COMMENT ON COLUMN retention.view_source.view IS 'the materialised view';
COMMENT ON COLUMN retention.view_source.source IS 'the table that it reads';
COMMENT ON COLUMN retention.view_source.depth IS 'through how many others';
COMMENT ON COLUMN retention.view_source.governed IS 'it has a clock itself';

CREATE TABLE retention.view_refresh (
    view regclass PRIMARY KEY,
    entry_id bigint NOT NULL DEFAULT 0,
    attempts integer NOT NULL DEFAULT 0,
    problem text,
    reason text,
    retry_at timestamptz
);
COMMENT ON TABLE retention.view_refresh IS 'how far in the ledger a materialised view over governed tables is known to be right';
COMMENT ON COLUMN retention.view_refresh.problem IS 'why it could not be refreshed, as anybody may be told; retry_at: when that is tried again';
COMMENT ON COLUMN retention.view_refresh.reason IS 'what the error said, which may hold values of rows: for the owner of the view, in retention.blocked_reason';

-- What sweeps leave alone, by name and with a reason: history without persons, say, that is computed from rows before they go.
CREATE TABLE retention.left_out_view (
    view regclass PRIMARY KEY,
    reason text NOT NULL CHECK (btrim(reason) <> ''),
    validated boolean NOT NULL DEFAULT false
);
SELECT pg_catalog.pg_extension_config_dump('retention.left_out_view', '');
COMMENT ON TABLE retention.left_out_view IS 'materialised views that sweeps do not refresh; who owns one says so, and why, and retention.gaps lists it';
COMMENT ON COLUMN retention.left_out_view.view IS 'the materialised view';
COMMENT ON COLUMN retention.left_out_view.reason IS 'why what it holds of rows that are gone or hidden may stay; in the ledger, so without data about subjects';
COMMENT ON COLUMN retention.left_out_view.validated IS 'set by the extension: it was checked that this is a materialised view';
CREATE FUNCTION retention.check_left_out_view() RETURNS trigger
    LANGUAGE c AS 'MODULE_PATHNAME', 'pg_retention_check_left_out_view';
COMMENT ON FUNCTION retention.check_left_out_view() IS 'checks what is left out, and enters it in the ledger';
CREATE TRIGGER check_left_out_view BEFORE INSERT OR UPDATE OR DELETE ON retention.left_out_view
    FOR EACH ROW EXECUTE FUNCTION retention.check_left_out_view();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON retention.left_out_view
    FOR EACH STATEMENT EXECUTE FUNCTION retention.refuse_truncate();
ALTER TABLE retention.left_out_view ENABLE ALWAYS TRIGGER check_left_out_view, ENABLE ALWAYS TRIGGER refuse_truncate;

-- One that carries the clock hides by itself what it held when it was filled; clocks that have changed since are in the source alone.
-- A source stands for all of its inheritance tree: a policy for a table acts in its partitions, and an entry names the table.
CREATE VIEW retention.stale_view AS
WITH RECURSIVE tree AS (
    SELECT s.source, s.source::oid AS member FROM (SELECT DISTINCT source FROM retention.view_source) s
    UNION
    SELECT t.source, n.relid
    FROM tree t
    JOIN pg_inherits i ON i.inhrelid = t.member OR i.inhparent = t.member
    CROSS JOIN LATERAL (VALUES (i.inhrelid), (i.inhparent)) n (relid)
)
SELECT s.view, max(s.depth) AS depth, coalesce(r.attempts, 0) AS attempts, r.problem, r.retry_at
FROM retention.view_source s
JOIN pg_class c ON c.oid = s.view AND c.relispopulated
LEFT JOIN retention.view_refresh r ON r.view = s.view
WHERE NOT EXISTS (SELECT FROM retention.left_out_view o WHERE o.view = s.view) AND EXISTS (
    SELECT FROM retention.ledger l
    WHERE l.entry_id > coalesce(r.entry_id, 0)
        AND l.action IN (SELECT w.word FROM retention.vocabulary() w WHERE w.kind = 'ledger' AND w.changes_rows)
        AND (l.relation IS NULL OR to_regclass(l.relation) IS NULL OR EXISTS (SELECT FROM tree t
            WHERE t.source = s.source AND t.member = to_regclass(l.relation))))
GROUP BY s.view, r.attempts, r.problem, r.retry_at;
COMMENT ON VIEW retention.stale_view IS 'materialised views that may hold rows which are gone, changed or hidden by now';
COMMENT ON COLUMN retention.stale_view.view IS 'the materialised view';
COMMENT ON COLUMN retention.stale_view.depth IS 'through how many other views it reads a governed table: those below are refreshed first';
COMMENT ON COLUMN retention.stale_view.attempts IS 'how often its refresh failed';
COMMENT ON COLUMN retention.stale_view.problem IS 'with what, as anybody may be told; NULL: it was not tried yet';
COMMENT ON COLUMN retention.stale_view.retry_at IS 'when it is tried again';

GRANT SELECT ON retention.clock_column, retention.left_out_view, retention.touched, retention.view_source, retention.stale_view TO pg_monitor;
GRANT SELECT (view, entry_id, attempts, problem, retry_at) ON retention.view_refresh TO pg_monitor;
