#include <algorithm>
#include <cstring>

#include "core/data/arguments.hpp"
#include "core/data/generalise.hpp"
#include "core/text/letters.hpp"

namespace pg_retention::core {

namespace {

constexpr size_t kCodeSize = 4;

// Names of towns that go on after such a word: "Mo i Rana", "Indre Arna".
constexpr std::string_view kInner[] = {"i", "på"};
constexpr std::string_view kFirst[] = {"indre",  "ytre",  "øvre",   "nedre", "nordre", "søndre",
                                       "vestre", "østre", "midtre", "store", "lille"};

struct Word {
    size_t begin;
    size_t end;
};

size_t skip_blanks(std::string_view text, size_t at) noexcept {
    for (Letter l = letter_at(text, at); is_blank(l.code) && l.code != '\n' && l.code != '\r'; l = letter_at(text, at))
        at += l.size;
    return at;
}

// Letters, hyphens and points among them: "Sør-Fron", "St.Hanshaugen".
Word town_word(std::string_view text, size_t at) noexcept {
    const size_t begin = skip_blanks(text, at);
    size_t end = begin;
    for (Letter l = letter_at(text, end); is_letter(l.code) || (end > begin && (is_hyphen(l.code) || l.code == '.'));
         l = letter_at(text, end))
        end += l.size;
    while (end > begin && !is_letter(letter_before(text, end).code)) end -= letter_before(text, end).size;
    return {begin, end};
}

template <size_t N>
bool is_one_of(std::string_view text, Word word, const std::string_view (&words)[N]) noexcept {
    return std::any_of(words, words + N, [&](std::string_view wanted) {
        size_t at = word.begin;
        size_t in_wanted = 0;
        while (at < word.end && in_wanted < wanted.size()) {
            const Letter a = letter_at(text, at);
            const Letter b = letter_at(wanted, in_wanted);
            if (fold(a.code) != b.code) return false;
            at += a.size;
            in_wanted += b.size;
        }
        return at == word.end && in_wanted == wanted.size();
    });
}

// Four digits, or two of them where it was taken away before.
bool is_code(std::string_view text, size_t at) noexcept {
    if (text.size() - at < kCodeSize) return false;
    for (size_t i = 0; i < kCodeSize; ++i)
        if (!is_digit(static_cast<unsigned char>(text[at + i])) && (i < 2 || text[at + i] != 'x')) return false;
    if (is_digit(static_cast<unsigned char>(text[at + 2])) != is_digit(static_cast<unsigned char>(text[at + 3]))) return false;
    return !is_word(letter_at(text, at + kCodeSize).code);
}

bool begins_line(std::string_view text, size_t at) noexcept {
    while (at > 0 && is_blank(letter_before(text, at).code) && letter_before(text, at).code != '\n' &&
           letter_before(text, at).code != '\r')
        at -= letter_before(text, at).size;
    const char32_t before = letter_before(text, at).code;
    return at == 0 || before == '\n' || before == '\r' || before == ',' || before == ';';
}

// "N-0153", "NO-0153"; returns where it begins.
size_t without_country(std::string_view text, size_t at) noexcept {
    if (at >= 2 && fold(static_cast<unsigned char>(text[at - 2])) == 'n' && is_hyphen(letter_before(text, at).code))
        return at - 2;
    const bool dashed = at >= 3 && (text[at - 1] == '-' || text[at - 1] == ' ');
    if (dashed && same_word(text.substr(at - 3, 2), "no")) return at - 3;
    return at;
}

// "Storgata 1 0153 Oslo", "Storgata 1B 0153 Oslo": a blank before it, and before that the number of a house.
bool follows_house(std::string_view text, size_t at) noexcept {
    size_t end = at;
    while (end > 0 && is_blank(letter_before(text, end).code)) end -= letter_before(text, end).size;
    if (end == at) return false;
    size_t begin = end;
    while (begin > 0 && is_word(letter_before(text, begin).code)) begin -= letter_before(text, begin).size;
    return begin < end && is_digit(letter_at(text, begin).code);
}

bool is_post_code(std::string_view text, size_t at) noexcept {
    if (!is_code(text, at)) return false;
    const size_t begin = without_country(text, at);
    if (is_word(letter_before(text, begin).code)) return false;
    if (begins_line(text, begin)) return true;
    const Word town = town_word(text, at + kCodeSize);
    return town.end > town.begin && follows_house(text, begin);
}

}  // namespace

Result<bool> parse_district(std::string_view text) noexcept {
    const std::string_view first = next_word(&text);
    const std::string_view second = next_word(&text);
    if (first.empty() || (same_word(first, "postal") && same_word(second, "district") && next_word(&text).empty())) return true;
    return make_error(ErrorCode::kInvalidParameter, "Write \"postal district\"; texts have no other.",
                      "argument of anonymiser \"generalise\" is not a district");
}

size_t postal_district(std::string_view address, char *out) noexcept {
    size_t code = address.size();
    for (size_t at = address.size(); at-- > 0 && code == address.size();)
        if (is_post_code(address, at)) code = at;
    if (code == address.size()) return 0;
    std::memcpy(out, address.data() + code, 2);
    std::memcpy(out + 2, "xx", 2);
    size_t n = kCodeSize;
    Word word = town_word(address, code + kCodeSize);
    // No more words than the name of a town has: a person may be named behind it.
    for (bool more = word.end > word.begin; more;) {
        out[n++] = ' ';
        std::memcpy(out + n, address.data() + word.begin, word.end - word.begin);
        n += word.end - word.begin;
        const Word next = town_word(address, word.end);
        more = next.end > next.begin &&
               (is_one_of(address, word, kFirst) || is_one_of(address, word, kInner) || is_one_of(address, next, kInner));
        word = next;
    }
    return n;
}

}  // namespace pg_retention::core
