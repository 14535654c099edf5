#include "core/time/holidays.hpp"

namespace pg_retention::core {

namespace {

constexpr std::string_view kWeekdays[] = {"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"};
constexpr std::string_view kOrdinals[] = {"first", "second", "third", "fourth"};
constexpr int32_t kLeapYear = 2000;
constexpr int32_t kDaysPerWeek = 7;
// With these each Easter gives a day of its own year.
constexpr int32_t kLeastOffset = -80, kGreatestOffset = 250;

int32_t weekday_of(Day day) {
    constexpr int32_t kThursday = 3;  // 1970-01-01
    return ((day + kThursday) % kDaysPerWeek + kDaysPerWeek) % kDaysPerWeek;
}

Day weekday_from(Day day, int32_t weekday) { return day + (weekday - weekday_of(day) + kDaysPerWeek) % kDaysPerWeek; }

bool take(std::string_view *text, std::string_view prefix) {
    if (text->substr(0, prefix.size()) != prefix) return false;
    text->remove_prefix(prefix.size());
    return true;
}

// Exactly so many digits.
bool take_digits(std::string_view *text, size_t n, int32_t *value) {
    if (text->size() < n) return false;
    *value = 0;
    for (size_t i = 0; i < n; ++i) {
        const char c = (*text)[i];
        if (c < '0' || c > '9') return false;
        *value = *value * 10 + (c - '0');
    }
    text->remove_prefix(n);
    return true;
}

template <size_t N>
bool take_word(std::string_view *text, const std::string_view (&words)[N], int8_t *index) {
    for (size_t i = 0; i < N; ++i) {
        if (!take(text, words[i])) continue;
        *index = static_cast<int8_t>(i);
        return true;
    }
    return false;
}

bool take_month(std::string_view *text, HolidayRule *rule) {
    int32_t month = 0;
    if (!take_digits(text, 2, &month) || month < 1 || month > 12) return false;
    rule->month = static_cast<int8_t>(month);
    return true;
}

// A date that some year has.
bool take_month_and_day(std::string_view *text, HolidayRule *rule) {
    int32_t day = 0;
    if (!take_month(text, rule) || !take(text, "-") || !take_digits(text, 2, &day)) return false;
    rule->day_of_month = static_cast<int8_t>(day);
    return day >= 1 && day <= days_in_month(kLeapYear, rule->month);
}

bool parse_easter(std::string_view text, HolidayRule *rule) {
    rule->form = HolidayForm::kEaster;
    if (!take(&text, "easter")) return false;
    if (text.empty()) return true;
    const bool before = text[0] == '-';
    int32_t offset = 0;
    if (!take(&text, before ? "-" : "+") || text.empty() || text.size() > 3 || text[0] == '0') return false;
    if (!take_digits(&text, text.size(), &offset)) return false;
    if (before) offset = -offset;
    rule->offset = static_cast<int16_t>(offset);
    return offset >= kLeastOffset && offset <= kGreatestOffset;
}

bool parse_every_year(std::string_view text, HolidayRule *rule) {
    rule->form = HolidayForm::kEveryYear;
    return take_month_and_day(&text, rule) && text.empty();
}

bool parse_one_day(std::string_view text, HolidayRule *rule) {
    int32_t year = 0, month = 0, day = 0;
    rule->form = HolidayForm::kOneDay;
    if (!take_digits(&text, 4, &year) || !take(&text, "-") || !take_digits(&text, 2, &month) || !take(&text, "-") ||
        !take_digits(&text, 2, &day) || !text.empty())
        return false;
    rule->day = day_from_date(year, month, day);
    return rule->day != kNoDay;
}

bool parse_weekday(std::string_view text, HolidayRule *rule) {
    if (take_word(&text, kWeekdays, &rule->weekday)) {
        rule->form = HolidayForm::kWeekdayFrom;
        // A week later is a day of the same year.
        return take(&text, " from ") && take_month_and_day(&text, rule) && text.empty() &&
               (rule->month < 12 || rule->day_of_month <= 25);
    }
    rule->form = HolidayForm::kLastWeekday;
    if (take_word(&text, kOrdinals, &rule->nth)) {
        rule->form = HolidayForm::kNthWeekday;
        ++rule->nth;
    } else if (!take(&text, "last")) {
        return false;
    }
    return take(&text, " ") && take_word(&text, kWeekdays, &rule->weekday) && take(&text, " of ") && take_month(&text, rule) &&
           text.empty();
}

}  // namespace

Result<HolidayRule> parse_holiday(std::string_view text) noexcept {
    for (const auto parse : {parse_every_year, parse_easter, parse_one_day, parse_weekday}) {
        HolidayRule rule = {};
        if (parse(text, &rule)) return rule;
    }
    return make_error(
        ErrorCode::kInvalidParameter,
        "Write 05-17, easter, easter+39, easter-2, 2031-05-02 for that day alone, first monday of 05, last monday of 08, "
        "or saturday from 06-20.",
        "\"%.*s\" is not a rule for a holiday", static_cast<int>(text.size() < 60 ? text.size() : 60), text.data());
}

// The anonymous algorithm of 1876.
Day easter_sunday(int32_t year) noexcept {
    const int32_t a = year % 19, b = year / 100, c = year % 100;
    const int32_t d = b / 4, e = b % 4, f = (b + 8) / 25, g = (b - f + 1) / 3;
    const int32_t h = (19 * a + b - d - g + 15) % 30;
    const int32_t i = c / 4, k = c % 4, l = (32 + 2 * e + 2 * i - h - k) % 7;
    const int32_t m = (a + 11 * h + 22 * l) / 451;
    const int32_t n = h + l - 7 * m + 114;
    return day_from_date(year, n / 31, n % 31 + 1);
}

Day holiday_in(const HolidayRule &rule, int32_t year) noexcept {
    if (year < date_of(kFirstDay).year || year > date_of(kLastDay).year) return kNoDay;
    switch (rule.form) {
        case HolidayForm::kEveryYear: return day_from_date(year, rule.month, rule.day_of_month);
        case HolidayForm::kEaster: return easter_sunday(year) + rule.offset;
        case HolidayForm::kOneDay: return date_of(rule.day).year == year ? rule.day : kNoDay;
        case HolidayForm::kNthWeekday:
            return weekday_from(day_from_date(year, rule.month, 1), rule.weekday) + (rule.nth - 1) * kDaysPerWeek;
        case HolidayForm::kLastWeekday:
            return weekday_from(day_from_date(year, rule.month, days_in_month(year, rule.month)) - kDaysPerWeek + 1,
                                rule.weekday);
        // From 29 February is from 1 March in other years.
        case HolidayForm::kWeekdayFrom:
            return weekday_from(day_from_date(year, rule.month, 1) + rule.day_of_month - 1, rule.weekday);
    }
    return kNoDay;
}

Day holiday_in(const Holiday &holiday, int32_t year) noexcept {
    return year < holiday.since || year > holiday.until ? kNoDay : holiday_in(holiday.rule, year);
}

bool is_working_day(Day day, const Holidays &holidays) noexcept {
    constexpr int32_t kSaturday = 5;
    if (weekday_of(day) >= kSaturday) return false;
    const int32_t year = date_of(day).year;
    for (size_t i = 0; i < holidays.n; ++i)
        if (holiday_in(holidays.all[i], year) == day) return false;
    return true;
}

Day last_day_to_act(Day received, int32_t months, const Holidays &holidays) noexcept {
    for (Day day = add_months(received, months); in_calendar(day); ++day)
        if (is_working_day(day, holidays)) return day;
    return kNoDay;
}

}  // namespace pg_retention::core
