#pragma once
// Civil days and months as the law counts them. Boost numbers the days; its month rule is not used,
// for it sticks to month ends (28 February + 1 month = 31 March) and the law does not.
#include <cstdint>

namespace pg_retention::core {

using Day = int32_t;     // days since 1970-01-01, local civil calendar
using Micros = int64_t;  // microseconds since 2000-01-01 00:00 UTC, as TimestampTz

inline constexpr Micros kNever = INT64_MAX;   // infinity
inline constexpr Micros kAlways = INT64_MIN;  // -infinity

inline constexpr Day kFirstDay = -208188;  // 1400-01-01, where Boost's calendar begins
inline constexpr Day kLastDay = 2932896;   // 9999-12-31
inline constexpr Day kEpochDay = 10957;    // 2000-01-01
inline constexpr Day kNoDay = INT32_MAX;   // later than any day that can be told

inline constexpr Micros kMicrosPerSecond = 1000000;
inline constexpr Micros kMicrosPerDay = 86400 * kMicrosPerSecond;
inline constexpr Micros kFirstInstant = (kFirstDay - kEpochDay) * kMicrosPerDay;  // in UTC
inline constexpr Micros kEndOfTime = (kLastDay + 1 - kEpochDay) * kMicrosPerDay;  // exclusive

// Local days. They are delimited by their first instants, so that day_of never goes back even where
// clocks do.
struct Zone {
    // The greatest day with first_instant(day) <= at.
    virtual Day day_of(Micros at) const noexcept = 0;
    virtual Micros first_instant(Day day) const noexcept = 0;

  protected:
    ~Zone() = default;
};

struct Date {
    int32_t year;
    int32_t month;
    int32_t day;
};

inline constexpr bool in_calendar(Day day) noexcept { return day >= kFirstDay && day <= kLastDay; }

// Of a day in the calendar; of any other, the nearest.
Date date_of(Day day) noexcept;

// kNoDay when there is no such date between 1400 and 9999.
Day day_from_date(int32_t year, int32_t month, int32_t day) noexcept;

int32_t days_in_month(int32_t year, int32_t month) noexcept;

// The same date that many months later, else the last day of that month. kNoDay beyond 9999.
Day add_months(Day day, int32_t months) noexcept;

// The last day of the month, quarter or year in which the day falls.
Day end_of_month(Day day) noexcept;
Day end_of_quarter(Day day) noexcept;

// The last day of the year ending on this date. 02-29 means the last day of February.
Day end_of_fiscal_year(Day day, int32_t end_month, int32_t end_day) noexcept;

}  // namespace pg_retention::core
