#include "pg/timezone.hpp"

#include <initializer_list>

#include "pg/compat.hpp"
#include "pg/settings.hpp"

extern "C" {
#include "utils/datetime.h"
}

namespace pg_retention {

namespace {

constexpr int64_t kMicrosPerSecond = 1000000;
constexpr int64_t kEpochShift = 946684800;  // 1970-01-01 to 2000-01-01
constexpr int64_t kDaySeconds = 86400;
constinit pg_tz *named_zone = nullptr;

int64_t floor_div(int64_t a, int64_t b) { return a / b - (a % b != 0 && (a < 0) != (b < 0) ? 1 : 0); }

core::Micros micros(pg_time_t t) { return (t - kEpochShift) * kMicrosPerSecond; }

}  // namespace

core::Day PgZone::day_of(core::Micros at) const noexcept {
    const pg_time_t t = floor_div(at, kMicrosPerSecond) + kEpochShift;
    const pg_tm *tm = pg_localtime(&t, zone_);
    const int64_t local = t + (tm == nullptr ? 0 : tm->tm_gmtoff);
    auto day = static_cast<core::Day>(floor_div(local, kDaySeconds));
    // Where clocks go back across midnight a day has begun once its first instant has passed.
    return first_instant(day + 1) <= at ? day + 1 : day;
}

core::Micros PgZone::first_instant(core::Day day) const noexcept {
    const pg_time_t naive = static_cast<int64_t>(day) * kDaySeconds;
    pg_time_t from = naive - 3 * kDaySeconds / 2;
    for (;;) {
        long before = 0, after = 0;
        int before_dst = 0, after_dst = 0;
        pg_time_t boundary = 0;
        const int found = pg_next_dst_boundary(&from, &before, &before_dst, &boundary, &after, &after_dst, zone_);
        if (found <= 0 || naive - before < boundary) return micros(naive - before);
        if (naive - after < boundary) return micros(boundary);
        from = boundary;
    }
}

PgZone default_zone() { return PgZone(named_zone != nullptr ? named_zone : log_timezone); }

bool find_zone(const char *name, pg_tz **zone) {
    pg_tz *found = pg_tzset(name);
    if (found == nullptr || !pg_tz_acceptable(found)) return false;
    *zone = found;
    return true;
}

bool is_named_zone(pg_tz *zone) {
    // All files of the server's zones are read for it. Zones stay where they are for as long as the process lives.
    static constinit pg_tz *last = nullptr;
    if (zone == last) return true;
    const char *name = pg_get_timezone_name(zone);
    for (const char *none : {"Factory", "localtime", "posixrules"})
        if (strcmp(name, none) == 0) return false;
    bool found = false;
    pg_tzenum *zones = pg_tzenumerate_start();
    for (pg_tz *one = nullptr; !found && (one = pg_tzenumerate_next(zones)) != nullptr;)
        found = strcmp(pg_get_timezone_name(one), name) == 0;
    pg_tzenumerate_end(zones);
    if (found) last = zone;
    return found;
}

const char *zone_for_field(const char *name) {
    pg_tz *zone = default_zone().zone();
    if (name[0] != '\0' && !find_zone(name, &zone))
        ereport(ERROR,
                (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("time zone \"%s\" in field \"timezone\" is not known", name),
                 errhint("Write the name of a zone, such as Europe/Oslo; see pg_timezone_names.")));
    if (!is_named_zone(zone))
        ereport(
            ERROR,
            (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
             errmsg("time zone \"%s\" in field \"timezone\" is not one that has a name everywhere",
                    name[0] != '\0' ? name : pg_get_timezone_name(zone)),
             errhint(
                 "Offsets, abbreviations and POSIX specifications are no names: write that of a zone, such as Europe/Oslo; see "
                 "pg_timezone_names.")));
    return pg_get_timezone_name(zone);
}

char *local_text(core::Micros at, const PgZone &zone) {
    const pg_time_t t = floor_div(at, kMicrosPerSecond) + kEpochShift;
    const pg_tm *tm = pg_localtime(&t, zone.zone());
    if (tm == nullptr) return pstrdup("never");
    if (tm->tm_hour == 0 && tm->tm_min == 0 && tm->tm_sec == 0)
        return psprintf("%04d-%02d-%02d", tm->tm_year + 1900, tm->tm_mon + 1, tm->tm_mday);
    return psprintf("%04d-%02d-%02d %02d:%02d:%02d", tm->tm_year + 1900, tm->tm_mon + 1, tm->tm_mday, tm->tm_hour, tm->tm_min,
                    tm->tm_sec);
}

core::Micros instant_of_local(core::Micros local, const PgZone &zone) {
    struct pg_tm tm = {};
    fsec_t fsec = 0;
    TimestampTz result = 0;
    if (timestamp2tm(local, nullptr, &tm, &fsec, nullptr, nullptr) != 0) return core::kNever;
    int tz = DetermineTimeZoneOffset(&tm, zone.zone());
    return tm2timestamp(&tm, fsec, &tz, &result) == 0 ? result : core::kNever;
}

bool check_default_zone(char **newval, void **extra, GucSource) {
    if (*newval == nullptr || (*newval)[0] == '\0') return true;
    pg_tz *zone = pg_tzset(*newval);
    if (zone == nullptr) {
        GUC_check_errdetail("Time zone \"%s\" is not known.", *newval);
        return false;
    }
    pg_tz **kept = static_cast<pg_tz **>(allocate_extra(sizeof zone));
    if (kept == nullptr) return false;
    *kept = zone;
    *extra = kept;
    return true;
}

void assign_default_zone(const char *, void *extra) { named_zone = extra != nullptr ? *static_cast<pg_tz **>(extra) : nullptr; }

}  // namespace pg_retention
