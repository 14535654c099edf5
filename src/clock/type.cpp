// retention.clock in SQL: eight bytes by value, ordered as they stand.
#include "core/time/clock.hpp"
#include "pg/clock_datum.hpp"
#include "pg/guard.hpp"
#include "pg/postgres.hpp"
#include "pg/running.hpp"

extern "C" {
#include "common/hashfn.h"
#include "libpq/pqformat.h"
#include "replication/logicalworker.h"
}

namespace pg_retention {

namespace {

// By an apply worker that finds rows by all their columns (REPLICA IDENTITY FULL), outside of any statement. Clocks there are the subscriber's own:
// by what the publisher's say no row would be found, and each change would be lost without a word.
bool is_looked_for(FunctionCallInfo fcinfo) {
    return IsLogicalWorker() && running == nullptr && fcinfo->flinfo->fn_expr == nullptr;
}

}  // namespace

RETENTION_FUNCTION(pg_retention_clock_in) {
    const core::Result<core::Clock> result = core::parse_clock(PG_GETARG_CSTRING(0));
    if (!result.ok()) return reject_input(fcinfo, result.error());
    return clock_datum(result.value());
}

RETENTION_FUNCTION(pg_retention_clock_out) {
    char *text = static_cast<char *>(palloc(core::kClockText));
    core::format_clock(clock_argument(fcinfo, 0), text, core::kClockText);
    PG_RETURN_CSTRING(text);
}

RETENTION_FUNCTION(pg_retention_clock_recv) {
    const core::Clock clock = core::Clock::from_integer(pq_getmsgint64(reinterpret_cast<StringInfo>(PG_GETARG_POINTER(0))));
    if (!core::is_valid(clock))
        ereport(ERROR, (errcode(ERRCODE_INVALID_BINARY_REPRESENTATION), errmsg("invalid binary value for type retention.clock")));
    return clock_datum(clock);
}

RETENTION_FUNCTION(pg_retention_clock_send) {
    StringInfoData buf;
    pq_begintypsend(&buf);
    pq_sendint64(&buf, static_cast<uint64>(clock_argument(fcinfo, 0).integer()));
    PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}

RETENTION_FUNCTION(pg_retention_clock_cmp) {
    const core::Clock a = clock_argument(fcinfo, 0), b = clock_argument(fcinfo, 1);
    PG_RETURN_INT32(a < b ? -1 : a == b ? 0 : 1);
}

RETENTION_FUNCTION(pg_retention_clock_eq) {
    if (clock_argument(fcinfo, 0) == clock_argument(fcinfo, 1)) PG_RETURN_BOOL(true);
    PG_RETURN_BOOL(is_looked_for(fcinfo));
}
RETENTION_FUNCTION(pg_retention_clock_ne) { PG_RETURN_BOOL(clock_argument(fcinfo, 0) != clock_argument(fcinfo, 1)); }
RETENTION_FUNCTION(pg_retention_clock_lt) { PG_RETURN_BOOL(clock_argument(fcinfo, 0) < clock_argument(fcinfo, 1)); }
RETENTION_FUNCTION(pg_retention_clock_le) { PG_RETURN_BOOL(clock_argument(fcinfo, 0) <= clock_argument(fcinfo, 1)); }
RETENTION_FUNCTION(pg_retention_clock_gt) { PG_RETURN_BOOL(clock_argument(fcinfo, 0) > clock_argument(fcinfo, 1)); }
RETENTION_FUNCTION(pg_retention_clock_ge) { PG_RETURN_BOOL(clock_argument(fcinfo, 0) >= clock_argument(fcinfo, 1)); }

RETENTION_FUNCTION(pg_retention_clock_hash) {
    const int64 clock = clock_argument(fcinfo, 0).integer();
    PG_RETURN_UINT32(hash_bytes(reinterpret_cast<const unsigned char *>(&clock), sizeof clock));
}

RETENTION_FUNCTION(pg_retention_clock_hash_extended) {
    const int64 clock = clock_argument(fcinfo, 0).integer();
    return UInt64GetDatum(hash_bytes_extended(reinterpret_cast<const unsigned char *>(&clock), sizeof clock,
                                              static_cast<uint64>(PG_GETARG_INT64(1))));
}

RETENTION_FUNCTION(pg_retention_starts_at) {
    const core::Clock clock = clock_argument(fcinfo, 0);
    if (!core::is_started(clock)) PG_RETURN_NULL();
    PG_RETURN_TIMESTAMPTZ(core::instant_of(core::start_of(clock)));
}

RETENTION_FUNCTION(pg_retention_policy) {
    const core::Clock clock = clock_argument(fcinfo, 0);
    if (core::policy_of(clock) == 0) PG_RETURN_NULL();
    PG_RETURN_INT16(static_cast<int16>(core::policy_of(clock)));
}

RETENTION_FUNCTION(pg_retention_started) { PG_RETURN_BOOL(core::is_started(clock_argument(fcinfo, 0))); }

RETENTION_FUNCTION(pg_retention_pending) { PG_RETURN_BOOL(core::is_pending(clock_argument(fcinfo, 0))); }

}  // namespace pg_retention
