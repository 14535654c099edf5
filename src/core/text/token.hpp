#pragma once
// Stand-ins that say nothing of what they stand for and are met only once: made of random bits, and by their form no
// address or number of anybody.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/data/result.hpp"

namespace pg_retention::core {

enum class TokenForm : uint8_t {
    kText,   // letters and digits
    kEmail,  // an address in the domain anonymous.invalid, a top-level domain that is reserved never to exist
    kPhone,  // digits after +999, a country code that is not given to anybody
};

struct TokenChoice {
    TokenForm form;
    size_t room;  // characters; 0: any number
};

// Which form a column of this category takes.
TokenForm form_of_category(std::string_view category) noexcept;

// "text", "email", "phone", with or without a length: "email 40", "40". What is not said is as the column has it.
Result<TokenChoice> parse_token_choice(std::string_view text, TokenChoice column) noexcept;

inline constexpr size_t kTokenRandom = 32;  // bytes that a token is made of
struct Token {
    size_t length;
    char text[64];
};

// Of 100 bits and more where the room (in characters; 0: any) is enough, of 64 at least: below that two rows of a large table
// could get the same, and it is an error. Short texts use capital letters, too, to come that far.
Result<Token> make_token(TokenForm form, size_t room, const uint8_t (&random)[kTokenRandom]) noexcept;

// The text of a keyed hash: hexadecimal digits of it, between 16 (64 bits) and 64; 64 where nothing is given.
inline constexpr size_t kPseudonymBytes = 32;
// In one domain a value has one pseudonym, whichever column holds it, and another one in each other domain.
struct PseudonymChoice {
    size_t length;
    std::string_view domain;  // empty: that of all columns which name none
};
Result<PseudonymChoice> parse_pseudonym(std::string_view text) noexcept;
Result<size_t> pseudonym_length(size_t room) noexcept;
void write_pseudonym(const uint8_t (&hash)[kPseudonymBytes], size_t length, char *out) noexcept;

}  // namespace pg_retention::core
