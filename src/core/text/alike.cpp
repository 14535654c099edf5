#include "core/text/alike.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "core/text/letters.hpp"

namespace pg_retention::core {

namespace {

// Fewer digits are no number that tells who somebody is: 1-2 and 12 are two things.
constexpr size_t kShortestNumber = 6;
// What is left of a number without its country's code has as many at least.
constexpr size_t kShortestLocal = 4;

bool stands_between_digits(char32_t c) noexcept {
    return is_blank(c) || is_hyphen(c) || c == '+' || c == '(' || c == ')' || c == '.' || c == '/';
}

// How many digits the country's code has that an international number begins with.
size_t country_digits(std::string_view digits) noexcept {
    constexpr std::string_view kTwo =
        "20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 "
        "81 82 84 86 90 91 92 93 94 95 98";
    if (digits[0] == '1' || digits[0] == '7') return 1;
    return kTwo.find(digits.substr(0, 2)) != std::string_view::npos ? 2 : 3;
}

// 0: it is no number.
size_t write_digits(std::string_view value, char *out) noexcept {
    size_t n = 0, skipped = 0;
    for (size_t i = 0; i < value.size();) {
        const Letter letter = letter_at(value, i);
        if (is_digit(letter.code))
            out[n++] = static_cast<char>(letter.code);
        else if (!stands_between_digits(letter.code))
            return 0;
        i += letter.size;
    }
    if (n < kShortestNumber) return 0;
    const bool international = value[0] == '+' || (out[0] == '0' && out[1] == '0');
    while (skipped < n && out[skipped] == '0') ++skipped;
    const size_t country = international && skipped + 3 < n ? country_digits({out + skipped, n - skipped}) : 0;
    if (skipped + country + kShortestLocal <= n) skipped += country;
    while (skipped < n && out[skipped] == '0') ++skipped;
    std::memmove(out, out + skipped, n - skipped);
    return n - skipped;
}

}  // namespace

size_t write_alike(std::string_view value, char *out) noexcept {
    const size_t digits = write_digits(value, out);
    if (digits > 0) return digits;
    size_t n = 0;
    bool blank = false;
    for (size_t i = 0; i < value.size();) {
        const Letter letter = letter_at(value, i);
        if (is_blank(letter.code)) {
            blank = n > 0;
        } else {
            if (blank) out[n++] = ' ';
            blank = false;
            const size_t folded = fold_into(value.substr(i, letter.size), out + n, letter.size);
            if (folded == 0) std::memcpy(out + n, value.data() + i, letter.size);
            n += folded == 0 ? letter.size : folded;
        }
        i += letter.size;
    }
    return n;
}

namespace {

// Of each byte the letter or digit that it is, in lower case; 0: something else, or not of ASCII.
constexpr auto kFolded = [] {
    std::array<unsigned char, 256> folded{};
    for (unsigned char c = '0'; c <= '9'; ++c) folded[c] = c;
    for (unsigned char c = 'a'; c <= 'z'; ++c) folded[c] = folded[c - 0x20] = c;
    return folded;
}();

}  // namespace

// Of letters and digits alone, for blanks and signs count in one form and not in the other; of a number the last ones, which each form has.
uint32_t alike_hint(std::string_view value) noexcept {
    constexpr uint32_t kFirst = 2166136261U, kFactor = 16777619U, kLocals = 10000;
    uint32_t hash = kFirst, number = 0;
    unsigned char all = 0, highest = 0;
    for (const char byte : value) {
        const auto c = static_cast<unsigned char>(byte);
        const unsigned char folded = kFolded[c];
        all |= c;
        if (folded == 0) continue;
        highest = std::max(highest, folded);
        number = (10 * number + (folded & 0xFU)) % kLocals;
        hash = (hash ^ folded) * kFactor;
    }
    if (all >= 0x80) return 0;
    return highest > '9' ? (hash | 1U) : number + 1;
}

}  // namespace pg_retention::core
