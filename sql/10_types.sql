-- retention.period and retention.clock: what they are made of and how they compare. The rules are in the library.

CREATE TYPE retention.period;

CREATE FUNCTION retention.period_in(cstring) RETURNS retention.period
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_retention_period_in';
COMMENT ON FUNCTION retention.period_in(cstring) IS 'I/O';
CREATE FUNCTION retention.period_out(retention.period) RETURNS cstring
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_retention_period_out';
COMMENT ON FUNCTION retention.period_out(retention.period) IS 'I/O';
CREATE FUNCTION retention.period_recv(internal) RETURNS retention.period
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_retention_period_recv';
COMMENT ON FUNCTION retention.period_recv(internal) IS 'I/O';
CREATE FUNCTION retention.period_send(retention.period) RETURNS bytea
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_retention_period_send';
COMMENT ON FUNCTION retention.period_send(retention.period) IS 'I/O';

CREATE TYPE retention.period (
    INPUT = retention.period_in, OUTPUT = retention.period_out,
    RECEIVE = retention.period_recv, SEND = retention.period_send,
    INTERNALLENGTH = 16, ALIGNMENT = int4, STORAGE = plain
);
COMMENT ON TYPE retention.period IS 'a calendar length such as 30 days, 5 years after end of fiscal year or forever, or exact time such as 90 minutes';

CREATE FUNCTION retention.period_cmp(retention.period, retention.period) RETURNS integer
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_retention_period_cmp';
COMMENT ON FUNCTION retention.period_cmp(retention.period, retention.period) IS 'less-equal-greater';
CREATE FUNCTION retention.period_hash(retention.period) RETURNS integer
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_retention_period_hash';
COMMENT ON FUNCTION retention.period_hash(retention.period) IS 'hash';
CREATE FUNCTION retention.period_hash_extended(retention.period, bigint) RETURNS bigint
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_retention_period_hash_extended';
COMMENT ON FUNCTION retention.period_hash_extended(retention.period, bigint) IS 'hash';
CREATE FUNCTION retention.period_lt(retention.period, retention.period) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_retention_period_lt';
COMMENT ON FUNCTION retention.period_lt(retention.period, retention.period) IS 'implementation of < operator';
CREATE FUNCTION retention.period_le(retention.period, retention.period) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_retention_period_le';
COMMENT ON FUNCTION retention.period_le(retention.period, retention.period) IS 'implementation of <= operator';
CREATE FUNCTION retention.period_eq(retention.period, retention.period) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_retention_period_eq';
COMMENT ON FUNCTION retention.period_eq(retention.period, retention.period) IS 'implementation of = operator';
CREATE FUNCTION retention.period_ne(retention.period, retention.period) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_retention_period_ne';
COMMENT ON FUNCTION retention.period_ne(retention.period, retention.period) IS 'implementation of <> operator';
CREATE FUNCTION retention.period_ge(retention.period, retention.period) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_retention_period_ge';
COMMENT ON FUNCTION retention.period_ge(retention.period, retention.period) IS 'implementation of >= operator';
CREATE FUNCTION retention.period_gt(retention.period, retention.period) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_retention_period_gt';
COMMENT ON FUNCTION retention.period_gt(retention.period, retention.period) IS 'implementation of > operator';

CREATE OPERATOR retention.< (
    LEFTARG = retention.period, RIGHTARG = retention.period, FUNCTION = retention.period_lt,
    COMMUTATOR = OPERATOR(retention.>), NEGATOR = OPERATOR(retention.>=),
    RESTRICT = scalarltsel, JOIN = scalarltjoinsel
);
COMMENT ON OPERATOR retention.< (retention.period, retention.period) IS 'less than';
CREATE OPERATOR retention.<= (
    LEFTARG = retention.period, RIGHTARG = retention.period, FUNCTION = retention.period_le,
    COMMUTATOR = OPERATOR(retention.>=), NEGATOR = OPERATOR(retention.>),
    RESTRICT = scalarlesel, JOIN = scalarlejoinsel
);
COMMENT ON OPERATOR retention.<= (retention.period, retention.period) IS 'less than or equal';
CREATE OPERATOR retention.= (
    LEFTARG = retention.period, RIGHTARG = retention.period, FUNCTION = retention.period_eq,
    COMMUTATOR = OPERATOR(retention.=), NEGATOR = OPERATOR(retention.<>),
    RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES
);
COMMENT ON OPERATOR retention.= (retention.period, retention.period) IS 'equal';
CREATE OPERATOR retention.<> (
    LEFTARG = retention.period, RIGHTARG = retention.period, FUNCTION = retention.period_ne,
    COMMUTATOR = OPERATOR(retention.<>), NEGATOR = OPERATOR(retention.=),
    RESTRICT = neqsel, JOIN = neqjoinsel
);
COMMENT ON OPERATOR retention.<> (retention.period, retention.period) IS 'not equal';
CREATE OPERATOR retention.>= (
    LEFTARG = retention.period, RIGHTARG = retention.period, FUNCTION = retention.period_ge,
    COMMUTATOR = OPERATOR(retention.<=), NEGATOR = OPERATOR(retention.<),
    RESTRICT = scalargesel, JOIN = scalargejoinsel
);
COMMENT ON OPERATOR retention.>= (retention.period, retention.period) IS 'greater than or equal';
CREATE OPERATOR retention.> (
    LEFTARG = retention.period, RIGHTARG = retention.period, FUNCTION = retention.period_gt,
    COMMUTATOR = OPERATOR(retention.<), NEGATOR = OPERATOR(retention.<=),
    RESTRICT = scalargtsel, JOIN = scalargtjoinsel
);
COMMENT ON OPERATOR retention.> (retention.period, retention.period) IS 'greater than';

CREATE OPERATOR CLASS retention.period_ops DEFAULT FOR TYPE retention.period USING btree AS
    OPERATOR 1 retention.<, OPERATOR 2 retention.<=, OPERATOR 3 retention.=,
    OPERATOR 4 retention.>=, OPERATOR 5 retention.>,
    FUNCTION 1 retention.period_cmp(retention.period, retention.period);
CREATE OPERATOR CLASS retention.period_hash_ops DEFAULT FOR TYPE retention.period USING hash AS
    OPERATOR 1 retention.=,
    FUNCTION 1 retention.period_hash(retention.period), FUNCTION 2 retention.period_hash_extended(retention.period, bigint);

-- Stable, not immutable: midnights are those of retention.timezone.
CREATE FUNCTION retention.over_from(start timestamptz, period retention.period) RETURNS timestamptz
    LANGUAGE c STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_retention_over_from';
COMMENT ON FUNCTION retention.over_from(timestamptz, retention.period) IS 'the first instant at which a period that starts there is over';
CREATE FUNCTION retention.over_from(start date, period retention.period) RETURNS timestamptz
    LANGUAGE c STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_retention_over_from_date';
COMMENT ON FUNCTION retention.over_from(date, retention.period) IS 'the first instant at which a period is over whose start is that whole day';
CREATE FUNCTION retention.cutoff(at timestamptz, period retention.period) RETURNS timestamptz
    LANGUAGE c STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_retention_cutoff';
COMMENT ON FUNCTION retention.cutoff(timestamptz, retention.period) IS 'the latest start whose period is over at that time; -infinity when none is';

CREATE TYPE retention.clock;

CREATE FUNCTION retention.clock_in(cstring) RETURNS retention.clock
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_retention_clock_in';
COMMENT ON FUNCTION retention.clock_in(cstring) IS 'I/O';
CREATE FUNCTION retention.clock_out(retention.clock) RETURNS cstring
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_retention_clock_out';
COMMENT ON FUNCTION retention.clock_out(retention.clock) IS 'I/O';
CREATE FUNCTION retention.clock_recv(internal) RETURNS retention.clock
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_retention_clock_recv';
COMMENT ON FUNCTION retention.clock_recv(internal) IS 'I/O';
CREATE FUNCTION retention.clock_send(retention.clock) RETURNS bytea
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_retention_clock_send';
COMMENT ON FUNCTION retention.clock_send(retention.clock) IS 'I/O';

CREATE FUNCTION retention.clock_modifier_in(cstring[]) RETURNS integer
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_retention_clock_modifier_in';
COMMENT ON FUNCTION retention.clock_modifier_in(cstring[]) IS 'I/O of the type modifier: the number of the database whose policies the clocks name';
CREATE FUNCTION retention.clock_modifier_out(integer) RETURNS cstring
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_retention_clock_modifier_out';
COMMENT ON FUNCTION retention.clock_modifier_out(integer) IS 'I/O of the type modifier';
CREATE TYPE retention.clock (
    TYPMOD_IN = retention.clock_modifier_in, TYPMOD_OUT = retention.clock_modifier_out,
    INPUT = retention.clock_in, OUTPUT = retention.clock_out,
    RECEIVE = retention.clock_recv, SEND = retention.clock_send,
    INTERNALLENGTH = 8, PASSEDBYVALUE, ALIGNMENT = double, STORAGE = plain
);
COMMENT ON TYPE retention.clock IS 'what a row carries: its policy, when its retention started, and what was decided about it';

CREATE FUNCTION retention.clock_cmp(retention.clock, retention.clock) RETURNS integer
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_retention_clock_cmp';
COMMENT ON FUNCTION retention.clock_cmp(retention.clock, retention.clock) IS 'less-equal-greater';
CREATE FUNCTION retention.clock_hash(retention.clock) RETURNS integer
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_retention_clock_hash';
COMMENT ON FUNCTION retention.clock_hash(retention.clock) IS 'hash';
CREATE FUNCTION retention.clock_hash_extended(retention.clock, bigint) RETURNS bigint
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_retention_clock_hash_extended';
COMMENT ON FUNCTION retention.clock_hash_extended(retention.clock, bigint) IS 'hash';
CREATE FUNCTION retention.clock_lt(retention.clock, retention.clock) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_retention_clock_lt';
COMMENT ON FUNCTION retention.clock_lt(retention.clock, retention.clock) IS 'implementation of < operator';
CREATE FUNCTION retention.clock_le(retention.clock, retention.clock) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_retention_clock_le';
COMMENT ON FUNCTION retention.clock_le(retention.clock, retention.clock) IS 'implementation of <= operator';
CREATE FUNCTION retention.clock_eq(retention.clock, retention.clock) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_retention_clock_eq';
COMMENT ON FUNCTION retention.clock_eq(retention.clock, retention.clock) IS 'implementation of = operator';
CREATE FUNCTION retention.clock_ne(retention.clock, retention.clock) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_retention_clock_ne';
COMMENT ON FUNCTION retention.clock_ne(retention.clock, retention.clock) IS 'implementation of <> operator';
CREATE FUNCTION retention.clock_ge(retention.clock, retention.clock) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_retention_clock_ge';
COMMENT ON FUNCTION retention.clock_ge(retention.clock, retention.clock) IS 'implementation of >= operator';
CREATE FUNCTION retention.clock_gt(retention.clock, retention.clock) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_retention_clock_gt';
COMMENT ON FUNCTION retention.clock_gt(retention.clock, retention.clock) IS 'implementation of > operator';

CREATE OPERATOR retention.< (
    LEFTARG = retention.clock, RIGHTARG = retention.clock, FUNCTION = retention.clock_lt,
    COMMUTATOR = OPERATOR(retention.>), NEGATOR = OPERATOR(retention.>=),
    RESTRICT = scalarltsel, JOIN = scalarltjoinsel
);
COMMENT ON OPERATOR retention.< (retention.clock, retention.clock) IS 'less than';
CREATE OPERATOR retention.<= (
    LEFTARG = retention.clock, RIGHTARG = retention.clock, FUNCTION = retention.clock_le,
    COMMUTATOR = OPERATOR(retention.>=), NEGATOR = OPERATOR(retention.>),
    RESTRICT = scalarlesel, JOIN = scalarlejoinsel
);
COMMENT ON OPERATOR retention.<= (retention.clock, retention.clock) IS 'less than or equal';
CREATE OPERATOR retention.= (
    LEFTARG = retention.clock, RIGHTARG = retention.clock, FUNCTION = retention.clock_eq,
    COMMUTATOR = OPERATOR(retention.=), NEGATOR = OPERATOR(retention.<>),
    RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES
);
COMMENT ON OPERATOR retention.= (retention.clock, retention.clock) IS 'equal';
CREATE OPERATOR retention.<> (
    LEFTARG = retention.clock, RIGHTARG = retention.clock, FUNCTION = retention.clock_ne,
    COMMUTATOR = OPERATOR(retention.<>), NEGATOR = OPERATOR(retention.=),
    RESTRICT = neqsel, JOIN = neqjoinsel
);
COMMENT ON OPERATOR retention.<> (retention.clock, retention.clock) IS 'not equal';
CREATE OPERATOR retention.>= (
    LEFTARG = retention.clock, RIGHTARG = retention.clock, FUNCTION = retention.clock_ge,
    COMMUTATOR = OPERATOR(retention.<=), NEGATOR = OPERATOR(retention.<),
    RESTRICT = scalargesel, JOIN = scalargejoinsel
);
COMMENT ON OPERATOR retention.>= (retention.clock, retention.clock) IS 'greater than or equal';
CREATE OPERATOR retention.> (
    LEFTARG = retention.clock, RIGHTARG = retention.clock, FUNCTION = retention.clock_gt,
    COMMUTATOR = OPERATOR(retention.<), NEGATOR = OPERATOR(retention.<=),
    RESTRICT = scalargtsel, JOIN = scalargtjoinsel
);
COMMENT ON OPERATOR retention.> (retention.clock, retention.clock) IS 'greater than';

CREATE OPERATOR CLASS retention.clock_ops DEFAULT FOR TYPE retention.clock USING btree AS
    OPERATOR 1 retention.<, OPERATOR 2 retention.<=, OPERATOR 3 retention.=,
    OPERATOR 4 retention.>=, OPERATOR 5 retention.>,
    FUNCTION 1 retention.clock_cmp(retention.clock, retention.clock),
    -- Equal clocks have equal bytes, so that an index may store them once.
    FUNCTION 4 (retention.clock, retention.clock) pg_catalog.btequalimage(oid);
CREATE OPERATOR CLASS retention.clock_hash_ops DEFAULT FOR TYPE retention.clock USING hash AS
    OPERATOR 1 retention.=,
    FUNCTION 1 retention.clock_hash(retention.clock), FUNCTION 2 retention.clock_hash_extended(retention.clock, bigint);

CREATE FUNCTION retention.starts_at(retention.clock) RETURNS timestamptz
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_retention_starts_at';
COMMENT ON FUNCTION retention.starts_at(retention.clock) IS 'when retention started; half a second before midnight stands for a whole day; NULL: not started';
CREATE FUNCTION retention.policy(retention.clock) RETURNS smallint
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_retention_policy';
COMMENT ON FUNCTION retention.policy(retention.clock) IS 'the policy the row falls under; NULL: none';
CREATE FUNCTION retention.started(retention.clock) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_retention_started';
COMMENT ON FUNCTION retention.started(retention.clock) IS 'whether retention has started';
CREATE FUNCTION retention.pending(retention.clock) RETURNS boolean
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'pg_retention_pending';
COMMENT ON FUNCTION retention.pending(retention.clock) IS 'whether something is still to be done about the row: its retention has started, or its erasure was asked for';
