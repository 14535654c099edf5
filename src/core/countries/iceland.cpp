// Iceland: DDMMYY-NNCM. M is the century: 8, 9 or 0. C was a check digit until February 2026. Firms have the day + 40.
#include "core/countries/country.hpp"

namespace pg_retention::core {

namespace {

constexpr uint8_t kLength = 10, kDate = 6;

NationalReading read(const Written &w) noexcept {
    if (!w.ends_at(kLength) || !w.is_digits(0, kLength)) return {};
    const char century = w.symbols[kLength - 1];
    if (century != '8' && century != '9' && century != '0') return {};
    const int day = w.number(0, 2), month = w.number(2, 2), year = w.number(4, 2);
    const bool checked = weighted(w, 0, "327654321") == 0;
    if (checked && is_day(day - 40, month, year)) return {kLength, Belief::kNobody};
    if (!is_day(day, month, year)) return {};
    if (w.has_only_gap(kLength, kDate, '-')) return {kLength, checked ? Belief::kCertain : Belief::kLikely};
    return {kLength, checked ? Belief::kLikely : Belief::kPossible};
}

}  // namespace

const Country kIceland = {
    "Iceland",
    WordList("kennitala kennitölu kennitalan"),
    WordList("kt fædd fæddur"),
    read,
};

}  // namespace pg_retention::core
