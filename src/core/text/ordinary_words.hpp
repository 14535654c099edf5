#pragma once
// Names that are ordinary words, too: Per, Dag, Berg; Will, Grace, Price.
#include <cstddef>
#include <string_view>

namespace pg_retention::core {

// Whether text[begin, end) is such a word, and what stands around it says that it is no name here.
// In lower case it is a name only where people are spoken to or speak; with a capital it is one unless
// what follows says otherwise. What cannot be told is taken for a name.
bool is_ordinary_word(std::string_view text, size_t begin, size_t end) noexcept;

}  // namespace pg_retention::core
