#include "core/countries/written.hpp"

#include "core/text/letters.hpp"

namespace pg_retention::core {

namespace {

char gap_of(char32_t c) noexcept {
    if (is_hyphen(c)) return '-';
    if (c == '+' || c == '.' || c == '/') return static_cast<char>(c);
    return is_blank(c) && c != '\n' && c != '\r' ? ' ' : '\0';
}

bool is_symbol(char32_t c) noexcept { return is_digit(c) || (c < 0x80 && is_letter(c)); }

}  // namespace

Written written_at(std::string_view text, size_t at) noexcept {
    Written w;
    char gap = 0;
    for (;;) {
        const Letter l = letter_at(text, at);
        if (!is_symbol(l.code)) {
            if (gap == 0 && is_word(l.code)) w.whole = false;
            const char next = w.n == 0 ? '\0' : gap_of(l.code);
            if (next == 0 || gap != 0) break;
            gap = next;
            at += l.size;
            continue;
        }
        if (w.n == Written::kMost) {
            w.whole = gap != 0;
            break;
        }
        // Words that follow are none of it.
        if (gap != 0 && is_letter(l.code) && !is_digit(letter_at(text, at + 1).code)) break;
        w.symbols[w.n] = static_cast<char>(is_letter(l.code) ? l.code & ~0x20u : l.code);
        w.gaps[w.n] = gap;
        at += l.size;
        w.ends[w.n++] = at;
        gap = 0;
    }
    return w;
}

bool Written::is_digits(uint8_t from, uint8_t to) const noexcept {
    for (uint8_t i = from; i < to; ++i)
        if (i >= n || !is_digit(static_cast<unsigned char>(symbols[i]))) return false;
    return true;
}

int Written::number(uint8_t from, uint8_t size) const noexcept {
    int value = 0;
    for (uint8_t i = from; i < from + size; ++i) value = value * 10 + symbols[i] - '0';
    return value;
}

bool Written::is_solid(uint8_t length) const noexcept {
    for (uint8_t i = 1; i < length; ++i)
        if (gaps[i] != 0) return false;
    return true;
}

bool Written::has_only_gap(uint8_t length, uint8_t at, char gap) const noexcept {
    for (uint8_t i = 1; i < length; ++i)
        if (gaps[i] != (i == at ? gap : '\0')) return false;
    return true;
}

bool is_day(int day, int month, int year) noexcept {
    if (month < 1 || month > 12 || day < 1) return false;
    const bool thirty = month == 4 || month == 6 || month == 9 || month == 11;
    // 00 is 1900 or 2000.
    return day <= (month == 2 ? year % 4 == 0 ? 29 : 28 : thirty ? 30 : 31);
}

int weighted(const Written &w, uint8_t from, const char *weights) noexcept {
    int sum = 0;
    for (uint8_t i = 0; weights[i] != '\0'; ++i) sum += (w.symbols[from + i] - '0') * (weights[i] - '0');
    return sum % 11;
}

bool has_luhn_check(const Written &w, uint8_t from, uint8_t n) noexcept {
    int sum = 0;
    for (uint8_t i = 0; i < n; ++i) {
        const int digit = (w.symbols[from + n - 1 - i] - '0') * (i % 2 == 1 ? 2 : 1);
        sum += digit > 9 ? digit - 9 : digit;
    }
    return sum % 10 == 0;
}

}  // namespace pg_retention::core
