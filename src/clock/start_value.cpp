#include "clock/start_value.hpp"

extern "C" {
#include "catalog/pg_type.h"
#include "utils/date.h"
}

namespace pg_retention {

namespace {

core::Micros micros_of(Datum value, Oid type) {
    return type == DATEOID ? static_cast<core::Micros>(DatumGetDateADT(value)) * USECS_PER_DAY : DatumGetTimestampTz(value);
}

bool is_always(Datum value, Oid type) {
    return type == DATEOID ? DATE_IS_NOBEGIN(DatumGetDateADT(value)) : TIMESTAMP_IS_NOBEGIN(DatumGetTimestampTz(value));
}

bool is_never(Datum value, Oid type) {
    return type == DATEOID ? DATE_IS_NOEND(DatumGetDateADT(value)) : TIMESTAMP_IS_NOEND(DatumGetTimestampTz(value));
}

}  // namespace

bool can_start(Datum value, Oid type) {
    constexpr core::Micros kYear1401 = -18902419200000000LL;  // 1401-01-02, a day's margin for zones
    constexpr core::Micros kYear9998 = 252392371200000000LL;  // 9998-01-01
    if (is_never(value, type)) return true;
    if (is_always(value, type)) return false;
    const core::Micros at = micros_of(value, type);
    return at >= kYear1401 && at <= kYear9998;
}

core::Start start_of_value(Datum value, Oid type, const PgZone &zone) {
    if (is_never(value, type)) return core::kNotStarted;
    if (is_always(value, type))
        ereport(ERROR, (errcode(ERRCODE_DATETIME_FIELD_OVERFLOW), errmsg("retention clock cannot start at -infinity"),
                        errhint("Use NULL for a clock that has not started.")));
    if (!can_start(value, type))
        ereport(ERROR, (errcode(ERRCODE_DATETIME_FIELD_OVERFLOW), errmsg("start of a retention clock is out of range"),
                        errhint("A clock starts between the years 1401 and 9997.")));
    const core::Micros at = micros_of(value, type);
    if (type == DATEOID)
        return core::start_of_day(static_cast<core::Day>(at / USECS_PER_DAY + (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE)), zone);
    return core::start_of_instant(type == TIMESTAMPOID ? instant_of_local(at, zone) : at);
}

}  // namespace pg_retention
