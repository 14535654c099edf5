#include "core/countries/eea.hpp"

#include <algorithm>
#include <array>

namespace pg_retention::core {

namespace {

// The 27 of the Union, and Iceland, Liechtenstein and Norway.
constexpr std::array<std::string_view, 30> kStates = {"AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI",
                                                      "FR", "GR", "HR", "HU", "IE", "IS", "IT", "LI", "LT", "LU",
                                                      "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK"};
static_assert(std::is_sorted(kStates.begin(), kStates.end()));

}  // namespace

bool is_in_eea(std::string_view country) noexcept { return std::binary_search(kStates.begin(), kStates.end(), country); }

}  // namespace pg_retention::core
