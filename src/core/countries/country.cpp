#include "core/countries/country.hpp"

#include <algorithm>
#include <cstring>

namespace pg_retention::core {

namespace {

constexpr const Country *kCountries[] = {&kNorway, &kSweden, &kDenmark, &kFinland, &kIceland};

// 6 and 4 symbols, or 6 and 5, as all of these countries have them.
constexpr uint8_t kShortest = 10, kDate = 6;

// The same without the century and without gaps, so that 19811010-9819 is 8110109819 and 20.05.1882 70351 is 20058270351.
struct Key {
    char symbols[Written::kMost];
    uint8_t n = 0;
    uint8_t length = 0;  // of what was read
    int century = 0;     // 0 if it does not say one
};

Key key_of(const Written &w, uint8_t length) noexcept {
    Key key;
    key.length = length;
    uint8_t from = 0;
    if (length == kShortest + 2 && w.is_digits(0, kDate + 2)) {
        key.century = w.number(0, 2);
        if (key.century >= 18 && key.century <= 20) from = 2;
    }
    const bool apart = length == 13 && w.is_digits(0, length) && w.gaps[2] != 0 && w.gaps[4] == w.gaps[2] && w.gaps[8] != 0;
    for (uint8_t i = from; i < length; ++i)
        if (!apart || (i != 4 && i != 5)) key.symbols[key.n++] = w.symbols[i];
    return key;
}

bool is_same(const Key &a, const Key &b) noexcept {
    return a.n == b.n && (a.century == b.century || a.century == 0 || b.century == 0) &&
           std::memcmp(a.symbols, b.symbols, a.n) == 0;
}

}  // namespace

NationalReading read_national(const Written &w) noexcept {
    NationalReading best, firm;
    for (const Country *country : kCountries) {
        const NationalReading reading = country->read(w);
        if (reading.belief > best.belief) best = reading;
        if (reading.belief == Belief::kNobody) firm = reading;
    }
    return firm.belief == Belief::kNobody && best.belief < Belief::kLikely ? firm : best;
}

bool is_national_label(std::string_view word) noexcept {
    return std::any_of(std::begin(kCountries), std::end(kCountries), [&](const Country *c) { return c->labels.has(word); });
}

bool is_faint_national_label(std::string_view word) noexcept {
    return std::any_of(std::begin(kCountries), std::end(kCountries), [&](const Country *c) { return c->faint_labels.has(word); });
}

size_t match_own_national(std::string_view text, size_t at, std::string_view own) noexcept {
    if (own.size() < kShortest || own.front() < '0' || own.front() > '9') return 0;
    const Written mine = written_at(own, 0);
    if (mine.n < kShortest || !mine.whole || mine.ends[mine.n - 1] != own.size()) return 0;
    const NationalReading reading = read_national(mine);
    if (reading.length != mine.n || reading.belief < Belief::kForm) return 0;
    const Key wanted = key_of(mine, mine.n);
    const Written there = written_at(text, at);
    for (uint8_t length = kShortest; length <= there.n; ++length)
        if (there.ends_at(length) && is_same(key_of(there, length), wanted)) return there.ends[length - 1];
    return 0;
}

}  // namespace pg_retention::core
