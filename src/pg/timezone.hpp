#pragma once
// Local days in the zone retention.timezone, on PostgreSQL's own zone tables (pure look-ups: they raise nothing).
#include "core/time/calendar.hpp"
#include "pg/postgres.hpp"

extern "C" {
#include "utils/guc.h"
}

namespace pg_retention {

const core::Zone &policy_zone();
const char *policy_zone_name();

// The local date and, where not midnight, time of an instant, for messages. Palloc'ed.
char *local_text(core::Micros at);

// The instant of a local timestamp (microseconds since 2000-01-01 00:00 local).
core::Micros instant_of_local(core::Micros local);

bool check_policy_zone(char **newval, void **extra, GucSource source);
void assign_policy_zone(const char *newval, void *extra);

}  // namespace pg_retention
