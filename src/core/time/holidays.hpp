#pragma once
// Public holidays as rules, and the last day to act: Regulation 1182/71, 3(4). A period that somebody has for acting does not end on a
// Saturday, a Sunday or a holiday; one that data are kept for may.
#include <cstddef>
#include <string_view>

#include "core/data/result.hpp"
#include "core/time/calendar.hpp"

namespace pg_retention::core {

enum class HolidayForm : uint8_t { kEveryYear, kEaster, kOneDay, kNthWeekday, kLastWeekday, kWeekdayFrom };

struct HolidayRule {
    HolidayForm form;
    int8_t weekday;  // 0: Monday
    int8_t nth;      // from 1
    int8_t month;
    int8_t day_of_month;
    int16_t offset;  // days after Easter Sunday
    Day day;         // of kOneDay
};

// A rule and the years in which it holds, both included.
struct Holiday {
    HolidayRule rule;
    int32_t since;
    int32_t until;
};

struct Holidays {
    const Holiday *all;
    size_t n;
};

// `MM-DD`, `easter`, `easter+39`, `easter-2`, `YYYY-MM-DD`, `first monday of MM` (to fourth, and last), `saturday from MM-DD`. Each has one way of
// being written.
Result<HolidayRule> parse_holiday(std::string_view text) noexcept;

// Of the Gregorian calendar.
Day easter_sunday(int32_t year) noexcept;

// kNoDay when the rule gives that year none.
Day holiday_in(const HolidayRule &rule, int32_t year) noexcept;
// The same within its years.
Day holiday_in(const Holiday &holiday, int32_t year) noexcept;

bool is_working_day(Day day, const Holidays &holidays) noexcept;

// The day of receipt is not counted; the same date so many months later, or the last day of that month; and if that is no working day, the
// next one. kNoDay beyond 9999.
Day last_day_to_act(Day received, int32_t months, const Holidays &holidays) noexcept;

// What a database begins with.
struct StandardHoliday {
    const char *country;
    const char *rule;
    const char *name;
};
inline constexpr StandardHoliday kStandardHolidays[] = {
    {"NO", "01-01", "New Year's Day"},   {"NO", "easter-3", "Maundy Thursday"}, {"NO", "easter-2", "Good Friday"},
    {"NO", "easter", "Easter Sunday"},   {"NO", "easter+1", "Easter Monday"},   {"NO", "05-01", "Labour Day"},
    {"NO", "05-17", "Constitution Day"}, {"NO", "easter+39", "Ascension Day"},  {"NO", "easter+49", "Whit Sunday"},
    {"NO", "easter+50", "Whit Monday"},  {"NO", "12-25", "Christmas Day"},      {"NO", "12-26", "Second Day of Christmas"},
};

}  // namespace pg_retention::core
