// retention.period in SQL. The rules are core's.
#include "core/time/period.hpp"
#include "pg/guard.hpp"
#include "pg/postgres.hpp"
#include "pg/timezone.hpp"

extern "C" {
#include "common/hashfn.h"
#include "libpq/pqformat.h"
#include "utils/date.h"
}

namespace pg_retention {

namespace {

const core::Period &period_arg(FunctionCallInfo fcinfo, int n) {
    return *reinterpret_cast<const core::Period *>(PG_GETARG_POINTER(n));
}

Datum period_datum(const core::Period &period) {
    auto *copy = static_cast<core::Period *>(palloc(sizeof(core::Period)));
    *copy = period;
    return PointerGetDatum(copy);
}

int compare_args(FunctionCallInfo fcinfo) { return core::compare(period_arg(fcinfo, 0), period_arg(fcinfo, 1)); }

core::Micros value_or_raise(const core::Result<core::Micros> &result) {
    if (!result.ok()) raise(result.error());
    return result.value();
}

}  // namespace

RETENTION_FUNCTION(pg_retention_period_in) {
    const core::Result<core::Period> result = core::parse_period(PG_GETARG_CSTRING(0));
    if (!result.ok()) return reject_input(fcinfo, result.error());
    return period_datum(result.value());
}

RETENTION_FUNCTION(pg_retention_period_out) {
    char *text = static_cast<char *>(palloc(core::kPeriodText));
    core::format_period(period_arg(fcinfo, 0), text, core::kPeriodText);
    PG_RETURN_CSTRING(text);
}

RETENTION_FUNCTION(pg_retention_period_recv) {
    auto buf = reinterpret_cast<StringInfo>(PG_GETARG_POINTER(0));
    core::Period period;
    period.months = static_cast<int32_t>(pq_getmsgint(buf, 4));
    period.days = static_cast<int32_t>(pq_getmsgint(buf, 4));
    period.seconds = static_cast<int32_t>(pq_getmsgint(buf, 4));
    period.anchor = static_cast<uint8_t>(pq_getmsgbyte(buf));
    period.end_month = static_cast<uint8_t>(pq_getmsgbyte(buf));
    period.end_day = static_cast<uint8_t>(pq_getmsgbyte(buf));
    period.flags = static_cast<uint8_t>(pq_getmsgbyte(buf));
    if (!core::is_valid(period))
        ereport(ERROR,
                (errcode(ERRCODE_INVALID_BINARY_REPRESENTATION), errmsg("invalid binary value for type retention.period")));
    return period_datum(period);
}

RETENTION_FUNCTION(pg_retention_period_send) {
    const core::Period &period = period_arg(fcinfo, 0);
    StringInfoData buf;
    pq_begintypsend(&buf);
    pq_sendint32(&buf, static_cast<uint32>(period.months));
    pq_sendint32(&buf, static_cast<uint32>(period.days));
    pq_sendint32(&buf, static_cast<uint32>(period.seconds));
    pq_sendint8(&buf, period.anchor);
    pq_sendint8(&buf, period.end_month);
    pq_sendint8(&buf, period.end_day);
    pq_sendint8(&buf, period.flags);
    PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}

RETENTION_FUNCTION(pg_retention_period_cmp) { PG_RETURN_INT32(compare_args(fcinfo)); }
RETENTION_FUNCTION(pg_retention_period_eq) { PG_RETURN_BOOL(compare_args(fcinfo) == 0); }
RETENTION_FUNCTION(pg_retention_period_ne) { PG_RETURN_BOOL(compare_args(fcinfo) != 0); }
RETENTION_FUNCTION(pg_retention_period_lt) { PG_RETURN_BOOL(compare_args(fcinfo) < 0); }
RETENTION_FUNCTION(pg_retention_period_le) { PG_RETURN_BOOL(compare_args(fcinfo) <= 0); }
RETENTION_FUNCTION(pg_retention_period_gt) { PG_RETURN_BOOL(compare_args(fcinfo) > 0); }
RETENTION_FUNCTION(pg_retention_period_ge) { PG_RETURN_BOOL(compare_args(fcinfo) >= 0); }

RETENTION_FUNCTION(pg_retention_period_hash) {
    const uint64_t h = core::hash(period_arg(fcinfo, 0));
    PG_RETURN_UINT32(hash_bytes(reinterpret_cast<const unsigned char *>(&h), sizeof h));
}

RETENTION_FUNCTION(pg_retention_period_hash_extended) {
    const uint64_t h = core::hash(period_arg(fcinfo, 0));
    const auto seed = static_cast<uint64>(PG_GETARG_INT64(1));
    return UInt64GetDatum(hash_bytes_extended(reinterpret_cast<const unsigned char *>(&h), sizeof h, seed));
}

RETENTION_FUNCTION(pg_retention_over_from) {
    PG_RETURN_TIMESTAMPTZ(value_or_raise(core::over_from(PG_GETARG_TIMESTAMPTZ(0), period_arg(fcinfo, 1), default_zone())));
}

RETENTION_FUNCTION(pg_retention_over_from_date) {
    const DateADT date = PG_GETARG_DATEADT(0);
    const core::Period &period = period_arg(fcinfo, 1);
    // An infinite date is not a day; it is an instant in all but type.
    if (DATE_IS_NOBEGIN(date) || DATE_IS_NOEND(date))
        PG_RETURN_TIMESTAMPTZ(
            value_or_raise(core::over_from(DATE_IS_NOEND(date) ? core::kNever : core::kAlways, period, default_zone())));
    const int64_t day = int64_t{date} + core::kEpochDay;
    PG_RETURN_TIMESTAMPTZ(value_or_raise(
        core::over_from_day(day < core::kNoDay ? static_cast<core::Day>(day) : core::kNoDay, period, default_zone())));
}

RETENTION_FUNCTION(pg_retention_cutoff) {
    PG_RETURN_TIMESTAMPTZ(core::cutoff(PG_GETARG_TIMESTAMPTZ(0), period_arg(fcinfo, 1), default_zone()));
}

}  // namespace pg_retention
