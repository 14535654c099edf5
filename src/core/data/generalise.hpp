#pragma once
// Values made coarse: a day becomes the first of its month, year or decade, a number the lower bound of its band, a network
// address its network, a point the corner of its square, a Norwegian address its postal district. What was made coarse
// once stays as it is the second time. Each argument has a default where one makes sense: an empty text gives it.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/time/calendar.hpp"
#include "core/data/result.hpp"

namespace pg_retention::core {

enum class Span : uint8_t { kMonth, kYear, kDecade };

// "month", "year" (the default), "decade".
Result<Span> parse_span(std::string_view text) noexcept;

// Of any day, those beyond the calendar of retention included.
Day first_day(Day day, Span span) noexcept;

// "band 10", "band 0.5": the width, a decimal number above zero. There is no default.
Result<std::string_view> parse_band(std::string_view text) noexcept;
Result<int64_t> parse_whole_band(std::string_view text) noexcept;

// The greatest multiple of the width that is not above the value; the smallest value of all where that would not fit.
int64_t lower_bound(int64_t value, int64_t width) noexcept;

// How many bits of an address are kept: "network", "network 16", "network 16 40"; 24 of IPv4 and 48 of IPv6 by default.
struct Prefix {
    uint8_t v4;
    uint8_t v6;
};
Result<Prefix> parse_prefix(std::string_view text) noexcept;

// Zeroes all bits of the address but the first ones.
void keep_bits(uint8_t *address, size_t bytes, uint8_t bits) noexcept;

// "grid 0.1" (the default): the side of a square.
Result<double> parse_grid(std::string_view text) noexcept;
double grid_line(double value, double side) noexcept;

// "postal district" (the default).
Result<bool> parse_district(std::string_view text) noexcept;

// "Storgata 1, 0153 Oslo" becomes "01xx Oslo". Writes at most address.size() bytes and returns how many; none when there is
// no post code.
size_t postal_district(std::string_view address, char *out) noexcept;

}  // namespace pg_retention::core
