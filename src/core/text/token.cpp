#include "core/text/token.hpp"

#include <algorithm>
#include <cstring>

#include "core/data/arguments.hpp"
#include "core/text/letters.hpp"

namespace pg_retention::core {

namespace {

// Nothing that reads like something else; 5 bits each.
constexpr std::string_view kSmall = "abcdefghijkmnpqrstuvwxyz23456789";
constexpr std::string_view kAll = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr std::string_view kDigits = "0123456789";
constexpr std::string_view kHex = "0123456789abcdef";

constexpr std::string_view kDomain = "@anonymous.invalid";
constexpr std::string_view kCountry = "+999";

// How many symbols carry 64 bits, and how many are used where there is room.
struct Alphabet {
    std::string_view symbols;
    size_t least;
    size_t most;
};
constexpr Alphabet kSmallAlphabet = {kSmall, 13, 26};
constexpr Alphabet kAllAlphabet = {kAll, 11, 12};
constexpr Alphabet kDigitAlphabet = {kDigits, 20, 31};

Error too_short(size_t least) noexcept {
    return make_error(ErrorCode::kInvalidParameter, "Use a constant, or make the column wider.",
                      "a random token needs %zu characters to be met only once", least);
}

// The random bytes are a number, and its remainders the symbols.
void put_symbols(const Alphabet &alphabet, size_t n, const uint8_t (&random)[kTokenRandom], char *out) noexcept {
    uint8_t number[kTokenRandom];
    std::memcpy(number, random, sizeof number);
    for (size_t i = 0; i < n; ++i) {
        size_t rest = 0;
        for (uint8_t &byte : number) {
            const size_t value = rest << 8 | byte;
            byte = static_cast<uint8_t>(value / alphabet.symbols.size());
            rest = value % alphabet.symbols.size();
        }
        out[i] = alphabet.symbols[rest];
    }
}

Result<Token> token_of(const Alphabet &alphabet, std::string_view before, std::string_view after, size_t room,
                       const uint8_t (&random)[kTokenRandom]) noexcept {
    const size_t fixed = before.size() + after.size();
    const size_t n = room == 0 ? alphabet.most : std::min(alphabet.most, room - std::min(room, fixed));
    if (n < alphabet.least) return too_short(alphabet.least + fixed);
    Token token;
    std::memcpy(token.text, before.data(), before.size());
    put_symbols(alphabet, n, random, token.text + before.size());
    std::memcpy(token.text + before.size() + n, after.data(), after.size());
    token.length = fixed + n;
    return token;
}

}  // namespace

TokenForm form_of_category(std::string_view category) noexcept {
    for (const std::string_view word : {"email", "e-mail", "mail"})
        if (same_word(category, word)) return TokenForm::kEmail;
    for (const std::string_view word : {"phone", "telephone", "mobile"})
        if (same_word(category, word)) return TokenForm::kPhone;
    return TokenForm::kText;
}

Result<TokenChoice> parse_token_choice(std::string_view text, TokenChoice column) noexcept {
    TokenChoice choice = column;
    std::string_view word = next_word(&text);
    bool known = true;
    if (same_word(word, "text"))
        choice.form = TokenForm::kText;
    else if (same_word(word, "email"))
        choice.form = TokenForm::kEmail;
    else if (same_word(word, "phone"))
        choice.form = TokenForm::kPhone;
    else
        known = false;
    if (known) word = next_word(&text);
    const int64_t room = word.empty() ? 0 : whole_number_in(word);
    if (room >= 0 && (word.empty() || room > 0) && next_word(&text).empty()) {
        if (room > 0)
            choice.room = column.room == 0 ? static_cast<size_t>(room) : std::min(static_cast<size_t>(room), column.room);
        return choice;
    }
    return make_error(ErrorCode::kInvalidParameter, "Write text, email or phone, a greatest length, or both: \"email 40\".",
                      "argument of anonymiser \"random token\" is not a form of tokens");
}

Result<Token> make_token(TokenForm form, size_t room, const uint8_t (&random)[kTokenRandom]) noexcept {
    switch (form) {
        case TokenForm::kEmail: return token_of(kSmallAlphabet, "", kDomain, room, random);
        case TokenForm::kPhone: return token_of(kDigitAlphabet, kCountry, "", room, random);
        default: break;
    }
    const bool narrow = room != 0 && room < kSmallAlphabet.least;
    return token_of(narrow ? kAllAlphabet : kSmallAlphabet, "", "", room, random);
}

namespace {

constexpr size_t kLeastHex = 16, kMostHex = 2 * kPseudonymBytes, kLongestDomain = 63;

std::string_view trimmed(std::string_view text) noexcept {
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
    return text;
}

// A word of letters, digits, hyphens and underscores.
bool is_domain(std::string_view text) noexcept {
    for (size_t i = 0; i < text.size();) {
        const Letter letter = letter_at(text, i);
        if (!is_word(letter.code) && letter.code != '_' && letter.code != '-') return false;
        i += letter.size;
    }
    return !text.empty() && text.size() <= kLongestDomain;
}

}  // namespace

Result<PseudonymChoice> parse_pseudonym(std::string_view text) noexcept {
    std::string_view rest = text;
    std::string_view word = next_word(&rest);
    int64_t length = static_cast<int64_t>(kMostHex);
    if (!word.empty() && is_digit(static_cast<unsigned char>(word.front()))) {
        length = whole_number_in(word);
        word = next_word(&rest);
    }
    const bool named = same_word(word, "in");
    const std::string_view domain = named ? trimmed(rest) : std::string_view{};
    const bool good = length >= static_cast<int64_t>(kLeastHex) && length <= static_cast<int64_t>(kMostHex);
    if (good && (named ? is_domain(domain) : word.empty())) return PseudonymChoice{static_cast<size_t>(length), domain};
    return make_error(
        ErrorCode::kInvalidParameter,
        "Write how many characters, from 16 to 64, a domain in which values have one pseudonym, or both: \"32 in users\".",
        "argument of anonymiser \"pseudonymise\" is not a length or a domain of pseudonyms");
}

Result<size_t> pseudonym_length(size_t room) noexcept {
    if (room >= kLeastHex) return std::min(room, kMostHex);
    return make_error(ErrorCode::kInvalidParameter, "Use another anonymiser, or make the column wider.",
                      "a pseudonym needs %zu characters to be one person's alone", kLeastHex);
}

void write_pseudonym(const uint8_t (&hash)[kPseudonymBytes], size_t length, char *out) noexcept {
    for (size_t i = 0; i < length; ++i) out[i] = kHex[i % 2 == 0 ? hash[i / 2] >> 4 : hash[i / 2] & 0xF];
}

}  // namespace pg_retention::core
