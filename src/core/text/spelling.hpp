#pragma once
// Names as people misspell them.
#include <cstddef>
#include <string_view>

namespace pg_retention::core {

// The end of the word at `at` that is the name `name` spelled without its accents, with aa for å, in
// the genitive, or about a letter wrong; 0 if it is another word. Short names must be exact.
size_t match_spelling(std::string_view text, size_t at, std::string_view name) noexcept;

}  // namespace pg_retention::core
