-- The condition that stands in every plan on a governed table, and what a clock means now.

CREATE FUNCTION retention.visible(clock retention.clock) RETURNS boolean
    LANGUAGE c STABLE STRICT PARALLEL SAFE LEAKPROOF COST 1 AS 'MODULE_PATHNAME', 'pg_retention_visible';
COMMENT ON FUNCTION retention.visible(retention.clock) IS 'whether a row with this clock is readable now, by this role';
CREATE FUNCTION retention.conflict_visible(clock retention.clock) RETURNS boolean
    LANGUAGE c STABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'pg_retention_conflict_visible';
COMMENT ON FUNCTION retention.conflict_visible(retention.clock) IS 'refuses ON CONFLICT DO UPDATE of a hidden row';
CREATE FUNCTION retention.state(clock retention.clock) RETURNS text
    LANGUAGE c STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_retention_state';
COMMENT ON FUNCTION retention.state(retention.clock) IS 'the state of a row with this clock at this time';
