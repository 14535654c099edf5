-- The condition that stands in every plan on a governed table, and what a clock means now.

CREATE FUNCTION retention.visible_support(internal) RETURNS internal
    LANGUAGE c AS 'MODULE_PATHNAME', 'pg_retention_visible_support';
COMMENT ON FUNCTION retention.visible_support(internal) IS 'planner support: how many rows are readable, by the statistics of the clock column';
-- It costs what the planner takes "start IS NULL OR start > now()" to cost, so that plans are those of that condition.
CREATE FUNCTION retention.visible(clock retention.clock) RETURNS boolean
    LANGUAGE c STABLE STRICT PARALLEL SAFE LEAKPROOF COST 2 SUPPORT retention.visible_support
    AS 'MODULE_PATHNAME', 'pg_retention_visible';
COMMENT ON FUNCTION retention.visible(retention.clock) IS 'whether a row with this clock is readable now, by this role';
CREATE FUNCTION retention.person_visible(clock retention.clock, relation oid, columns int2vector, VARIADIC held "any") RETURNS boolean
    LANGUAGE c STABLE PARALLEL SAFE LEAKPROOF COST 2 SUPPORT retention.visible_support
    AS 'MODULE_PATHNAME', 'pg_retention_person_visible';
COMMENT ON FUNCTION retention.person_visible(retention.clock, oid, int2vector, "any") IS 'the same of a row that leads to persons by what these columns of this table hold: not where one of them is withheld from what the session is for';
CREATE FUNCTION retention.unstamped_visible(clock retention.clock, policy_id smallint) RETURNS boolean
    LANGUAGE c STABLE STRICT PARALLEL SAFE LEAKPROOF COST 1 AS 'MODULE_PATHNAME', 'pg_retention_unstamped_visible';
COMMENT ON FUNCTION retention.unstamped_visible(retention.clock, smallint) IS 'whether rows that were attached and are not stamped yet are readable as far as this policy goes: as a row whose time was over long ago';
CREATE FUNCTION retention.unknown_visible(clock retention.clock) RETURNS boolean
    LANGUAGE c STABLE STRICT PARALLEL SAFE LEAKPROOF COST 1 AS 'MODULE_PATHNAME', 'pg_retention_unknown_visible';
COMMENT ON FUNCTION retention.unknown_visible(retention.clock) IS 'whether rows whose clocks have the numbers of another database are readable: to nobody but those who reveal';
CREATE FUNCTION retention.unmanaged_visible(clock retention.clock) RETURNS boolean
    LANGUAGE c STABLE STRICT PARALLEL SAFE LEAKPROOF COST 1 SUPPORT retention.visible_support
    AS 'MODULE_PATHNAME', 'pg_retention_unmanaged_visible';
COMMENT ON FUNCTION retention.unmanaged_visible(retention.clock) IS 'whether a row of a table that no policy stands for yet is readable as far as that goes: not one that has started under a policy that is gone';
CREATE FUNCTION retention.conflict_visible(clock retention.clock) RETURNS boolean
    LANGUAGE c STABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'pg_retention_conflict_visible';
COMMENT ON FUNCTION retention.conflict_visible(retention.clock) IS 'refuses ON CONFLICT DO UPDATE of a hidden row';
CREATE FUNCTION retention.person_conflict_visible(clock retention.clock, relation oid, columns int2vector, VARIADIC held "any") RETURNS boolean
    LANGUAGE c STABLE PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'pg_retention_person_conflict_visible';
COMMENT ON FUNCTION retention.person_conflict_visible(retention.clock, oid, int2vector, "any") IS 'refuses ON CONFLICT DO UPDATE of a row that is hidden, or whose person is withheld';
CREATE FUNCTION retention.statistics_visible(relation oid) RETURNS boolean
    LANGUAGE c STABLE STRICT PARALLEL SAFE LEAKPROOF COST 1 AS 'MODULE_PATHNAME', 'pg_retention_statistics_visible';
COMMENT ON FUNCTION retention.statistics_visible(oid) IS 'whether statistics of this table may be read: those of a governed one hold hidden values';
CREATE FUNCTION retention.extended_statistics_visible(statistics oid) RETURNS boolean
    LANGUAGE c STABLE STRICT PARALLEL SAFE LEAKPROOF COST 1 AS 'MODULE_PATHNAME', 'pg_retention_extended_statistics_visible';
COMMENT ON FUNCTION retention.extended_statistics_visible(oid) IS 'the same for an object of extended statistics';
CREATE FUNCTION retention.state(clock retention.clock) RETURNS text
    LANGUAGE c STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_retention_state';
COMMENT ON FUNCTION retention.state(retention.clock) IS 'the state of a row with this clock at this time';
