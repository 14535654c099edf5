#include "core/identifiers.hpp"

#include "core/letters.hpp"
#include "core/numbers.hpp"

namespace pg_retention::core {

namespace {

bool is_local(char32_t c) noexcept {
    return is_word(c) || c == '.' || c == '_' || c == '-' || c == '+' || c == '%' || c == '\'';
}

constexpr size_t kLongestLocal = 128;
constexpr size_t kLongestDomain = 255;

// Labels with dots between; the last has letters only.
size_t domain_end(std::string_view text, size_t at) noexcept {
    size_t end = 0;
    size_t labels = 0;
    const size_t begin = at;
    while (at - begin < kLongestDomain) {
        const size_t label = at;
        bool letters = true;
        for (Letter l = letter_at(text, at); is_word(l.code) || l.code == '-'; l = letter_at(text, at)) {
            if (!is_letter(l.code)) letters = false;
            at += l.size;
        }
        if (at == label) break;
        if (++labels > 1 && letters && at - label >= 2) end = at;
        if (letter_at(text, at).code != '.') break;
        ++at;
    }
    return end;
}

}  // namespace

size_t match_email(std::string_view text, size_t at) noexcept {
    if (!is_word(letter_at(text, at).code) || is_local(letter_before(text, at).code)) return 0;
    const size_t begin = at;
    while (at - begin < kLongestLocal && is_local(letter_at(text, at).code)) at += letter_at(text, at).size;
    if (letter_at(text, at).code != '@') return 0;
    return domain_end(text, at + 1);
}

size_t match_iban(std::string_view text, size_t at) noexcept {
    if (text.size() - at < 15 || !is_letter(letter_at(text, at).code) || is_word(letter_before(text, at).code)) return 0;
    char compact[34];
    size_t n = 0;
    size_t end = 0;
    while (n < sizeof compact) {
        const char32_t c = fold(letter_at(text, at).code);
        if (c >= 0x80 || !is_word(c)) {
            if (n >= 2 && (c == ' ' || c == '-') && is_word(letter_at(text, at + 1).code)) {
                ++at;
                continue;
            }
            break;
        }
        const bool letter = is_letter(c);
        if (n < 4 && letter != (n < 2)) break;
        compact[n++] = static_cast<char>(c);
        ++at;
        if (n < 15 || is_word(letter_at(text, at).code)) continue;
        int rest = 0;
        for (size_t i = 0; i < n; ++i) {
            const char symbol = compact[(i + 4) % n];
            rest = symbol <= '9' ? (rest * 10 + symbol - '0') % 97 : (rest * 100 + symbol - 'a' + 10) % 97;
        }
        if (rest == 1) end = at;
    }
    return end;
}

size_t match_national_id(std::string_view text, size_t at) noexcept {
    if (is_word(letter_before(text, at).code)) return 0;
    const Number n = number_at(text, at);
    if (n.plus || n.n_groups == 0 || n.begin != n.groups[0].begin) return 0;
    const bool one = group_size(n, 0) == 11;
    const bool two = n.n_groups > 1 && group_size(n, 0) == 6 && group_size(n, 1) == 5 && n.groups[1].gap != '.';
    if ((!one && !two) || !is_national_id(n.digits, 11)) return 0;
    const size_t end = n.groups[one ? 0 : 1].end;
    return is_word(letter_at(text, end).code) ? 0 : end;
}

size_t match_card(std::string_view text, size_t at) noexcept {
    if (is_word(letter_before(text, at).code)) return 0;
    const Number n = number_at(text, at);
    if (n.plus || n.n_groups == 0 || n.begin != n.groups[0].begin) return 0;
    size_t end = 0;
    size_t digits = 0;
    for (uint8_t i = 0; i < n.n_groups; ++i) {
        digits += group_size(n, i);
        if (is_card(n.digits, digits)) end = n.groups[i].end;
    }
    return end != 0 && is_word(letter_at(text, end).code) ? 0 : end;
}

bool same_identifier(std::string_view a, std::string_view b) noexcept {
    const Number number = whole_number(b);
    if (number.n_digits >= 7) return match_number(a, 0, number) == a.size();
    size_t i = 0;
    size_t j = 0;
    for (;;) {
        while (i < a.size() && is_blank(letter_at(a, i).code)) i += letter_at(a, i).size;
        while (j < b.size() && is_blank(letter_at(b, j).code)) j += letter_at(b, j).size;
        if (i >= a.size() || j >= b.size()) return i >= a.size() && j >= b.size();
        const Letter x = letter_at(a, i);
        const Letter y = letter_at(b, j);
        if (fold(x.code) != fold(y.code)) return false;
        i += x.size;
        j += y.size;
    }
}

}  // namespace pg_retention::core
