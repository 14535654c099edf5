// What a sweep's own statements ask of a clock.
#include "core/clock.hpp"
#include "pg/guard.hpp"

namespace {

pg_retention::core::Clock clock_argument(FunctionCallInfo fcinfo) {
    return pg_retention::core::Clock{static_cast<uint64_t>(PG_GETARG_INT64(0))};
}

}  // namespace

RETENTION_FUNCTION(pg_retention_with_flags) {
    namespace core = pg_retention::core;
    const core::Clock clock = clock_argument(fcinfo);
    const auto flags = static_cast<uint8_t>(core::flags_of(clock) | (PG_GETARG_INT32(1) & core::kAllFlags));
    PG_RETURN_INT64(static_cast<int64>(core::make_clock(core::policy_of(clock), core::start_of(clock), flags).bits));
}

RETENTION_FUNCTION(pg_retention_waiting) {
    namespace core = pg_retention::core;
    const uint8_t flags = core::flags_of(clock_argument(fcinfo));
    PG_RETURN_BOOL((flags & (core::kHeld | core::kRestricted)) == 0 && (flags & (core::kAwaiting | core::kKept)) != 0);
}
