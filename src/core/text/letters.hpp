#pragma once
// UTF-8 as far as words need it: what is a letter, what are the two cases of one. Bytes that are not
// UTF-8 are characters of their own that are no letters. Most letters are ASCII: what is asked of each is answered for
// those without a call.
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace pg_retention::core {

struct Letter {
    char32_t code;  // kNoLetter at the end of the text and for an invalid byte
    uint8_t size;   // 0 at the end of the text
};
inline constexpr char32_t kNoLetter = 0xFFFFFFFF;

inline constexpr bool is_digit(char32_t c) noexcept { return c >= '0' && c <= '9'; }

namespace beyond_ascii {
Letter letter_at(std::string_view text, size_t at) noexcept;
Letter letter_before(std::string_view text, size_t at) noexcept;
bool is_letter(char32_t c) noexcept;
bool is_blank(char32_t c) noexcept;
bool is_hyphen(char32_t c) noexcept;
bool is_apostrophe(char32_t c) noexcept;
char32_t fold(char32_t c) noexcept;
char32_t plain(char32_t folded) noexcept;
}  // namespace beyond_ascii

inline bool is_ascii_at(std::string_view text, size_t at) noexcept { return static_cast<unsigned char>(text[at]) < 0x80; }

inline Letter letter_at(std::string_view text, size_t at) noexcept {
    if (at >= text.size()) return {kNoLetter, 0};
    if (is_ascii_at(text, at)) return {static_cast<unsigned char>(text[at]), 1};
    return beyond_ascii::letter_at(text, at);
}

inline Letter letter_before(std::string_view text, size_t at) noexcept {
    if (at == 0) return {kNoLetter, 0};
    if (is_ascii_at(text, at - 1)) return {static_cast<unsigned char>(text[at - 1]), 1};
    return beyond_ascii::letter_before(text, at);
}

inline bool is_letter(char32_t c) noexcept {
    return c < 0x80 ? (c | 0x20) >= 'a' && (c | 0x20) <= 'z' : beyond_ascii::is_letter(c);
}
inline bool is_word(char32_t c) noexcept { return is_digit(c) || is_letter(c); }

// Space, tab, line end, no-break spaces.
inline bool is_blank(char32_t c) noexcept { return c < 0x80 ? c == ' ' || (c >= '\t' && c <= '\r') : beyond_ascii::is_blank(c); }
// Hyphens and dashes, however they are typed.
inline bool is_hyphen(char32_t c) noexcept { return c < 0x80 ? c == '-' : beyond_ascii::is_hyphen(c); }
inline bool is_apostrophe(char32_t c) noexcept { return c < 0x80 ? c == '\'' || c == '`' : beyond_ascii::is_apostrophe(c); }

// Lower case of Latin, Greek and Cyrillic.
inline char32_t fold(char32_t c) noexcept { return c < 0x80 ? c + (c >= 'A' && c <= 'Z' ? 0x20 : 0) : beyond_ascii::fold(c); }
inline bool is_upper(char32_t c) noexcept { return fold(c) != c; }

// The word in lower case, as UTF-8; returns its length, 0 when it does not fit.
size_t fold_into(std::string_view word, char *out, size_t room) noexcept;

// The letter without accents and as a keyboard without it has it: å a, ø o, æ a, đ d.
inline char32_t plain(char32_t folded) noexcept { return folded < 0x80 ? folded : beyond_ascii::plain(folded); }
inline bool is_accent(char32_t c) noexcept { return c >= 0x300 && c <= 0x36F; }

}  // namespace pg_retention::core
