#include "core/data/portable.hpp"

#include "core/text/letters.hpp"
#include "core/text/word_list.hpp"

#include <cstddef>
#include <utility>

namespace pg_retention::core {

namespace {

bool is_decimal(char c) noexcept { return c >= '0' && c <= '9'; }
bool is_latin(char c) noexcept { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; }

std::string_view next_token(std::string_view *rest) noexcept {
    while (!rest->empty() && !is_decimal(rest->front()) && !is_latin(rest->front())) rest->remove_prefix(1);
    size_t n = 0;
    const bool number = !rest->empty() && is_decimal(rest->front());
    while (n < rest->size() && (number ? is_decimal((*rest)[n]) : is_latin((*rest)[n]))) ++n;
    const std::string_view token = rest->substr(0, n);
    rest->remove_prefix(n);
    return token;
}

// Whether article, paragraph and letter stand there in this order, with nothing but words between them.
bool reads(std::string_view text, std::string_view wanted) noexcept {
    size_t matched = 0;
    for (std::string_view token = next_token(&text); !token.empty(); token = next_token(&text)) {
        if (token.size() == 1 && (token[0] | 0x20) == (wanted[matched] | 0x20)) {
            if (++matched == wanted.size()) return true;
        } else if (token.size() == 1 || is_decimal(token[0])) {
            matched = token == wanted.substr(0, 1) ? 1 : 0;
        }
    }
    return false;
}

}  // namespace

namespace {

constexpr WordList kPortable("agreement avtale avtalen consent contract kontrakt kontrakten samtykke samtykket");
constexpr WordList kConsent("consent samtykke samtykket");
constexpr WordList kObjectable("interest interesse interesser legitimate official offentlig public");
constexpr WordList kInterest("interest interesse interesser legitimate");
constexpr WordList kPublic("official offentlig public");
constexpr WordList kOthers(
    "interest interesse interesser law legal legitimate lov loven lovpålagt obligation official offentlig plikt public rettslig vital vitale");

bool names(std::string_view basis, const WordList &words) noexcept {
    for (size_t i = 0; i < basis.size();) {
        size_t end = i;
        for (Letter letter = letter_at(basis, end); letter.size > 0 && is_letter(letter.code); letter = letter_at(basis, end))
            end += letter.size;
        char word[32];
        const size_t n = end > i && end - i <= sizeof word ? fold_into(basis.substr(i, end - i), word, sizeof word) : 0;
        if (n > 0 && words.has(std::string_view(word, n))) return true;
        const uint8_t size = letter_at(basis, end).size;
        i = end + (size == 0 ? 1 : size);
    }
    return false;
}

// Where an article stands it decides, whatever is said beside it.
bool reads_any(std::string_view basis) noexcept {
    for (const std::string_view article : {"61a", "61b", "61c", "61d", "61e", "61f"})
        if (reads(basis, article)) return true;
    for (const std::string_view article : {"92a", "92b", "92c", "92d", "92e", "92f", "92g", "92h", "92i", "92j"})
        if (reads(basis, article)) return true;
    return false;
}

}  // namespace

bool is_portable_basis(std::string_view basis) noexcept {
    if (reads_any(basis)) return reads(basis, "61a") || reads(basis, "61b") || reads(basis, "92a");
    return names(basis, kPortable) && !names(basis, kOthers);
}

bool is_known_basis(std::string_view basis) noexcept {
    return reads_any(basis) || names(basis, kPortable) || names(basis, kOthers);
}

bool is_consent_basis(std::string_view basis) noexcept {
    if (reads_any(basis)) return reads(basis, "61a") || reads(basis, "92a");
    return names(basis, kConsent) && !names(basis, kOthers);
}

bool is_interest_basis(std::string_view basis) noexcept {
    if (reads_any(basis)) return reads(basis, "61f");
    return names(basis, kInterest) && !names(basis, kPublic);
}

bool is_open_to_objection(std::string_view basis) noexcept {
    if (reads_any(basis)) return reads(basis, "61e") || reads(basis, "61f");
    return names(basis, kObjectable) || !is_known_basis(basis);
}

char basis_letter(std::string_view basis) noexcept {
    constexpr WordList kContract("agreement avtale avtalen contract kontrakt kontrakten");
    constexpr WordList kLaw("law legal lov loven lovpålagt obligation plikt rettslig");
    constexpr WordList kVital("vital vitale");
    constexpr WordList kTask("official offentlig public");
    if (reads_any(basis)) {
        for (const std::string_view article : {"61a", "61b", "61c", "61d", "61e", "61f"})
            if (reads(basis, article)) return article[2];
        return 0;
    }
    const std::pair<const WordList *, char> words[] = {{&kConsent, 'a'}, {&kContract, 'b'}, {&kVital, 'd'}, {&kTask, 'e'}};
    for (const auto &[list, letter] : words)
        if (names(basis, *list)) return letter;
    constexpr WordList kInterests("interest interesse interesser legitimate");
    return names(basis, kInterests) ? 'f' : names(basis, kLaw) ? 'c' : 0;
}

}  // namespace pg_retention::core
