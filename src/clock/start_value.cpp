#include "clock/start_value.hpp"

#include <cmath>

extern "C" {
#include "catalog/pg_type.h"
#include "utils/date.h"
}

namespace pg_retention {

namespace {

constexpr core::Micros kUnixEpoch = -static_cast<core::Micros>(POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * USECS_PER_DAY;
constexpr core::Micros kYear1401 = -18902419200000000LL;  // 1401-01-02, a day's margin for zones
constexpr core::Micros kYear1980 = -631152000000000LL;    // 1980-01-01
constexpr core::Micros kYear9998 = 252392371200000000LL;  // 9998-01-01

double micros_in(StartUnit unit) {
    switch (unit) {
        case StartUnit::kSeconds: return 1e6;
        case StartUnit::kMilliseconds: return 1e3;
        case StartUnit::kMicroseconds:
        case StartUnit::kNone: return 1;
    }
    return 1;
}

double number_in(Datum value, Oid type) {
    switch (type) {
        case INT4OID: return DatumGetInt32(value);
        case INT8OID: return static_cast<double>(DatumGetInt64(value));
        default: return DatumGetFloat8(value);
    }
}

// Whole numbers are exact; those of double precision are as exact as they are written.
core::Micros micros_of_number(Datum value, const StartType &type) {
    const auto factor = static_cast<core::Micros>(micros_in(type.unit));
    if (type.type == FLOAT8OID)
        return static_cast<core::Micros>(std::rint(DatumGetFloat8(value) * micros_in(type.unit))) + kUnixEpoch;
    return (type.type == INT4OID ? DatumGetInt32(value) : DatumGetInt64(value)) * factor + kUnixEpoch;
}

core::Micros micros_of(Datum value, const StartType &type) {
    if (type.unit != StartUnit::kNone) return micros_of_number(value, type);
    return type.type == DATEOID ? static_cast<core::Micros>(DatumGetDateADT(value)) * USECS_PER_DAY : DatumGetTimestampTz(value);
}

bool is_always(Datum value, const StartType &type) {
    if (type.unit != StartUnit::kNone) return false;
    return type.type == DATEOID ? DATE_IS_NOBEGIN(DatumGetDateADT(value)) : TIMESTAMP_IS_NOBEGIN(DatumGetTimestampTz(value));
}

bool is_never(Datum value, const StartType &type) {
    if (type.unit != StartUnit::kNone) return number_in(value, type.type) <= 0;
    return type.type == DATEOID ? DATE_IS_NOEND(DatumGetDateADT(value)) : TIMESTAMP_IS_NOEND(DatumGetTimestampTz(value));
}

// What is no number is not in it, either.
bool is_in_range(Datum value, const StartType &type) {
    const double at = type.unit != StartUnit::kNone
                        ? number_in(value, type.type) * micros_in(type.unit) + static_cast<double>(kUnixEpoch)
                        : static_cast<double>(micros_of(value, type));
    // A number of another unit would be a time in 1970.
    const core::Micros first = type.unit == StartUnit::kNone ? kYear1401 : kYear1980;
    return at >= static_cast<double>(first) && at <= static_cast<double>(kYear9998);
}

}  // namespace

bool can_start(Datum value, const StartType &type) {
    return is_never(value, type) || (!is_always(value, type) && is_in_range(value, type));
}

core::Start start_of_value(Datum value, const StartType &type, const PgZone &zone) {
    if (is_never(value, type)) return core::kNotStarted;
    if (is_always(value, type))
        ereport(ERROR, (errcode(ERRCODE_DATETIME_FIELD_OVERFLOW), errmsg("retention clock cannot start at -infinity"),
                        errhint("Use NULL for a clock that has not started.")));
    if (!can_start(value, type))
        ereport(ERROR, (errcode(ERRCODE_DATETIME_FIELD_OVERFLOW), errmsg("start of a retention clock is out of range"),
                        type.unit == StartUnit::kNone
                            ? errhint("A clock starts between the years 1401 and 9997.")
                            : errhint("A number starts a clock between the years 1980 and 9997. Does it count %s since 1970?",
                                      name_of(type.unit))));
    const core::Micros at = micros_of(value, type);
    if (type.type == DATEOID)
        return core::start_of_day(static_cast<core::Day>(at / USECS_PER_DAY + (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE)), zone);
    return core::start_of_instant(type.type == TIMESTAMPOID ? instant_of_local(at, zone) : at);
}

}  // namespace pg_retention
