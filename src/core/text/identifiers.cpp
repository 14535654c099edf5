#include "core/text/identifiers.hpp"

#include <algorithm>
#include <iterator>

#include "core/countries/country.hpp"
#include "core/text/cues.hpp"
#include "core/text/letters.hpp"
#include "core/text/numbers.hpp"

namespace pg_retention::core {

namespace {

struct Iban {
    char country[3];
    uint8_t length;
};

constexpr Iban kIbans[] = {{"ad", 24}, {"ae", 23}, {"al", 28}, {"at", 20}, {"az", 28}, {"ba", 20}, {"be", 16}, {"bg", 22},
                           {"bh", 22}, {"br", 29}, {"by", 28}, {"ch", 21}, {"cr", 22}, {"cy", 28}, {"cz", 24}, {"de", 22},
                           {"dk", 18}, {"do", 28}, {"ee", 20}, {"eg", 29}, {"es", 24}, {"fi", 18}, {"fo", 18}, {"fr", 27},
                           {"gb", 22}, {"ge", 22}, {"gi", 23}, {"gl", 18}, {"gr", 27}, {"gt", 28}, {"hr", 21}, {"hu", 28},
                           {"ie", 22}, {"il", 23}, {"iq", 23}, {"is", 26}, {"it", 27}, {"jo", 30}, {"kw", 30}, {"kz", 20},
                           {"lb", 28}, {"li", 21}, {"lt", 20}, {"lu", 20}, {"lv", 21}, {"mc", 27}, {"md", 24}, {"me", 22},
                           {"mk", 19}, {"mr", 27}, {"mt", 31}, {"mu", 30}, {"nl", 18}, {"no", 15}, {"pk", 24}, {"pl", 28},
                           {"ps", 29}, {"pt", 25}, {"qa", 29}, {"ro", 24}, {"rs", 22}, {"sa", 24}, {"se", 24}, {"si", 19},
                           {"sk", 24}, {"sm", 27}, {"tn", 24}, {"tr", 26}, {"ua", 29}, {"vg", 24}, {"xk", 20}};
constexpr size_t kLongestIban = 31;

size_t iban_length(char32_t first, char32_t second) noexcept {
    for (const Iban &iban : kIbans)
        if (static_cast<char32_t>(iban.country[0]) == first && static_cast<char32_t>(iban.country[1]) == second)
            return iban.length;
    return 0;
}

bool has_iban_check(const char *compact, size_t n) noexcept {
    int rest = 0;
    for (size_t i = 0; i < n; ++i) {
        const char symbol = compact[(i + 4) % n];
        rest = symbol <= '9' ? (rest * 10 + symbol - '0') % 97 : (rest * 100 + symbol - 'a' + 10) % 97;
    }
    return rest == 1;
}

bool ends_number(std::string_view text, size_t end) noexcept { return !is_word(letter_at(text, end).code); }

}  // namespace

size_t match_iban(std::string_view text, size_t at) noexcept {
    const char32_t first = fold(letter_at(text, at).code);
    if (first >= 0x80 || !is_letter(first) || is_word(letter_before(text, at).code)) return 0;
    const size_t length = iban_length(first, fold(letter_at(text, at + 1).code));
    if (length == 0) return 0;
    char compact[kLongestIban];
    size_t n = 0;
    while (n < length) {
        const Letter l = letter_at(text, at);
        const char32_t c = fold(l.code);
        if (c < 0x80 && is_word(c)) {
            if ((n == 2 || n == 3) && !is_digit(c)) return 0;
            compact[n++] = static_cast<char>(c);
        } else if (n < 2 || (!is_blank(c) && !is_hyphen(c) && c != '.') || !is_word(letter_at(text, at + l.size).code)) {
            return 0;
        }
        at += l.size;
    }
    return ends_number(text, at) && has_iban_check(compact, length) ? at : 0;
}

// A KID has the same check digit.
size_t match_card(std::string_view text, size_t at) noexcept {
    if (!begins_number(text, at)) return 0;
    const Number n = number_at(text, at);
    size_t end = 0;
    size_t digits = 0;
    for (uint8_t i = 0; i < n.n_groups; ++i) {
        digits += group_size(n, i);
        if (is_card(n.digits, digits) && (i == 0 || group_size(n, 0) == 4)) end = n.groups[i].end;
    }
    if (end == 0 || !ends_number(text, end)) return 0;
    const Cue cue = cue_before(text, at);
    return cue == Cue::kKid || (cue == Cue::kOther && end == n.groups[0].end) ? 0 : end;
}

bool same_identifier(std::string_view a, std::string_view b) noexcept {
    if (match_own_national(a, 0, b) == a.size()) return true;
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
