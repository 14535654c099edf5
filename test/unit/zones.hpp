#pragma once
// Zones for tests, computed from their rules rather than from tables.
#include <cstdio>
#include <string>

#include "core/time/period.hpp"

namespace pg_retention::core {

inline int64_t seconds_at(Micros at) {
    const int64_t s = at / kMicrosPerSecond - (at % kMicrosPerSecond < 0 ? 1 : 0);
    return s + int64_t{kEpochDay} * 86400;
}

inline Day floor_day(int64_t seconds) { return static_cast<Day>(seconds / 86400 - (seconds % 86400 < 0 ? 1 : 0)); }

// Central European time: summer time from 01:00 UTC on the last Sunday of March to that of October.
class Oslo final : public Zone {
  public:
    Day day_of(Micros at) const noexcept override {
        const int64_t s = seconds_at(at);
        return floor_day(s + offset(s));
    }
    Micros first_instant(Day day) const noexcept override {
        // Clocks change at 01:00 UTC, so midnight's offset is that of an hour and a half before it.
        const int64_t local = int64_t{day} * 86400;
        return (local - offset(local - 5400) - int64_t{kEpochDay} * 86400) * kMicrosPerSecond;
    }

  private:
    static int64_t last_sunday(int32_t year, int32_t month) {
        const Day end = day_from_date(year, month, 31);
        return int64_t{end - (end % 7 + 7 + 4) % 7} * 86400;  // 1970-01-01 was a Thursday
    }
    static int64_t offset(int64_t s) {
        const int32_t year = date_of(floor_day(s)).year;
        return s >= last_sunday(year, 3) + 3600 && s < last_sunday(year, 10) + 3600 ? 7200 : 3600;
    }
};

class Utc final : public Zone {
  public:
    Day day_of(Micros at) const noexcept override { return floor_day(seconds_at(at)); }
    Micros first_instant(Day day) const noexcept override { return (int64_t{day} - kEpochDay) * kMicrosPerDay; }
};

// Like Samoa, which had no 30 December 2011: that day begins and ends with the next.
class Samoa final : public Zone {
  public:
    Day day_of(Micros at) const noexcept override {
        const int64_t s = seconds_at(at);
        return floor_day(s + (s < change() ? -10 : 14) * 3600);
    }
    Micros first_instant(Day day) const noexcept override {
        const int64_t local = int64_t{day} * 86400;
        const bool before = local + 10 * 3600 < change();
        const int64_t s = before ? local + 10 * 3600 : std::max(local - 14 * 3600, change());
        return (s - int64_t{kEpochDay} * 86400) * kMicrosPerSecond;
    }

  private:
    static int64_t change() { return int64_t{day_from_date(2011, 12, 30)} * 86400 + 10 * 3600; }
};

inline Day day(const char *text) {
    int y, m, d;
    std::sscanf(text, "%d-%d-%d", &y, &m, &d);
    return day_from_date(y, m, d);
}

// "2026-01-01 10:00[:SS]" on UTC's clock.
inline Micros utc(const char *text) {
    int h = 0, m = 0, s = 0;
    std::sscanf(text + 10, " %d:%d:%d", &h, &m, &s);
    return (int64_t{day(text)} - kEpochDay) * kMicrosPerDay + (h * 3600 + m * 60 + s) * kMicrosPerSecond;
}

inline std::string date_text(Day d) {
    if (d == kNoDay) return "none";
    const Date date = date_of(d);
    char buf[16];
    std::snprintf(buf, sizeof buf, "%04d-%02d-%02d", date.year, date.month, date.day);
    return buf;
}

inline std::string utc_text(Micros at) {
    if (at == kNever) return "never";
    if (at == kAlways) return "always";
    const int64_t s = seconds_at(at);
    const int64_t rest = s - int64_t{floor_day(s)} * 86400;
    char buf[16];
    std::snprintf(buf, sizeof buf, " %02d:%02d:%02d", int(rest / 3600), int(rest / 60 % 60), int(rest % 60));
    return date_text(floor_day(s)) + buf;
}

inline Period period(const char *text) {
    const auto result = parse_period(text);
    if (!result.ok()) std::printf("# %s\n", result.error().message);
    return result.ok() ? result.value() : Period{0, 0, 0, 0, 0, 0, 128};
}

inline std::string canonical(const Period &p) {
    char buf[kPeriodText];
    return {buf, format_period(p, buf, sizeof buf)};
}

}  // namespace pg_retention::core
