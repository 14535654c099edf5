// Denmark: DDMMYY-NNNN. Since 2007 numbers are given out that no check digit holds for, so the hyphen or a word must speak.
#include "core/countries/country.hpp"

namespace pg_retention::core {

namespace {

constexpr uint8_t kLength = 10, kDate = 6;

NationalReading read(const Written &w) noexcept {
    if (!w.ends_at(kLength) || !w.is_digits(0, kLength)) return {};
    const int day = w.number(0, 2), month = w.number(2, 2), year = w.number(4, 2);
    // Who has no number yet gets one with the day + 60.
    const bool substitute = is_day(day - 60, month, year);
    if (!is_day(day, month, year) && !substitute) return {};
    const bool checked = weighted(w, 0, "4327654321") == 0;
    if (w.has_only_gap(kLength, kDate, '-')) return {kLength, substitute ? Belief::kPossible : Belief::kLikely};
    if (w.has_only_gap(kLength, kDate, ' ')) return {kLength, checked && !substitute ? Belief::kLikely : Belief::kPossible};
    return {kLength, w.is_solid(kLength) ? Belief::kPossible : Belief::kForm};
}

}  // namespace

const Country kDenmark = {
    "Denmark",
    WordList("cpr cprnr cprnummer* personnummer* personnr"),
    WordList("født"),
    read,
};

}  // namespace pg_retention::core
