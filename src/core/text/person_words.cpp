#include "core/text/person_words.hpp"

#include <algorithm>

#include "core/countries/country.hpp"
#include "core/text/first_names.hpp"
#include "core/text/letters.hpp"
#include "core/text/numbers.hpp"
#include "core/text/short_forms.hpp"
#include "core/text/spelling.hpp"
#include "core/text/word.hpp"
#include "core/text/word_list.hpp"

namespace pg_retention::core {

namespace {

constexpr uint8_t kFewestDigits = 7;  // of a value that is compared as a number
constexpr int kWidestGap = 16;        // blanks between two

bool ends_here(std::string_view text, size_t at) noexcept { return !is_word(letter_at(text, at).code); }
bool is_gap(char32_t c) noexcept { return is_blank(c) || is_hyphen(c); }

// English and Norwegian words that are a short name and an s.
bool is_common_with_s(std::string_view word) noexcept {
    char buffer[8];
    const std::string_view lower(buffer, fold_into(word, buffer, sizeof buffer));
    return WordList("as bus dens dis gas has hans his is its los mens this us was yes").has(lower);
}

// Kari, Karis, Kari's.
size_t with_genitive(std::string_view text, size_t begin, size_t at) noexcept {
    const Letter first = letter_at(text, at);
    if (fold(first.code) == 's')
        return ends_here(text, at + 1) && !is_common_with_s(text.substr(begin, at + 1 - begin)) ? at + 1 : 0;
    if (!is_apostrophe(first.code)) return ends_here(text, at) ? at : 0;
    const Letter second = letter_at(text, at + first.size);
    const size_t after = at + first.size + second.size;
    return fold(second.code) == 's' && ends_here(text, after) ? after : at;
}

size_t skip_gap(std::string_view text, size_t at) noexcept {
    for (int i = 0; i < kWidestGap && is_gap(letter_at(text, at).code); ++i) at += letter_at(text, at).size;
    return at;
}

bool same_letter(std::string_view text, const Letter &a, size_t at, std::string_view value, const Letter &b,
                 size_t in_value) noexcept {
    if (a.code == kNoLetter || b.code == kNoLetter) return a.code == b.code && text[at] == value[in_value];
    return fold(a.code) == fold(b.code) || (is_apostrophe(a.code) && is_apostrophe(b.code));
}

// Blanks and hyphens match each other, and none where digits meet letters: 45B, 45 B.
size_t match_text(std::string_view text, size_t begin, std::string_view value) noexcept {
    size_t at = begin;
    size_t in_value = 0;
    Letter last = {kNoLetter, 0};
    while (in_value < value.size()) {
        Letter a = letter_at(text, at);
        Letter b = letter_at(value, in_value);
        if (a.size == 0) return 0;
        if (is_gap(a.code) && is_gap(b.code)) {
            at = skip_gap(text, at);
            in_value = skip_gap(value, in_value);
            last = b;
            continue;
        }
        // Annkristin for Ann-Kristin.
        if (is_gap(b.code) && is_letter(a.code) && is_letter(last.code)) {
            in_value = skip_gap(value, in_value);
            continue;
        }
        if (is_blank(a.code) && is_digit(last.code) && is_letter(b.code)) a = letter_at(text, at += a.size);
        if (is_blank(b.code) && is_digit(last.code) && is_letter(a.code)) b = letter_at(value, in_value += b.size);
        if (!same_letter(text, a, at, value, b, in_value)) return 0;
        at += a.size;
        in_value += b.size;
        last = b;
    }
    return is_letter(last.code) ? with_genitive(text, begin, at) : ends_here(text, at) ? at : 0;
}

std::string_view trimmed(std::string_view value) noexcept {
    while (!value.empty() && is_blank(letter_at(value, 0).code)) value.remove_prefix(letter_at(value, 0).size);
    while (!value.empty() && is_blank(letter_before(value, value.size()).code))
        value.remove_suffix(letter_before(value, value.size()).size);
    return value;
}

// Punctuation does not count.
bool has_two_characters(std::string_view value) noexcept {
    int n = 0;
    for (size_t i = 0; i < value.size() && n < 2; i += letter_at(value, i).size)
        if (is_word(letter_at(value, i).code)) ++n;
    return n == 2;
}

enum class Part : uint8_t { kName, kParticle, kOther };

Part part_kind(std::string_view word) noexcept {
    char buffer[24];
    const std::string_view lower(buffer, fold_into(word, buffer, sizeof buffer));
    if (WordList("af al av bin da de del den der di dos du ibn la le mac van von").has(lower)) return Part::kParticle;
    if (WordList("ab and ans as asa avenue ba gmbh inc lane llc ltd og oy road sa street the").has(lower)) return Part::kOther;
    if (WordList("allé gata gate plass stien veg vegen vei veien").ends(lower)) return Part::kOther;
    return is_upper(letter_at(word, 0).code) ? Part::kName : Part::kOther;
}

Names names_in(std::string_view value) noexcept {
    Names names;
    for (size_t at = 0; at < value.size();) {
        const size_t begin = at;
        for (Letter l = letter_at(value, at); is_letter(l.code) || is_apostrophe(l.code); l = letter_at(value, at)) at += l.size;
        const std::string_view word = value.substr(begin, at - begin);
        const Letter after = letter_at(value, at);
        const bool more = at < value.size();
        if (word.empty() || (more && !is_gap(after.code) && after.code != '.') || names.n == Names::kMost) return {};
        const Part kind = part_kind(word);
        if (kind == Part::kOther) return {};
        if (kind == Part::kName) names.parts[names.n++] = word;
        while (at < value.size() && !is_letter(letter_at(value, at).code)) {
            if (!is_gap(letter_at(value, at).code) && value[at] != '.') return {};
            at += letter_at(value, at).size;
        }
        if (more) names.whole = false;
    }
    return names;
}

size_t match_part(std::string_view text, size_t at, std::string_view name) noexcept {
    const size_t letter = letter_at(name, 0).size;
    if (name.size() <= letter) return 0;
    // Two letters are too often a word or an abbreviation.
    const bool two = letter + letter_at(name, letter).size == name.size();
    if (two && !is_upper(letter_at(text, at).code)) return 0;
    return std::max(match_text(text, at, name), match_spelling(text, at, name));
}

// Street and number, post code and place: what of an address has both letters and digits.
size_t match_piece(std::string_view text, size_t at, std::string_view value) noexcept {
    size_t end = 0;
    while (!value.empty()) {
        const size_t comma = std::min(value.find_first_of(",\n"), value.size());
        const std::string_view piece = trimmed(value.substr(0, comma));
        const bool digits = piece.find_first_of("0123456789") != std::string_view::npos;
        if (digits && piece.size() >= 5 && piece.find_first_not_of("0123456789 -+") != std::string_view::npos)
            end = std::max({end, match_text(text, at, piece), match_street(text, at, piece)});
        value.remove_prefix(std::min(comma + 1, value.size()));
    }
    return end;
}

uint64_t first_letter_of(std::string_view value) noexcept {
    return value.empty() ? 0 : first_letter_bit(letter_at(value, 0).code);
}

// An occurrence is one of the value, of a name in it, or of a piece of an address.
uint64_t first_letters(std::string_view value, const Names &names, bool is_address) noexcept {
    uint64_t letters = first_letter_of(value);
    for (uint8_t i = 0; i < names.n; ++i) letters |= first_letter_of(names.parts[i]);
    while (is_address && !value.empty()) {
        const size_t comma = std::min(value.find_first_of(",\n"), value.size());
        letters |= first_letter_of(trimmed(value.substr(0, comma)));
        value.remove_prefix(std::min(comma + 1, value.size()));
    }
    return letters;
}

}  // namespace

Word::Word(std::string_view of) noexcept
    : value(of),
      trimmed(core::trimmed(of)),
      matches(has_two_characters(trimmed)),
      is_address(trimmed.find_first_of(",\n") != std::string_view::npos),
      names(names_in(trimmed)),
      first_letters(core::first_letters(trimmed, names, is_address)),
      number(whole_number(trimmed)) {
    if (number.n_digits < kFewestDigits) number.n_digits = 0;
}

size_t match_value(std::string_view text, size_t at, const Word &word) noexcept {
    if (!word.matches) return 0;
    const char32_t first = letter_at(text, at).code;
    if (is_digit(first) || first == '+' || first == '(') {
        const size_t national = match_own_national(text, at, word.trimmed);
        if (word.number.n_digits > 0) return std::max(national, match_number(text, at, word.number));
        if (national != 0) return national;
    }
    return match_text(text, at, word.trimmed);
}

size_t match_person(std::string_view text, size_t at, const Word &word) noexcept {
    size_t end = match_value(text, at, word);
    if (word.is_address) return std::max(end, match_piece(text, at, word.trimmed));
    end = std::max(end, match_street(text, at, word.trimmed));
    if (!is_letter(letter_at(text, at).code)) return end;
    const Names &names = word.names;
    for (uint8_t i = 0; i < names.n; ++i)
        end = std::max(end, names.whole ? match_spelling(text, at, names.parts[i]) : match_part(text, at, names.parts[i]));
    return end;
}

uint64_t first_letter_bit(char32_t letter) noexcept {
    char32_t c = plain(fold(letter));
    if (c == 'k') c = 'c';
    if (c == 'w') c = 'v';
    // Codes below those of letters in ASCII, of which no two are in one class.
    if (is_digit(c) || c == '+' || c == '(') c = 1;
    if (is_apostrophe(c)) c = 2;
    if (is_gap(c)) c = ' ';
    return uint64_t{1} << (c % 64);
}

bool has_initial(const Word &word, char32_t letter) noexcept {
    for (uint8_t i = 0; i < word.names.n; ++i)
        if (fold(letter_at(word.names.parts[i], 0).code) == fold(letter)) return true;
    return false;
}

bool has_cut_short(const Word &value, std::string_view word) noexcept {
    const Names &names = value.names;
    for (uint8_t i = 0; i < names.n; ++i)
        if (is_cut_short(word, names.parts[i])) return true;
    return false;
}

bool has_form(const Word &value, std::string_view word) noexcept {
    const Names &names = value.names;
    for (uint8_t i = 0; i < names.n; ++i)
        if (is_nickname(word, names.parts[i]) || is_nickname(names.parts[i], word) || is_like(word, names.parts[i])) return true;
    return false;
}

bool has_variant(const Word &value, std::string_view word) noexcept {
    const Names &names = value.names;
    for (uint8_t i = 0; i < names.n; ++i)
        if (is_variant(word, names.parts[i])) return true;
    return false;
}

bool has_first_name(const Word &value) noexcept {
    const Names &names = value.names;
    for (uint8_t i = 0; i < names.n; ++i)
        if (kFirstNames.has(word_beginning(names.parts[i], 0).view())) return true;
    return false;
}

size_t match_letters_of_name(std::string_view text, size_t at, const Word &value) noexcept {
    const Names &names = value.names;
    size_t longest = 0;
    for (uint8_t i = 0; i < names.n; ++i) {
        size_t end = at, j = 0;
        while (j < names.parts[i].size() &&
               plain(fold(letter_at(text, end).code)) == plain(fold(letter_at(names.parts[i], j).code))) {
            end += letter_at(text, end).size;
            j += letter_at(names.parts[i], j).size;
        }
        if (j == names.parts[i].size()) longest = std::max(longest, end);
    }
    return longest;
}

}  // namespace pg_retention::core
