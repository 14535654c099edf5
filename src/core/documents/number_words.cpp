// Numbers in words: "twenty-four", "one hundred and eighty", "trettiseks", "to hundre".
#include <algorithm>

#include "core/documents/published.hpp"
#include "core/text/letters.hpp"

namespace pg_retention::core {

namespace {

struct Number {
    Said word;
    int value;
};
constexpr Number kNumbers[] = {
    {{"one|a|an", "en|ett|én|et|ei"}, 1},
    {{"two", "to"}, 2},
    {{"three", "tre"}, 3},
    {{"four", "fire"}, 4},
    {{"five", "fem"}, 5},
    {{"six", "seks"}, 6},
    {{"seven", "sju|syv"}, 7},
    {{"eight", "åtte"}, 8},
    {{"nine", "ni"}, 9},
    {{"ten", "ti"}, 10},
    {{"eleven", "elleve"}, 11},
    {{"twelve", "tolv"}, 12},
    {{"thirteen", "tretten"}, 13},
    {{"fourteen", "fjorten"}, 14},
    {{"fifteen", "femten"}, 15},
    {{"sixteen", "seksten"}, 16},
    {{"seventeen", "sytten"}, 17},
    {{"eighteen", "atten"}, 18},
    {{"nineteen", "nitten"}, 19},
    {{"twenty", "tjue|tyve"}, 20},
    {{"thirty", "tretti|tredve"}, 30},
    {{"forty|fourty", "førti|førr"}, 40},
    {{"fifty", "femti"}, 50},
    {{"sixty", "seksti"}, 60},
    {{"seventy", "sytti"}, 70},
    {{"eighty", "åtti"}, 80},
    {{"ninety", "nitti"}, 90},
};

// A word that begins as this one does: how many of its bytes; 0: it does not.
size_t begins_with(std::string_view word, std::string_view wanted) {
    size_t i = 0;
    for (size_t k = 0; k < wanted.size();) {
        if (i >= word.size()) return 0;
        const Letter mine = letter_at(word, i), other = letter_at(wanted, k);
        if (fold(mine.code) != other.code) return 0;
        i += mine.size;
        k += other.size;
    }
    return i;
}

// The longest number that the word begins with, and how many bytes it has.
int longest(std::string_view word, Language language, size_t *size) {
    int value = -1;
    *size = 0;
    for (const Number &number : kNumbers) {
        std::string_view words = number.word.in(language);
        while (!words.empty()) {
            const size_t bar = std::min(words.find('|'), words.size());
            const size_t n = begins_with(word, words.substr(0, bar));
            words.remove_prefix(std::min(bar + 1, words.size()));
            if (n <= *size) continue;
            *size = n;
            value = number.value;
        }
    }
    return value;
}

// A word that is one number: "twelve", "trettiseks", "hundreogåtti". -1: it is none, or more than one.
int value_of(std::string_view word, Language language) {
    constexpr Said kHundred = {"hundred", "hundre"}, kAnd = {"and", "og"};
    size_t size = 0;
    int value = longest(word, language, &size);
    if (value < 0 && language == Language::kBokmal && begins_with(word, kHundred.in(language)) > 0) value = 1;
    if (value < 0) return -1;
    word.remove_prefix(size);
    if (word.empty() || language == Language::kEnglish) return word.empty() ? value : -1;
    if (const size_t hundred = begins_with(word, kHundred.in(language)); hundred > 0 && value < 10) {
        word.remove_prefix(hundred);
        word.remove_prefix(begins_with(word, kAnd.in(language)));
        const int rest = word.empty() ? 0 : value_of(word, language);
        return rest < 0 || rest > 99 ? -1 : value * 100 + rest;
    }
    // "trettiseks", and as one said before: "seksogtretti".
    const size_t joined = begins_with(word, kAnd.in(language));
    const int other = longest(word.substr(joined), language, &size);
    if (other < 0 || joined + size != word.size()) return -1;
    if (joined == 0) return value >= 20 && other < 10 ? value + other : -1;
    return value < 10 && other >= 20 ? value + other : -1;
}

bool touch(const Tokens &tokens, size_t at) {
    return tokens.all[at].text.data() + tokens.all[at].text.size() == tokens.all[at + 1].text.data();
}
bool is_hyphen(const Tokens &tokens, size_t at) { return tokens.is(at, "-|–"); }

// "fifty-three" is read from its beginning, and "umpty-three" not at all.
bool is_behind_hyphen(const Tokens &tokens, size_t at) {
    return at >= 2 && is_hyphen(tokens, at - 1) && touch(tokens, at - 2) && touch(tokens, at - 1) &&
           is_letter(letter_at(tokens.all[at - 2].text, 0).code) && !tokens.all[at - 2].is_number;
}

int word_at(const Tokens &tokens, size_t at, Language language) {
    return at < tokens.n && !tokens.all[at].is_number ? value_of(tokens.all[at].text, language) : -1;
}

}  // namespace

int number_at(const Tokens &tokens, size_t at, Language language, size_t *end) noexcept {
    if (end != nullptr) *end = at + 1;
    if (at >= tokens.n) return -1;
    const Token &token = tokens.all[at];
    if (token.is_number) {
        int number = 0;
        if (token.text.size() > 6) return -1;
        for (const char c : token.text) number = number * 10 + (c - '0');
        return number;
    }
    constexpr Said kHundred = {"hundred", "hundre"}, kAnd = {"and", "og"};
    if (is_behind_hyphen(tokens, at)) return -1;
    size_t behind = at + 1;
    int value = word_at(tokens, at, language), hundreds = 0;
    const bool bare = tokens.is(at, kHundred.in(language));
    if (bare || (value > 0 && value < 10 && tokens.is(behind, kHundred.in(language)))) {
        hundreds = (bare ? 1 : value) * 100;
        behind = bare ? behind : behind + 1;
        const size_t next = tokens.is(behind, kAnd.in(language)) ? behind + 1 : behind;
        value = word_at(tokens, next, language);
        if (value < 0 || value > 99 || tokens.is(next, "a|an|en|et")) value = 0;
        behind = value > 0 ? next + 1 : behind;
    }
    if (value < 0) return -1;
    const bool tens = value >= 20 && value % 10 == 0;
    const size_t next = tens && is_hyphen(tokens, behind) && touch(tokens, behind - 1) ? behind + 1 : behind;
    const int units = tens ? word_at(tokens, next, language) : -1;
    if (units > 0 && units < 10 && !tokens.is(next, "a|an|en|et")) {
        value += units;
        behind = next + 1;
    }
    if (end != nullptr) *end = behind;
    return hundreds + value;
}

}  // namespace pg_retention::core
