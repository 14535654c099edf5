// Sweden: YYMMDD-NNNC or with the century before, the last digit by Luhn; + for who is a hundred years old. Firms have the same length, with
// a third digit of 2 and more.
#include "core/countries/country.hpp"

namespace pg_retention::core {

namespace {

constexpr uint8_t kLength = 10, kDate = 6;
constexpr int kYoungest = 2015;  // dates after it are those of orders and cases more often than of persons who are written about

// Coordination numbers: the day + 60. Where they are unknown the month is 0 and the day 60.
bool is_date(const Written &w, uint8_t from) noexcept {
    const int year = w.number(from, 2), month = w.number(from + 2, 2), day = w.number(from + 4, 2);
    if (is_day(day, month, year)) return true;
    return day >= 60 && day <= 91 && month <= 12 && (day == 60 || month == 0 || is_day(day - 60, month, year));
}

// 850712-T123: who has no number yet gets one with a letter.
bool is_interim(const Written &w, uint8_t from) noexcept {
    return w.is_digits(from, from + kDate) && WordList("J K L M N R S T U W X").has({w.symbols + from + kDate, 1}) &&
           w.is_digits(from + kDate + 1, from + kLength);
}

Belief belief_in(const Written &w, uint8_t from) noexcept {
    const uint8_t length = from + kLength;
    const char gap = w.gaps[from + kDate];
    const bool parted = (gap == '-' || gap == '+') && w.has_only_gap(length, from + kDate, gap);
    if (is_interim(w, from)) return !is_date(w, from) ? Belief::kNone : parted ? Belief::kLikely : Belief::kForm;
    if (!w.is_digits(from, length)) return Belief::kNone;
    const bool checked = has_luhn_check(w, from, kLength);
    if (!is_date(w, from)) return checked && from == 0 && w.symbols[2] >= '2' ? Belief::kNobody : Belief::kNone;
    if (!checked) return Belief::kForm;
    if (from == 2 && w.number(0, 4) > kYoungest) return Belief::kPossible;
    if (from == 2 && (parted || w.is_solid(length))) return Belief::kCertain;
    if (parted) return Belief::kLikely;
    const bool birthday = w.symbols[from + 4] < '6';
    return birthday && w.is_solid(length) ? Belief::kLikely : Belief::kPossible;
}

NationalReading read(const Written &w) noexcept {
    if (w.ends_at(kLength + 2) && w.is_digits(0, 4) && w.number(0, 2) >= 18 && w.number(0, 2) <= 20) {
        const Belief belief = belief_in(w, 2);
        if (belief != Belief::kNone) return {kLength + 2, belief};
    }
    if (!w.ends_at(kLength)) return {};
    return {kLength, belief_in(w, 0)};
}

}  // namespace

const Country kSweden = {
    "Sweden",
    WordList("personnummer* personnumre* personnr persnr samordningsnummer* samordningsnr födelsenummer* födelsenr"),
    WordList("pnr född"),
    read,
};

}  // namespace pg_retention::core
