// Finland: DDMMYYcNNNK. c says the century: + is 18, - and Y X W V U are 19, A to F are 20 (the letters but A since 2023). K is one of 31
// by the remainder of the nine digits; NNN from 900 is given for a time.
#include "core/countries/country.hpp"

namespace pg_retention::core {

namespace {

constexpr uint8_t kDate = 6;
constexpr char kChecks[] = "0123456789ABCDEFHJKLMNPRSTUVWXY";

NationalReading read(const Written &w) noexcept {
    if (!w.is_digits(0, kDate) || w.n <= kDate) return {};
    const bool letter = WordList("Y X W V U A B C D E F").has({w.symbols + kDate, 1});
    const uint8_t from = letter ? kDate + 1 : kDate;
    const uint8_t length = from + 4;
    if (!w.ends_at(length) || !w.is_digits(from, from + 3)) return {};
    if (!is_day(w.number(0, 2), w.number(2, 2), w.number(4, 2))) return {};
    const char gap = w.gaps[kDate];
    const bool form = letter ? w.is_solid(length) : (gap == '-' || gap == '+') && w.has_only_gap(length, kDate, gap);
    const bool checked = w.symbols[from + 3] == kChecks[(w.number(0, kDate) * 1000 + w.number(from, 3)) % 31];
    if (form && checked) return {length, Belief::kCertain};
    // Without the sign between, ten digits say too little.
    return {length, letter || !w.is_digits(from + 3, length) || form ? Belief::kForm : Belief::kNone};
}

}  // namespace

const Country kFinland = {
    "Finland",
    WordList("hetu hetun hetuni henkilötunnus henkilötunnukse* henkilötunnuksen sotu sotun personbeteckning*"),
    WordList("syntynyt"),
    read,
};

}  // namespace pg_retention::core
