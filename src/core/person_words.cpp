#include "core/person_words.hpp"

#include "core/letters.hpp"
#include "core/numbers.hpp"

namespace pg_retention::core {

namespace {

bool ends_here(std::string_view text, size_t at) noexcept { return !is_word(letter_at(text, at).code); }

// Kari, Karis, Kari's.
size_t with_genitive(std::string_view text, size_t at) noexcept {
    const Letter first = letter_at(text, at);
    if (fold(first.code) == 's') return ends_here(text, at + 1) ? at + 1 : 0;
    if (!is_apostrophe(first.code)) return ends_here(text, at) ? at : 0;
    const Letter second = letter_at(text, at + first.size);
    const size_t after = at + first.size + second.size;
    return fold(second.code) == 's' && ends_here(text, after) ? after : at;
}

size_t skip_gap(std::string_view text, size_t at) noexcept {
    for (Letter l = letter_at(text, at); is_blank(l.code) || is_hyphen(l.code); l = letter_at(text, at)) at += l.size;
    return at;
}

size_t match_text(std::string_view text, size_t at, std::string_view word) noexcept {
    size_t in_word = 0;
    Letter last = {kNoLetter, 0};
    while (in_word < word.size()) {
        const Letter a = letter_at(text, at);
        const Letter b = letter_at(word, in_word);
        if (a.size == 0) return 0;
        const bool gap = is_blank(b.code) || is_hyphen(b.code);
        if (gap) {
            if (!is_blank(a.code) && !is_hyphen(a.code)) return 0;
            at = skip_gap(text, at);
            in_word = skip_gap(word, in_word);
            continue;
        }
        const bool same = b.code == kNoLetter ? a.code == kNoLetter && text[at] == word[in_word]
                                              : fold(a.code) == fold(b.code) ||
                                                    (is_apostrophe(a.code) && is_apostrophe(b.code));
        if (!same) return 0;
        at += a.size;
        in_word += b.size;
        last = b;
    }
    return is_letter(last.code) ? with_genitive(text, at) : ends_here(text, at) ? at : 0;
}

std::string_view trimmed(std::string_view word) noexcept {
    while (!word.empty() && is_blank(letter_at(word, 0).code)) word.remove_prefix(letter_at(word, 0).size);
    while (!word.empty() && is_blank(letter_before(word, word.size()).code))
        word.remove_suffix(letter_before(word, word.size()).size);
    return word;
}

}  // namespace

size_t match_word(std::string_view text, size_t at, std::string_view word) noexcept {
    if (is_word(letter_before(text, at).code)) return 0;
    word = trimmed(word);
    if (letter_at(word, 0).size >= word.size()) return 0;  // one character, or none
    const Number wanted = whole_number(word);
    if (wanted.n_digits >= 7) return match_number(text, at, wanted);
    return match_text(text, at, word);
}

}  // namespace pg_retention::core
