#pragma once
// The first characters of a text.
#include <cstddef>
#include <string_view>

#include "core/data/result.hpp"

namespace pg_retention::core {

// A number of characters; empty: one.
Result<size_t> parse_length(std::string_view text) noexcept;

// How many bytes the first n characters are. What is no UTF-8 counts byte by byte.
size_t size_of_first(std::string_view text, size_t n) noexcept;

}  // namespace pg_retention::core
