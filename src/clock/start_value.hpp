#pragma once
// What stands at the end of a way, as a start.
#include "core/time/schedule.hpp"
#include "pg/postgres.hpp"
#include "pg/timezone.hpp"

namespace pg_retention {

// Of a date, timestamp or timestamptz. False, and an error: it is at -infinity or outside 1400-9999.
bool can_start(Datum value, Oid type);
core::Start start_of_value(Datum value, Oid type, const PgZone &zone);

}  // namespace pg_retention
