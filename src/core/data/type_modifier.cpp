#include "core/data/type_modifier.hpp"

#include <cstdio>
#include <cstring>

#include "core/data/anonymiser.hpp"
#include "core/data/vocabulary.hpp"

namespace pg_retention::core {

namespace {

constexpr int kAnchorShift = 4, kUnitShift = 7, kCountShift = 10;
constexpr int32_t kMaxCount = (1 << 21) - 1;

enum Unit : int32_t { kNoPeriod, kSeconds, kMinutes, kHours, kDays, kMonths };

constexpr auto kLastSimple = SimpleAnonymiser::kGeneralise;
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

// The bits of each; those that need an argument have none.
SimpleAnonymiser simple_of(Anonymiser anonymiser) noexcept {
    switch (anonymiser) {
        case Anonymiser::kNull: return SimpleAnonymiser::kNull;
        case Anonymiser::kRedact: return SimpleAnonymiser::kRedact;
        case Anonymiser::kRandomToken: return SimpleAnonymiser::kRandomToken;
        case Anonymiser::kPseudonymise: return SimpleAnonymiser::kPseudonymise;
        case Anonymiser::kTruncate: return SimpleAnonymiser::kTruncate;
        case Anonymiser::kGeneralise: return SimpleAnonymiser::kGeneralise;
        case Anonymiser::kConstant:
        case Anonymiser::kNoise:
        case Anonymiser::kFunction: return SimpleAnonymiser::kNotSaid;
    }
    return SimpleAnonymiser::kNotSaid;
}

bool find_anonymiser(std::string_view word, Anonymiser *found) noexcept {
    for (size_t i = 0; i < count_of<Anonymiser>(); ++i) {
        *found = static_cast<Anonymiser>(i);
        if (same(word, name_of(*found))) return true;
    }
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
    Anonymiser anonymiser = {};
    if (find_anonymiser(word, &anonymiser)) {
        if (simple_of(anonymiser) != SimpleAnonymiser::kNotSaid) return static_cast<int32_t>(simple_of(anonymiser));
        return refused("anonymiser needs an argument, for which a type has no room", word, kTableHint);
    }
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
    Anonymiser anonymiser_alone = {};
    if (find_anonymiser(first, &anonymiser_alone)) {
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
    if (unit > kMonths || anchor > kFiscalYearEnd || anonymiser > static_cast<int32_t>(kLastSimple))
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

const char *name_of(SimpleAnonymiser simple) noexcept {
    for (size_t i = 0; i < count_of<Anonymiser>(); ++i)
        if (simple != SimpleAnonymiser::kNotSaid && simple_of(static_cast<Anonymiser>(i)) == simple)
            return name_of(static_cast<Anonymiser>(i));
    return nullptr;
}

}  // namespace pg_retention::core
