#pragma once
// One form for values that tell who somebody is, however each was typed: to look for them where nobody knows how they were written.
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace pg_retention::core {

// Of a number (digits and what stands between them) its digits, without zeros in front and without the country's code where it is written with
// + or 00; of other values lower case, and one blank where there are several. out has as many bytes as value; returns how many were written.
size_t write_alike(std::string_view value, char *out) noexcept;

// A number that values of one form share, from 1 on, without a look at the form; 0: nothing can be said of the value.
uint32_t alike_hint(std::string_view value) noexcept;

// Which hints the values have that are looked for.
constexpr size_t kHintBytes = 256;
inline size_t hint_byte(uint32_t hint) noexcept { return hint / 8 % kHintBytes; }
inline uint8_t hint_bit(uint32_t hint) noexcept { return static_cast<uint8_t>(1U << hint % 8); }

}  // namespace pg_retention::core
