#include "core/text/numbers.hpp"

#include <algorithm>

#include "core/text/letters.hpp"

namespace pg_retention::core {

namespace {

bool take_group(std::string_view text, size_t &at, Number &n, char gap) noexcept {
    size_t end = at;
    while (end < text.size() && is_digit(static_cast<unsigned char>(text[end]))) ++end;
    if (end == at) return false;
    if (n.n_groups == kMaxGroups || n.n_digits + (end - at) > kMaxDigits) {
        n.more = true;
        return false;
    }
    for (size_t i = at; i < end; ++i) n.digits[n.n_digits++] = static_cast<uint8_t>(text[i] - '0');
    n.groups[n.n_groups++] = {at, end, gap};
    at = end;
    return true;
}

// The gap before the next group, 0 if none follows. " - " and two spaces are gaps, too.
char gap_at(std::string_view text, size_t &at) noexcept {
    size_t next = at;
    char gap = 0;
    for (int i = 0; i < 3; ++i) {
        const Letter l = letter_at(text, next);
        char kind = 0;
        if (is_blank(l.code) && l.code != '\n' && l.code != '\r') kind = ' ';
        if (is_hyphen(l.code)) kind = '-';
        if (l.code == '.') kind = '.';
        if (l.code == ')' || l.code == '(') kind = ')';
        if (kind == 0) break;
        if (kind != ' ' && gap != 0 && gap != ' ') return 0;
        if (gap == 0 || gap == ' ') gap = kind;
        next += l.size;
    }
    if (gap == 0 || !is_digit(letter_at(text, next).code)) return 0;
    at = next;
    return gap;
}

// The digits without 00 and without 47 before eight.
struct National {
    const uint8_t *digits;
    size_t n;
};

National national(const uint8_t *digits, size_t n) noexcept {
    if (n > 9 && digits[0] == 0 && digits[1] == 0) digits += 2, n -= 2;
    if (n == 10 && digits[0] == 4 && digits[1] == 7) digits += 2, n -= 2;
    return {digits, n};
}

}  // namespace

Number number_at(std::string_view text, size_t at) noexcept {
    Number n;
    n.begin = at;
    n.plus = n.more = false;
    n.n_groups = n.n_digits = 0;
    const bool paren = at < text.size() && text[at] == '(';
    if (paren) ++at;
    if (at < text.size() && text[at] == '+') {
        n.plus = true;
        ++at;
        if (at < text.size() && text[at] == ' ') ++at;
    }
    if (!take_group(text, at, n, 0)) return n;
    if (paren && (at >= text.size() || text[at] != ')' || n.n_digits > 6)) {
        n.n_groups = n.n_digits = 0;
        return n;
    }
    size_t next = at;
    if (paren && next + 1 < text.size() && is_digit(static_cast<unsigned char>(text[next + 1]))) {
        ++next;
        take_group(text, next, n, ')');
    }
    while (const char gap = gap_at(text, next))
        if (!take_group(text, next, n, gap)) break;
    return n;
}

Number whole_number(std::string_view text) noexcept {
    Number none;
    none.n_digits = 0;
    if (text.empty()) return none;
    const char first = text.front();
    if (first != '+' && first != '(' && !is_digit(static_cast<unsigned char>(first))) return none;
    const Number n = number_at(text, 0);
    return n.n_groups > 0 && !n.more && n.groups[n.n_groups - 1].end == text.size() ? n : none;
}

size_t match_number(std::string_view text, size_t at, const Number &wanted) noexcept {
    const char32_t first = letter_at(text, at).code;
    if (first != '+' && first != '(' && !is_digit(first)) return 0;
    const Number n = number_at(text, at);
    const National want = national(wanted.digits, wanted.n_digits);
    size_t digits = 0;
    for (uint8_t i = 0; i < n.n_groups; ++i) {
        digits += group_size(n, i);
        if (digits > want.n + 4) return 0;
        const National have = national(n.digits, digits);
        if (have.n == want.n && std::equal(have.digits, have.digits + have.n, want.digits) &&
            !is_letter(letter_at(text, n.groups[i].end).code))
            return n.groups[i].end;
    }
    return 0;
}

bool has_luhn_check(const uint8_t *digits, size_t n) noexcept {
    int sum = 0;
    for (size_t i = 0; i < n; ++i) {
        const int digit = digits[n - 1 - i] * (i % 2 == 1 ? 2 : 1);
        sum += digit > 9 ? digit - 9 : digit;
    }
    return sum % 10 == 0;
}

namespace {

int weighted(const uint8_t *digits, const char *weights) noexcept {
    int sum = 0;
    for (size_t i = 0; weights[i] != '\0'; ++i) sum += digits[i] * (weights[i] - '0');
    return sum % 11;
}

}  // namespace

bool is_organisation_number(const uint8_t *digits, size_t n) noexcept {
    return n == 9 && (digits[0] == 8 || digits[0] == 9) && weighted(digits, "327654321") == 0;
}

bool is_card(const uint8_t *digits, size_t n) noexcept {
    if (n < 13 || n > 19 || !has_luhn_check(digits, n)) return false;
    const int four = digits[0] * 1000 + digits[1] * 100 + digits[2] * 10 + digits[3];
    if (four / 1000 == 4) return n == 13 || n == 16 || n == 19;
    if ((four >= 5100 && four <= 5599) || (four >= 2221 && four <= 2720)) return n == 16;
    if (four / 100 == 34 || four / 100 == 37) return n == 15;
    if (four >= 3528 && four <= 3589) return n >= 16;
    if ((four >= 3000 && four <= 3059) || four / 100 == 36 || four / 100 == 38 || four / 100 == 39) return n >= 14;
    if (four == 6011 || four / 100 == 65 || (four >= 6440 && four <= 6499) || four / 100 == 62) return n >= 16;
    return (four / 1000 == 6 || four / 100 == 50 || (four >= 5600 && four <= 5899)) && n == 16;
}

}  // namespace pg_retention::core
