#pragma once
// One form for values that tell who somebody is, however each was typed: to look for them where nobody knows how they were written.
#include <cstddef>
#include <string_view>

namespace pg_retention::core {

// Of a number (digits and what stands between them) its digits, without zeros in front and without the country's code where it is written with
// + or 00; of other values lower case, and one blank where there are several. out has as many bytes as value; returns how many were written.
size_t write_alike(std::string_view value, char *out) noexcept;

}  // namespace pg_retention::core
