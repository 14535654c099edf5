-- What PUBLIC may run, and nothing else: what types, indexes, plans and triggers call in everybody's name, and what checks
-- its caller by itself.

REVOKE EXECUTE ON ALL ROUTINES IN SCHEMA retention FROM PUBLIC;

GRANT EXECUTE ON FUNCTION
    retention.period_in(cstring), retention.period_out(retention.period),
    retention.period_recv(internal), retention.period_send(retention.period),
    retention.period_cmp(retention.period, retention.period), retention.period_hash(retention.period),
    retention.period_hash_extended(retention.period, bigint),
    retention.period_lt(retention.period, retention.period), retention.period_le(retention.period, retention.period),
    retention.period_eq(retention.period, retention.period), retention.period_ne(retention.period, retention.period),
    retention.period_ge(retention.period, retention.period), retention.period_gt(retention.period, retention.period),
    retention.over_from(timestamptz, retention.period), retention.over_from(date, retention.period),
    retention.cutoff(timestamptz, retention.period),
    retention.clock_in(cstring), retention.clock_out(retention.clock),
    retention.clock_recv(internal), retention.clock_send(retention.clock),
    retention.clock_cmp(retention.clock, retention.clock), retention.clock_hash(retention.clock),
    retention.clock_hash_extended(retention.clock, bigint),
    retention.clock_lt(retention.clock, retention.clock), retention.clock_le(retention.clock, retention.clock),
    retention.clock_eq(retention.clock, retention.clock), retention.clock_ne(retention.clock, retention.clock),
    retention.clock_ge(retention.clock, retention.clock), retention.clock_gt(retention.clock, retention.clock),
    retention.starts_at(retention.clock), retention.policy(retention.clock), retention.started(retention.clock),
    retention.pending(retention.clock), retention.waiting(retention.clock), retention.with_flags(retention.clock, integer),
    retention.statistics_visible(oid), retention.extended_statistics_visible(oid),
    retention.visible(retention.clock), retention.conflict_visible(retention.clock), retention.state(retention.clock),
    retention.maintain_clock(), retention.guard_delete(), retention.follow_path(),
    retention.reinstate(regclass, bigint), retention.reinstate(regclass, text), retention.reinstate(regclass, uuid),
    retention.reinstate(regclass, jsonb), retention.reinstate_by_text(regclass, text, boolean),
    retention.home_known(), retention.verify_ledger()
TO PUBLIC;
