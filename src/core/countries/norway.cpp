// Norway: birth numbers and what is made like them, eleven digits DDMMYYNNNKK. The weights of the last digit are those of a bank account's,
// so one of eleven accounts that begin like a date passes as a number, and four of eleven by the rule of 2032.
#include "core/countries/country.hpp"

namespace pg_retention::core {

namespace {

constexpr uint8_t kLength = 11;

enum class Series : uint8_t {
    kNone,
    kBirth,   // also D-numbers: the day + 40
    kTest,    // the month + 80 (tax administration), + 65 (health network), + 40 (labour and welfare; once H-numbers)
    kOther,   // NPID: the month + 20, + 60
    kHealth,  // FH-numbers, which begin with 8 or 9 and have no date
};

Series series_of(const Written &w) noexcept {
    if (w.symbols[0] >= '8') return Series::kHealth;
    const int day = w.number(0, 2) % 40, month = w.number(2, 2), year = w.number(4, 2);
    if (is_day(day, month, year)) return Series::kBirth;
    if (is_day(day, month - 80, year) || is_day(day, month - 65, year) || is_day(day, month - 40, year)) return Series::kTest;
    return is_day(day, month - 20, year) || is_day(day, month - 60, year) ? Series::kOther : Series::kNone;
}

// The check digits leave 0 and 0; from 2032 the first one may leave up to 3.
enum class Check : uint8_t { kFails, kFrom2032, kHolds };

Check check_of(const Written &w) noexcept {
    if (weighted(w, 0, "54327654321") != 0) return Check::kFails;
    const int first = weighted(w, 0, "3761894521");
    return first == 0 ? Check::kHolds : first <= 3 ? Check::kFrom2032 : Check::kFails;
}

Belief belief_in(const Written &w) noexcept {
    const Series series = series_of(w);
    const Check check = check_of(w);
    if (series == Series::kNone) return Belief::kNone;
    if (series == Series::kHealth) return check == Check::kHolds ? Belief::kPossible : Belief::kNone;
    if (check == Check::kHolds) return series == Series::kOther ? Belief::kLikely : Belief::kCertain;
    if (check == Check::kFails) return Belief::kForm;
    if (series == Series::kBirth) return Belief::kLikely;
    return series == Series::kTest ? Belief::kPossible : Belief::kForm;
}

// 01.01.1990 12345: the same without the century. False where it is not written so.
bool take_century(Written &w) noexcept {
    if (w.n < kLength + 2 || !w.is_digits(0, kLength + 2) || !w.ends_at(kLength + 2)) return false;
    const bool date = w.gaps[2] != 0 && w.gaps[4] == w.gaps[2] && w.gaps[8] != 0 && w.number(4, 2) >= 18 && w.number(4, 2) <= 20;
    if (!date) return false;
    for (uint8_t i = 4; i < kLength; ++i) w.symbols[i] = w.symbols[i + 2];
    return true;
}

NationalReading read(const Written &w) noexcept {
    Written apart = w;
    if (take_century(apart)) return {kLength + 2, belief_in(apart)};
    if (!w.is_digits(0, kLength) || !w.ends_at(kLength)) return {};
    // 1234.56.78903 is an account.
    if (w.gaps[2] == 0 && w.gaps[4] != 0 && w.gaps[6] != 0) return {};
    return {kLength, belief_in(w)};
}

}  // namespace

const Country kNorway = {
    "Norway",
    WordList(
        "fnr fødselsnr fødselsnummer* fodselsnr fodselsnummer* fødselsnumre personnr personnummer* personnumre* persnr dnummer* npid "
        "fhnr fhnummer* hjelpenr hjelpenummer*"),
    WordList("dnr født fødd"),
    read,
};

}  // namespace pg_retention::core
