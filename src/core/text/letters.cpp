#include "core/text/letters.hpp"

namespace pg_retention::core {

namespace {

unsigned char byte_at(std::string_view text, size_t at) noexcept { return static_cast<unsigned char>(text[at]); }
bool continues(unsigned char byte) noexcept { return (byte & 0xC0) == 0x80; }

// Vowels with a tone.
char32_t vietnamese(char32_t c) noexcept {
    return c <= 0x1EB7 ? 'a' : c <= 0x1EC7 ? 'e' : c <= 0x1ECB ? 'i' : c <= 0x1EE3 ? 'o' : c <= 0x1EF1 ? 'u' : 'y';
}

}  // namespace

namespace beyond_ascii {

Letter letter_at(std::string_view text, size_t at) noexcept {
    const unsigned char lead = byte_at(text, at);
    const uint8_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC2 || lead > 0xF4 || text.size() - at < size) return {kNoLetter, 1};
    char32_t code = lead & (0xFF >> (size + 1));
    for (uint8_t i = 1; i < size; ++i) {
        const unsigned char byte = byte_at(text, at + i);
        if (!continues(byte)) return {kNoLetter, 1};
        code = code << 6 | (byte & 0x3F);
    }
    return {code, size};
}

Letter letter_before(std::string_view text, size_t at) noexcept {
    for (size_t size = 1; size <= 4 && size <= at; ++size) {
        if (continues(byte_at(text, at - size))) continue;
        const Letter letter = core::letter_at(text.substr(0, at), at - size);
        return letter.size == size ? letter : Letter{kNoLetter, 1};
    }
    return {kNoLetter, 1};
}

bool is_letter(char32_t c) noexcept {
    if (c < 0xC0) return c == 0xAA || c == 0xB5 || c == 0xBA;
    if (c == 0xD7 || c == 0xF7 || c > 0x10FFFF) return false;
    const bool punctuation = (c >= 0x2000 && c <= 0x2BFF) || (c >= 0x3000 && c <= 0x303F) || (c >= 0xE000 && c <= 0xF8FF) ||
                             (c >= 0xFE00 && c <= 0xFE6F) || (c >= 0xFFF0 && c <= 0xFFFF) || (c >= 0x1F000 && c <= 0x1FAFF);
    return !punctuation;
}

bool is_blank(char32_t c) noexcept { return c == 0xA0 || c == 0x2007 || c == 0x2009 || c == 0x202F; }

bool is_hyphen(char32_t c) noexcept { return (c >= 0x2010 && c <= 0x2014) || c == 0x2212; }

bool is_apostrophe(char32_t c) noexcept { return c == 0x2019 || c == 0x2018 || c == 0xB4; }

char32_t fold(char32_t c) noexcept {
    if (c >= 0xC0 && c <= 0xDE) return c == 0xD7 ? c : c + 0x20;
    if (c < 0x100) return c;
    if (c == 0x178) return 0xFF;
    if ((c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17E)) return c % 2 == 1 ? c + 1 : c;
    if (c >= 0x100 && c <= 0x177 && c != 0x130 && c != 0x131 && c != 0x138) return c | 1;
    if ((c >= 0x391 && c <= 0x3A9) || (c >= 0x410 && c <= 0x42F)) return c + 0x20;
    if (c >= 0x400 && c <= 0x40F) return c + 0x50;
    if ((c >= 0x1E00 && c <= 0x1E95) || (c >= 0x1EA0 && c <= 0x1EFF)) return c | 1;
    return c;
}

char32_t plain(char32_t folded) noexcept {
    constexpr char kLatin1[] = "aaaaaaaceeeeiiiidnooooo/ouuuuyty";
    constexpr char kExtended[] = "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiijjjjkkklllllll"
                                 "lllnnnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";
    static_assert(sizeof kLatin1 == 33 && sizeof kExtended == 129);
    if (folded == 0xDF) return 's';
    if (folded >= 0xE0 && folded <= 0xFF) return static_cast<unsigned char>(kLatin1[folded - 0xE0]);
    if (folded >= 0x100 && folded <= 0x17F) return static_cast<unsigned char>(kExtended[folded - 0x100]);
    if (folded >= 0x1EA0 && folded <= 0x1EF9) return vietnamese(folded);
    return folded;
}

}  // namespace beyond_ascii

size_t fold_into(std::string_view word, char *out, size_t room) noexcept {
    size_t n = 0;
    for (size_t i = 0; i < word.size();) {
        const Letter l = letter_at(word, i);
        const char32_t c = fold(l.code);
        if (n + l.size > room) return 0;
        // No case pair in the tables above changes its length in UTF-8; what is no letter stays.
        if (l.size == 2) {
            out[n++] = static_cast<char>(0xC0 | c >> 6);
            out[n++] = static_cast<char>(0x80 | (c & 0x3F));
        } else {
            for (uint8_t k = 0; k < l.size; ++k) out[n++] = word[i + k];
            if (l.size == 1 && l.code != kNoLetter) out[n - 1] = static_cast<char>(c);
        }
        i += l.size;
    }
    return n;
}

}  // namespace pg_retention::core
