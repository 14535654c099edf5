#pragma once
// A period: a calendar length, or exact elapsed time, and what it counts from.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/time/calendar.hpp"
#include "core/data/result.hpp"

namespace pg_retention::core {

inline constexpr uint8_t kNoAnchor = 0;
inline constexpr uint8_t kMonthEnd = 1;
inline constexpr uint8_t kQuarterEnd = 2;
inline constexpr uint8_t kYearEnd = 3;
inline constexpr uint8_t kFiscalYearEnd = 4;
inline constexpr uint8_t kForeverFlag = 1;

// As stored on disk. All zero is "0 days"; seconds stand alone.
struct Period {
    int32_t months;
    int32_t days;
    int32_t seconds;
    uint8_t anchor;
    uint8_t end_month;  // of a fiscal year, else zero
    uint8_t end_day;
    uint8_t flags;
};
static_assert(sizeof(Period) == 16);

inline constexpr int32_t kMaxMonths = (9999 - 1400) * 12;
inline constexpr int32_t kMaxDays = kLastDay - kFirstDay;
inline constexpr size_t kPeriodText = 128;  // room for any period's text

inline bool is_forever(const Period &p) noexcept { return (p.flags & kForeverFlag) != 0; }
inline bool is_elapsed(const Period &p) noexcept { return p.seconds != 0; }
// Over at its start, at that very instant.
inline bool is_zero(const Period &p) noexcept {
    return p.months == 0 && p.days == 0 && p.seconds == 0 && p.anchor == kNoAnchor && !is_forever(p);
}

// `N unit [M unit ...] [after end of ...]`, an ISO 8601 duration, or `forever`.
Result<Period> parse_period(std::string_view text) noexcept;

// The canonical text, which parses to an equal period. Returns its length.
size_t format_period(const Period &period, char *buf, size_t cap) noexcept;

// False when no text gives these fields: bytes from elsewhere.
bool is_valid(const Period &period) noexcept;

// A total order (roughly by length) in which only periods that are over at the same instant for
// every start are equal: 12 months = 1 year, 24 hours <> 1 day.
int compare(const Period &a, const Period &b) noexcept;
uint64_t hash(const Period &period) noexcept;

// Of a period in days or longer: its last day when the event falls on this one (LEGAL 1: the day of
// the event is not counted). kNoDay beyond 9999.
Day last_day(Day event, const Period &period) noexcept;

// The greatest event day whose period is over when `today` begins; less than kFirstDay if none.
Day last_event_day(Day today, const Period &period) noexcept;

// The first instant at which the period is over.
Result<Micros> over_from(Micros start, const Period &period, const Zone &zone) noexcept;

// The same for an event that is a whole local day, over at its end at the earliest.
Result<Micros> over_from_day(Day event, const Period &period, const Zone &zone) noexcept;

// The latest start whose period is over at `at`: the exact inverse of over_from. kAlways when none.
Micros cutoff(Micros at, const Period &period, const Zone &zone) noexcept;

}  // namespace pg_retention::core
