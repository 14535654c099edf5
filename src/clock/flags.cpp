// What a sweep's own statements ask of a clock.
#include "pg/clock_datum.hpp"
#include "pg/guard.hpp"

namespace core = pg_retention::core;
using pg_retention::clock_argument, pg_retention::clock_datum;

RETENTION_FUNCTION(pg_retention_with_flags) {
    return clock_datum(core::add_flags(clock_argument(fcinfo, 0), static_cast<uint8_t>(PG_GETARG_INT32(1) & core::kAllFlags)));
}

RETENTION_FUNCTION(pg_retention_waiting) {
    const uint8_t flags = clock_argument(fcinfo, 0).flags();
    PG_RETURN_BOOL((flags & (core::kHeld | core::kRestricted)) == 0 && (flags & (core::kAwaiting | core::kKept)) != 0);
}
