#pragma once
// Occurrences in a text of one word that a row holds about a person: a name, an address, a number.
#include <cstddef>
#include <string_view>

namespace pg_retention::core {

// The end of the occurrence that begins at `at`, and 0 if none does.
size_t match_word(std::string_view text, size_t at, std::string_view word) noexcept;

}  // namespace pg_retention::core
