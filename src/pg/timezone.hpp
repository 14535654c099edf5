#pragma once
// Local days in the zone of a policy, on PostgreSQL's own zone tables (pure look-ups: they raise nothing).
#include "core/time/calendar.hpp"
#include "pg/postgres.hpp"

extern "C" {
#include "pgtime.h"
#include "utils/guc.h"
}

namespace pg_retention {

class PgZone final : public core::Zone {
  public:
    constexpr explicit PgZone(pg_tz *zone) : zone_(zone) {}
    core::Day day_of(core::Micros at) const noexcept override;
    core::Micros first_instant(core::Day day) const noexcept override;
    pg_tz *zone() const { return zone_; }
    const char *name() const { return pg_get_timezone_name(zone_); }

  private:
    pg_tz *zone_;
};

// Of the setting retention.timezone, which a policy has that is written without one; empty means log_timezone.
PgZone default_zone();

// False: there is no such zone, or its clocks count leap seconds.
bool find_zone(const char *name, pg_tz **zone);

// Whether it has a name by which every server knows it: one of pg_timezone_names, and none that stands for no zone, or for whatever the
// machine has. A POSIX specification is none.
bool is_named_zone(pg_tz *zone);

// The name of the zone that field "timezone" of a policy, purpose or request has; "": the default. Error 22023: it is none that is_named_zone.
const char *zone_for_field(const char *name);

// The local date and, where not midnight, time of an instant, for messages. Palloc'ed.
char *local_text(core::Micros at, const PgZone &zone);

// The instant of a local timestamp (microseconds since 2000-01-01 00:00 local).
core::Micros instant_of_local(core::Micros local, const PgZone &zone);

bool check_default_zone(char **newval, void **extra, GucSource source);
void assign_default_zone(const char *newval, void *extra);

}  // namespace pg_retention
