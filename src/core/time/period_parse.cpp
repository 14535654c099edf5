#include <cstdio>

#include "core/time/period.hpp"

namespace pg_retention::core {

namespace {

enum Unit : uint8_t { kSecond, kMinute, kHour, kDayUnit, kWeek, kMonth, kYear, kUnits, kUnknown = kUnits };

constexpr const char *kUnitNames[kUnits] = {"second", "minute", "hour", "day", "week", "month", "year"};
constexpr int64_t kMaxNumber = 9999999999;
constexpr const char *kGrammarHint =
    "Write, for example, \"30 days\", \"3 years 6 months\", \"90 minutes\", \"5 years after end of fiscal year\", or "
    "\"forever\".";

bool is_space(char c) noexcept { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }
bool is_letter(char c) noexcept { return lower(c) >= 'a' && lower(c) <= 'z'; }

bool same(std::string_view word, std::string_view lower_case) noexcept {
    if (word.size() != lower_case.size()) return false;
    for (size_t i = 0; i < word.size(); ++i)
        if (lower(word[i]) != lower_case[i]) return false;
    return true;
}

Unit unit_named(std::string_view word) noexcept {
    std::string_view singular = word;
    if (singular.size() > 1 && lower(singular.back()) == 's') singular.remove_suffix(1);
    for (uint8_t unit = 0; unit < kUnits; ++unit)
        if (same(singular, kUnitNames[unit])) return static_cast<Unit>(unit);
    return kUnknown;
}

// Reads one text from left to right. The first failure stays.
class Parser {
  public:
    explicit Parser(std::string_view text) noexcept : text_(text), rest_(text) {}

    Result<Period> run() noexcept {
        skip_spaces();
        if (!next_is_letter()) {
            units();
        } else if (lower(rest_.front()) == 'p') {
            iso();
        } else if (same(word(), "forever")) {
            period_.flags = kForeverFlag;
        } else {
            fail_syntax(kGrammarHint);
        }
        if (ok_) combine();
        if (ok_ && !is_forever(period_)) anchor();
        skip_spaces();
        if (ok_ && !rest_.empty()) fail_syntax(is_forever(period_) ? "\"forever\" stands alone." : kGrammarHint);
        if (!ok_) return error_;
        return period_;
    }

  private:
    void fail(ErrorCode code, const char *format, const char *hint) noexcept {
        if (!ok_) return;
        ok_ = false;
        // A cut must not split a UTF-8 sequence.
        size_t shown = text_.size();
        if (shown > 80)
            for (shown = 80; shown > 0 && (static_cast<unsigned char>(text_[shown]) & 0xC0) == 0x80; --shown) {}
        char shown_text[84];
        text_.copy(shown_text, shown);  // an empty text may have no data
        std::snprintf(shown_text + shown, sizeof shown_text - shown, "%s", shown < text_.size() ? "..." : "");
        error_ = make_error(code, hint, "%s: \"%s\"", format, shown_text);
    }

    void fail_syntax(const char *hint) noexcept {
        fail(ErrorCode::kInvalidText, "invalid input syntax for type retention.period", hint);
    }

    void fail_range() noexcept {
        fail(ErrorCode::kOutOfRange, "period out of range",
             "A period is shorter than 8600 years; one in hours, minutes or seconds is shorter than 68 years.");
    }

    void skip_spaces() noexcept {
        while (!rest_.empty() && is_space(rest_.front())) rest_.remove_prefix(1);
    }

    bool next_is_letter() const noexcept { return !rest_.empty() && is_letter(rest_.front()); }
    bool next_is_digit() const noexcept { return !rest_.empty() && is_digit(rest_.front()); }

    std::string_view word() noexcept {
        skip_spaces();
        size_t n = 0;
        while (n < rest_.size() && is_letter(rest_[n])) ++n;
        const std::string_view result = rest_.substr(0, n);
        rest_.remove_prefix(n);
        return result;
    }

    int64_t number() noexcept {
        if (!next_is_digit()) {
            fail_syntax(!rest_.empty() && rest_.front() == '-' ? "A period cannot be negative." : kGrammarHint);
            return 0;
        }
        int64_t value = 0;
        for (; next_is_digit(); rest_.remove_prefix(1)) {
            value = value * 10 + (rest_.front() - '0');
            if (value > kMaxNumber) {
                fail_range();
                return 0;
            }
        }
        if (!rest_.empty() && (rest_.front() == '.' || rest_.front() == ','))
            fail_syntax("Use whole numbers and a smaller unit: \"18 months\" rather than \"1.5 years\".");
        return value;
    }

    void take(int64_t value, Unit unit) noexcept {
        if (unit == kUnknown) return fail_syntax(kGrammarHint);
        if (seen_[unit]) return fail_syntax("Give each unit once.");
        seen_[unit] = true;
        amount_[unit] = value;
    }

    void units() noexcept {
        do {
            const int64_t value = number();
            skip_spaces();
            if (ok_) take(value, unit_named(word()));
            skip_spaces();
        } while (ok_ && !rest_.empty() && !next_is_letter());
    }

    void iso() noexcept {
        rest_.remove_prefix(1);
        bool in_time = false;
        for (bool first = true; ok_; first = false) {
            if (!in_time && next_is_letter() && lower(rest_.front()) == 't') {
                in_time = true;
                rest_.remove_prefix(1);
            } else if (!first && (rest_.empty() || is_space(rest_.front()))) {
                return;
            }
            const int64_t value = number();
            if (!ok_) return;
            const char designator = rest_.empty() ? '\0' : lower(rest_.front());
            if (designator == '\0') return fail_syntax(kGrammarHint);
            rest_.remove_prefix(1);
            take(value, iso_unit(designator, in_time));
        }
    }

    static Unit iso_unit(char designator, bool in_time) noexcept {
        if (in_time) return designator == 'h' ? kHour : designator == 'm' ? kMinute : designator == 's' ? kSecond : kUnknown;
        switch (designator) {
            case 'y': return kYear;
            case 'm': return kMonth;
            case 'w': return kWeek;
            case 'd': return kDayUnit;
            default: return kUnknown;
        }
    }

    bool elapsed() const noexcept { return seen_[kSecond] || seen_[kMinute] || seen_[kHour]; }
    bool calendar() const noexcept { return seen_[kDayUnit] || seen_[kWeek] || seen_[kMonth] || seen_[kYear]; }

    void combine() noexcept {
        if (elapsed() && calendar())
            return fail(ErrorCode::kInvalidText, "period mixes calendar units with exact time",
                        "Hours, minutes and seconds are exact elapsed time and stand alone; days and longer end at "
                        "midnight.");
        const int64_t months = amount_[kYear] * 12 + amount_[kMonth];
        const int64_t days = amount_[kWeek] * 7 + amount_[kDayUnit];
        const int64_t seconds = amount_[kHour] * 3600 + amount_[kMinute] * 60 + amount_[kSecond];
        if (months > kMaxMonths || days > kMaxDays || seconds > INT32_MAX) return fail_range();
        period_.months = static_cast<int32_t>(months);
        period_.days = static_cast<int32_t>(days);
        period_.seconds = static_cast<int32_t>(seconds);
    }

    void anchor() noexcept {
        skip_spaces();
        if (!next_is_letter()) return;
        if (!same(word(), "after") || !same(word(), "end") || !same(word(), "of")) return fail_syntax(kGrammarHint);
        const std::string_view what = word();
        if (same(what, "month"))
            period_.anchor = kMonthEnd;
        else if (same(what, "quarter"))
            period_.anchor = kQuarterEnd;
        else if (same(what, "year"))
            period_.anchor = kYearEnd;
        else if (same(what, "fiscal") && same(word(), "year"))
            fiscal_year();
        else
            return fail_syntax("A period counts after the end of a month, quarter, year or fiscal year.");
        if (elapsed())
            fail(ErrorCode::kInvalidText, "exact time cannot count from the end of a calendar unit",
                 "Use days or longer, such as \"1 day after end of month\".");
    }

    void fiscal_year() noexcept {
        period_.anchor = kFiscalYearEnd;
        period_.end_month = 12;
        period_.end_day = 31;
        skip_spaces();
        if (!next_is_letter()) return;
        if (!same(word(), "ending")) return fail_syntax(kGrammarHint);
        skip_spaces();
        // MM-DD, two digits each.
        if (rest_.size() < 5 || !is_digit(rest_[0]) || !is_digit(rest_[1]) || rest_[2] != '-' || !is_digit(rest_[3]) ||
            !is_digit(rest_[4]))
            return fail_syntax("Write the last day of the fiscal year as MM-DD, such as \"ending 06-30\".");
        const int month = (rest_[0] - '0') * 10 + (rest_[1] - '0');
        const int day = (rest_[3] - '0') * 10 + (rest_[4] - '0');
        rest_.remove_prefix(5);
        if (month < 1 || month > 12 || day < 1 || day > days_in_month(2000, month))
            return fail(ErrorCode::kOutOfRange, "fiscal year ends on a date that does not exist",
                        "Write the last day of the fiscal year as MM-DD, such as \"ending 06-30\".");
        period_.end_month = static_cast<uint8_t>(month);
        period_.end_day = static_cast<uint8_t>(day);
    }

    std::string_view text_;
    std::string_view rest_;
    Period period_ = {};
    int64_t amount_[kUnits] = {};
    bool seen_[kUnits] = {};
    bool ok_ = true;
    Error error_ = {};
};

}  // namespace

Result<Period> parse_period(std::string_view text) noexcept { return Parser(text).run(); }

}  // namespace pg_retention::core
