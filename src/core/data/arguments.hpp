#pragma once
// Reading the arguments of anonymisers: words and numbers with blanks between.
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace pg_retention::core {

// The next word, blanks before it dropped; a number and what follows it ("10%") are two. Empty at the end.
std::string_view next_word(std::string_view *rest) noexcept;

// Letter case apart.
bool same_word(std::string_view word, std::string_view lower_case) noexcept;

// -1 when the word is not a whole number of at most 18 digits.
int64_t whole_number_in(std::string_view word) noexcept;

// Digits, at most one point among them, at most 18 in all, and not all zero.
bool is_positive_decimal(std::string_view word) noexcept;
double decimal_in(std::string_view word) noexcept;

}  // namespace pg_retention::core
