#include "core/type_modifier.hpp"

#include <cstdio>
#include <cstring>

namespace pg_retention::core {

namespace {

constexpr int kAnchorShift = 4, kUnitShift = 7, kCountShift = 10;
constexpr int32_t kMaxCount = (1 << 21) - 1;

enum Unit : int32_t { kNoPeriod, kSeconds, kMinutes, kHours, kDays, kMonths };

constexpr const char *kNames[] = {nullptr, "null", "redact", "random token", "pseudonymise", "truncate", "generalise"};
constexpr const char *kNeedArgument[] = {"constant", "noise", "function"};
constexpr const char *kGrammarHint = "Write a period, an anonymiser, or both: ('1 year'), ('redact'), ('1 year', 'redact').";
constexpr const char *kTableHint = "A row of retention.personal_column takes any period in keep_for, and any anonymiser.";

bool is_space(char c) noexcept { return c == ' ' || (c >= '\t' && c <= '\r'); }
char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

std::string_view trimmed(std::string_view word) noexcept {
    while (!word.empty() && is_space(word.front())) word.remove_prefix(1);
    while (!word.empty() && is_space(word.back())) word.remove_suffix(1);
    return word;
}

bool same(std::string_view word, std::string_view lower_case) noexcept {
    if (word.size() != lower_case.size()) return false;
    for (size_t i = 0; i < word.size(); ++i)
        if (lower(word[i]) != lower_case[i]) return false;
    return true;
}

SimpleAnonymiser anonymiser_named(std::string_view word) noexcept {
    for (uint8_t i = 1; i < std::size(kNames); ++i)
        if (same(word, kNames[i])) return static_cast<SimpleAnonymiser>(i);
    return SimpleAnonymiser::kNotSaid;
}

bool needs_argument(std::string_view word) noexcept {
    for (const char *name : kNeedArgument)
        if (same(word, name)) return true;
    return false;
}

Error refused(const char *what, std::string_view word, const char *hint) noexcept {
    // A cut must not split a UTF-8 sequence.
    size_t shown = word.size();
    if (shown > 80)
        for (shown = 80; shown > 0 && (static_cast<unsigned char>(word[shown]) & 0xC0) == 0x80; --shown) {}
    return make_error(ErrorCode::kInvalidParameter, hint, "%s: \"%.*s%s\"", what, static_cast<int>(shown), word.data(),
                      shown < word.size() ? "..." : "");
}

// Zero is days, as in the text of a period.
int32_t unit_of(const Period &period, int32_t *count) noexcept {
    if (period.months != 0) return *count = period.months, kMonths;
    if (period.seconds == 0) return *count = period.days, kDays;
    if (period.seconds % 3600 == 0) return *count = period.seconds / 3600, kHours;
    if (period.seconds % 60 == 0) return *count = period.seconds / 60, kMinutes;
    return *count = period.seconds, kSeconds;
}

Result<int32_t> period_bits(std::string_view word) noexcept {
    const Result<Period> parsed = parse_period(word);
    if (!parsed.ok() && !word.empty() && lower(word.front()) >= 'a' && lower(word.front()) <= 'z')
        return refused("neither a period nor an anonymiser", word, kGrammarHint);
    if (!parsed.ok()) return parsed.error();
    const Period &period = parsed.value();
    if (is_forever(period))
        return refused("a column cannot outlive its row", word, "Leave the period out: the column is kept as long as its row.");
    if (period.months != 0 && period.days != 0) return refused("period of a type has one unit", word, kTableHint);
    if (period.anchor == kFiscalYearEnd && (period.end_month != 12 || period.end_day != 31))
        return refused("fiscal year of a type ends with the calendar year", word, kTableHint);
    int32_t count = 0;
    const int32_t unit = unit_of(period, &count);
    if (count > kMaxCount) return refused("period is too long for a type", word, kTableHint);
    return (count << kCountShift) | (unit << kUnitShift) | (int32_t{period.anchor} << kAnchorShift);
}

Result<int32_t> anonymiser_bits(std::string_view word) noexcept {
    const SimpleAnonymiser anonymiser = anonymiser_named(word);
    if (anonymiser != SimpleAnonymiser::kNotSaid) return static_cast<int32_t>(anonymiser);
    if (needs_argument(word)) return refused("anonymiser needs an argument, for which a type has no room", word, kTableHint);
    return refused(
        "unknown anonymiser", word,
        "The anonymisers of a type are 'null', 'redact', 'random token', 'pseudonymise', 'truncate' and 'generalise'.");
}

Period period_of(int32_t unit, int32_t count, int32_t anchor) noexcept {
    Period period = {};
    if (unit == kMonths) period.months = count;
    if (unit == kDays) period.days = count;
    if (unit == kSeconds) period.seconds = count;
    // Bits from elsewhere may overflow; zero is no such period.
    if (unit == kMinutes && count <= INT32_MAX / 60) period.seconds = count * 60;
    if (unit == kHours && count <= INT32_MAX / 3600) period.seconds = count * 3600;
    period.anchor = static_cast<uint8_t>(anchor);
    if (anchor == kFiscalYearEnd) {
        period.end_month = 12;
        period.end_day = 31;
    }
    return period;
}

Error foreign_bits(int32_t modifier) noexcept {
    return make_error(ErrorCode::kInvalidParameter, "", "invalid modifier of a personal type: %d", modifier);
}

}  // namespace

Result<int32_t> parse_type_modifier(const std::string_view *words, size_t n) noexcept {
    if (n == 0 || n > 2)
        return make_error(ErrorCode::kInvalidParameter, kGrammarHint, "a personal type takes one or two modifiers");
    const std::string_view first = trimmed(words[0]);
    if (anonymiser_named(first) != SimpleAnonymiser::kNotSaid || needs_argument(first)) {
        if (n == 2) return refused("period expected before the anonymiser", first, kGrammarHint);
        return anonymiser_bits(first);
    }
    const Result<int32_t> period = period_bits(first);
    if (!period.ok() || n == 1) return period;
    const Result<int32_t> anonymiser = anonymiser_bits(trimmed(words[1]));
    if (!anonymiser.ok()) return anonymiser;
    return period.value() | anonymiser.value();
}

Result<TypeModifier> decode_type_modifier(int32_t modifier) noexcept {
    if (modifier < 0) return foreign_bits(modifier);
    const int32_t count = modifier >> kCountShift;
    const int32_t unit = (modifier >> kUnitShift) & 7;
    const int32_t anchor = (modifier >> kAnchorShift) & 7;
    const int32_t anonymiser = modifier & 15;
    if (unit > kMonths || anchor > kFiscalYearEnd || anonymiser >= static_cast<int32_t>(std::size(kNames)))
        return foreign_bits(modifier);
    TypeModifier result = {};
    result.anonymiser = static_cast<SimpleAnonymiser>(anonymiser);
    result.has_period = unit != kNoPeriod;
    if (!result.has_period) return modifier == anonymiser && anonymiser != 0 ? Result(result) : foreign_bits(modifier);
    result.period = period_of(unit, count, anchor);
    int32_t canonical = 0;
    if (!is_valid(result.period) || unit_of(result.period, &canonical) != unit || canonical != count)
        return foreign_bits(modifier);
    return result;
}

size_t format_type_modifier(const TypeModifier &modifier, char *buf, size_t cap) noexcept {
    char period[kPeriodText] = "";
    if (modifier.has_period) format_period(modifier.period, period, sizeof period);
    const char *anonymiser = name_of(modifier.anonymiser);
    int length = 0;
    if (!modifier.has_period)
        length = std::snprintf(buf, cap, "('%s')", anonymiser);
    else if (anonymiser == nullptr)
        length = std::snprintf(buf, cap, "('%s')", period);
    else
        length = std::snprintf(buf, cap, "('%s', '%s')", period, anonymiser);
    return static_cast<size_t>(length);
}

const char *name_of(SimpleAnonymiser anonymiser) noexcept { return kNames[static_cast<size_t>(anonymiser)]; }

}  // namespace pg_retention::core
