-- Whether what the rows' clocks say is true.

CREATE FUNCTION retention.audit(relation regclass, repair boolean DEFAULT false,
    OUT part regclass, OUT row_id tid, OUT policy text, OUT finding text, OUT says retention.clock, OUT should_be retention.clock,
    OUT repaired boolean, OUT detail text) RETURNS SETOF record
    LANGUAGE c AS 'MODULE_PATHNAME', 'pg_retention_audit';
COMMENT ON FUNCTION retention.audit(regclass, boolean) IS 'computes anew what the clock of each row should be, and returns the faults, of a hidden row without reveal not which it is; repair: stamps anew what by that is neither released earlier nor shown';

CREATE TABLE retention.audit_run (
    relation regclass PRIMARY KEY,
    next_block bigint NOT NULL DEFAULT 0,
    round_started timestamptz,
    rows_seen bigint NOT NULL DEFAULT 0,
    findings jsonb NOT NULL DEFAULT '{}',
    repaired bigint NOT NULL DEFAULT 0,
    last_started timestamptz,
    last_finished timestamptz,
    last_rows bigint,
    last_findings jsonb,
    last_repaired bigint,
    problem text
);
COMMENT ON TABLE retention.audit_run IS 'the worker''s audit: a few blocks of a table in each pass, and then all of it again';
COMMENT ON COLUMN retention.audit_run.relation IS 'the table, or the partition';
COMMENT ON COLUMN retention.audit_run.next_block IS 'how far the round is';
COMMENT ON COLUMN retention.audit_run.round_started IS 'when the round began; NULL: none is under way';
COMMENT ON COLUMN retention.audit_run.rows_seen IS 'rows of this round so far';
COMMENT ON COLUMN retention.audit_run.findings IS 'what was found in this round so far, by kind: how many';
COMMENT ON COLUMN retention.audit_run.repaired IS 'how many of them were repaired';
COMMENT ON COLUMN retention.audit_run.last_started IS 'when the last full round began';
COMMENT ON COLUMN retention.audit_run.last_finished IS 'when it ended; NULL: there was none yet';
COMMENT ON COLUMN retention.audit_run.last_rows IS 'the rows that it saw';
COMMENT ON COLUMN retention.audit_run.last_findings IS 'what it found, by kind: how many';
COMMENT ON COLUMN retention.audit_run.last_repaired IS 'how many of them it repaired';
COMMENT ON COLUMN retention.audit_run.problem IS 'the error that keeps the audit from the table; NULL: none';
GRANT SELECT ON retention.audit_run TO pg_monitor;

CREATE VIEW retention.audit_finding AS
SELECT a.relation, f.finding, max(f.n) AS rows, a.last_finished AS last_audit
FROM retention.audit_run a
CROSS JOIN LATERAL (SELECT l.key, l.value::bigint FROM jsonb_each_text(a.last_findings) l
    UNION ALL SELECT c.key, c.value::bigint FROM jsonb_each_text(a.findings) c) f (finding, n)
GROUP BY a.relation, f.finding, a.last_finished;
COMMENT ON VIEW retention.audit_finding IS 'what the worker''s audit found: in the last full round, or in the one under way where that is more';
COMMENT ON COLUMN retention.audit_finding.relation IS 'the table, or the partition';
COMMENT ON COLUMN retention.audit_finding.finding IS 'the kind, as retention.audit() names it';
COMMENT ON COLUMN retention.audit_finding.rows IS 'how many; those that were repaired among them, until the next round';
COMMENT ON COLUMN retention.audit_finding.last_audit IS 'when the last full round of the table ended';
GRANT SELECT ON retention.audit_finding TO pg_monitor;
