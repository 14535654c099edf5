-- Whether what the rows' clocks say is true.

CREATE FUNCTION retention.audit(relation regclass, repair boolean DEFAULT false,
    OUT part regclass, OUT row_id tid, OUT policy text, OUT finding text, OUT says retention.clock, OUT should_be retention.clock,
    OUT repaired boolean, OUT detail text) RETURNS SETOF record
    LANGUAGE c AS 'MODULE_PATHNAME', 'pg_retention_audit';
COMMENT ON FUNCTION retention.audit(regclass, boolean) IS 'computes anew what the clock of each row should be, and returns the faults; repair: stamps anew what by that is neither released earlier nor shown';
