#include "core/time/calendar.hpp"

#include <algorithm>
#include <exception>

// Boost marks its exceptions as visible to the whole process, where another extension's Boost would
// meet them. So they are hidden, and what Boost throws is a type of our own.
#include <boost/config.hpp>
#undef BOOST_SYMBOL_VISIBLE
#define BOOST_SYMBOL_VISIBLE
#define BOOST_NO_EXCEPTIONS
#include <boost/assert/source_location.hpp>
#include <boost/date_time/gregorian/gregorian_types.hpp>

namespace {
struct OutsideCalendar {};
}  // namespace

namespace boost {
void throw_exception(const std::exception &) { throw OutsideCalendar(); }
void throw_exception(const std::exception &, const source_location &) { throw OutsideCalendar(); }
}  // namespace boost

namespace pg_retention::core {

namespace {

using Calendar = boost::gregorian::gregorian_calendar;

constexpr int32_t kLastYear = 9999;
constexpr int32_t kUnixEpochNumber = 2440588;  // Boost's number of 1970-01-01

}  // namespace

Date date_of(Day day) noexcept {
    try {
        const auto number = static_cast<uint32_t>(std::clamp(day, kFirstDay, kLastDay) + kUnixEpochNumber);
        const auto ymd = Calendar::from_day_number(number);
        return {static_cast<int32_t>(ymd.year), static_cast<int32_t>(ymd.month.as_number()), static_cast<int32_t>(ymd.day)};
    } catch (...) {
        return {kLastYear, 12, 31};
    }
}

Day day_from_date(int32_t year, int32_t month, int32_t day) noexcept {
    if (year < 1400 || year > kLastYear || month < 1 || month > 12 || day < 1 || day > days_in_month(year, month)) return kNoDay;
    try {
        const boost::gregorian::greg_year_month_day ymd(static_cast<unsigned short>(year), static_cast<unsigned short>(month),
                                                        static_cast<unsigned short>(day));
        return static_cast<Day>(Calendar::day_number(ymd)) - kUnixEpochNumber;
    } catch (...) {
        return kNoDay;
    }
}

int32_t days_in_month(int32_t year, int32_t month) noexcept {
    try {
        return Calendar::end_of_month_day(static_cast<unsigned short>(year), static_cast<unsigned short>(month));
    } catch (...) {
        return 0;
    }
}

Day add_months(Day day, int32_t months) noexcept {
    if (!in_calendar(day)) return kNoDay;
    const Date from = date_of(day);
    const int64_t total = int64_t{from.year} * 12 + from.month - 1 + months;
    const auto year = static_cast<int32_t>(total / 12);
    const auto month = static_cast<int32_t>(total % 12) + 1;
    if (total < 0 || year > kLastYear) return kNoDay;
    return day_from_date(year, month, std::min(from.day, days_in_month(year, month)));
}

Day end_of_month(Day day) noexcept {
    const Date date = date_of(day);
    return day_from_date(date.year, date.month, days_in_month(date.year, date.month));
}

Day end_of_quarter(Day day) noexcept {
    const Date date = date_of(day);
    const int32_t month = (date.month + 2) / 3 * 3;
    return day_from_date(date.year, month, days_in_month(date.year, month));
}

Day end_of_fiscal_year(Day day, int32_t end_month, int32_t end_day) noexcept {
    const int32_t year = date_of(day).year;
    for (const int32_t candidate : {year, year + 1}) {
        if (candidate > kLastYear) break;
        const Day end = day_from_date(candidate, end_month, std::min(end_day, days_in_month(candidate, end_month)));
        if (day <= end) return end;
    }
    return kNoDay;
}

}  // namespace pg_retention::core
