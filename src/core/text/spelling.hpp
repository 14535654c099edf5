#pragma once
// Names as people misspell them.
#include <cstddef>
#include <string_view>

namespace pg_retention::core {

// The end of the word at `at` that is the name `name` spelled without its accents, with aa for å, in
// the genitive, or about a letter wrong; 0 if it is another word. Short names must be exact.
size_t match_spelling(std::string_view text, size_t at, std::string_view name) noexcept;

// Whether a word may be this name where another of the person's stands beside it: short ones without their accents, too, and a letter wrong.
bool is_like(std::string_view word, std::string_view name) noexcept;

// Whether a word is this name in another spelling, and not another name that is like it: Erik, Eric; not Kristin, Kristian.
bool is_variant(std::string_view word, std::string_view name) noexcept;

}  // namespace pg_retention::core
