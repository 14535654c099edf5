// Coordinates: 59.91387, 10.75225 with four decimals at least, or degrees and minutes.
#include "core/text/letters.hpp"
#include "core/text/traces.hpp"
#include "core/text/word_list.hpp"

namespace pg_retention::core {

namespace {

constexpr size_t kFewestDecimals = 4;
constexpr int kWidestGap = 9;  // between the two
constexpr char32_t kDegree = 0xB0;

bool is_direction(char32_t c) noexcept {
    const char32_t f = fold(c);
    return f == 'n' || f == 's' || f == 'e' || f == 'w' || f == 'v' || f == 'o' || f == 0xF8 || f == 0xF6;
}

size_t digits_end(std::string_view text, size_t at) noexcept {
    while (is_digit(letter_at(text, at).code)) ++at;
    return at;
}

size_t blanks_end(std::string_view text, size_t at) noexcept {
    while (is_blank(letter_at(text, at).code) && text[at] != '\n') at += letter_at(text, at).size;
    return at;
}

// One letter that is a word: 10.75225E, 59.91387 N.
size_t direction_end(std::string_view text, size_t at) noexcept {
    const size_t letter = blanks_end(text, at);
    const Letter l = letter_at(text, letter);
    if (!is_direction(l.code) || is_letter(letter_at(text, letter + l.size).code)) return at;
    // That of the next number, if one follows at once.
    const bool next = letter > at && is_digit(letter_at(text, blanks_end(text, letter + l.size)).code);
    return next ? at : letter + l.size;
}

// 59.91387 up to `most` degrees; 0 if there is none.
size_t decimal_end(std::string_view text, size_t at, int most) noexcept {
    const size_t point = digits_end(text, at);
    if (point == at || point - at > 3 || letter_at(text, point).code != '.') return 0;
    int degrees = 0;
    for (size_t i = at; i < point; ++i) degrees = degrees * 10 + text[i] - '0';
    const size_t end = digits_end(text, point + 1);
    if (degrees >= most || end - point - 1 < kFewestDecimals) return 0;
    const size_t sign = letter_at(text, end).code == kDegree ? end + letter_at(text, end).size : end;
    const size_t named = direction_end(text, sign);
    const Letter next = letter_at(text, named);
    if (is_word(next.code) || (next.code == '.' && is_digit(letter_at(text, named + 1).code))) return 0;
    return named;
}

// 54' or 54.832' or 50"; 0 if there is none.
size_t minutes_end(std::string_view text, size_t at) noexcept {
    const size_t begin = blanks_end(text, at);
    size_t end = digits_end(text, begin);
    if (end == begin || end - begin > 2) return 0;
    if (letter_at(text, end).code == '.' || letter_at(text, end).code == ',') end = digits_end(text, end + 1);
    const Letter mark = letter_at(text, end);
    if (!is_apostrophe(mark.code) && mark.code != '"' && mark.code != 0x2032 && mark.code != 0x2033 && mark.code != 0x201D)
        return 0;
    end += mark.size;
    return is_apostrophe(mark.code) && letter_at(text, end).code == mark.code ? end + mark.size : end;
}

size_t degrees_end(std::string_view text, size_t at) noexcept {
    const size_t sign = digits_end(text, at);
    if (sign == at || sign - at > 3 || letter_at(text, sign).code != kDegree) return 0;
    const size_t minutes = minutes_end(text, sign + letter_at(text, sign).size);
    if (minutes == 0) return 0;
    const size_t seconds = minutes_end(text, minutes);
    return direction_end(text, seconds == 0 ? minutes : seconds);
}

// Where the second number begins: blanks, a comma, a letter or "lon" between.
size_t second_begin(std::string_view text, size_t at) noexcept {
    size_t end = at;
    for (int i = 0; i < kWidestGap && end < text.size(); ++i) {
        const Letter l = letter_at(text, end);
        const bool gap = (is_blank(l.code) && l.code != '\n') || l.code == ',' || l.code == ';' || l.code == '/' ||
                         l.code == ':' || l.code == '-' || l.code == '"';
        if (gap) {
            end += l.size;
            continue;
        }
        if (!is_letter(l.code)) break;
        size_t word = end;
        while (is_letter(letter_at(text, word).code)) word += letter_at(text, word).size;
        const std::string_view name = text.substr(end, word - end);
        const bool longitude = WordList("lon lng long lengde Lon Lng Long Lengde LON E Ø e ø W O").has(name);
        if (!longitude) return 0;
        end = word;
    }
    return end > at && is_digit(letter_at(text, end).code) ? end : 0;
}

}  // namespace

size_t match_coordinates(std::string_view text, size_t at) noexcept {
    const Letter before = letter_before(text, at);
    if (is_word(before.code) && (!is_direction(before.code) || is_word(letter_before(text, at - before.size).code))) return 0;
    if (before.code == '.' || before.code == ',') return 0;
    const size_t latitude = decimal_end(text, at, 91);
    const size_t degrees = latitude == 0 ? degrees_end(text, at) : 0;
    const size_t first = latitude + degrees;
    const size_t second = first == 0 ? 0 : second_begin(text, first);
    if (second == 0) return 0;
    return latitude != 0 ? decimal_end(text, second, 181) : degrees_end(text, second);
}

}  // namespace pg_retention::core
