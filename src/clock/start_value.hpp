#pragma once
// What stands at the end of a way, as a start.
#include "core/time/schedule.hpp"
#include "pg/postgres.hpp"
#include "pg/timezone.hpp"
#include "schema/path.hpp"

namespace pg_retention {

// A number that is 0 or less has not started: so applications write that there is no time yet. False, and an error: it is at -infinity or
// outside 1400-9999; a number before 1980, which one of another unit would be.
bool can_start(Datum value, const StartType &type);
core::Start start_of_value(Datum value, const StartType &type, const PgZone &zone);

}  // namespace pg_retention
