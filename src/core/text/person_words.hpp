#pragma once
// Occurrences in a text of one value that a row holds about a person: a name, an address, a number.
// Each function gives the end of the occurrence that begins at `at`, and 0 if none does.
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace pg_retention::core {

// The whole value, in either case, any grouping of its digits, the genitive.
size_t match_value(std::string_view text, size_t at, std::string_view value) noexcept;

// Also a part of a name or address, and a name misspelt.
size_t match_person(std::string_view text, size_t at, std::string_view value) noexcept;

// Letters fall into 64 classes, which no spelling and no grouping of digits leaves. These are the
// classes of those with which an occurrence of the value can begin, and the class of one letter.
uint64_t first_letters(std::string_view value) noexcept;
uint64_t first_letter_bit(char32_t letter) noexcept;

// Whether one of the names in the value begins with this letter.
bool has_initial(std::string_view value, char32_t letter) noexcept;

}  // namespace pg_retention::core
