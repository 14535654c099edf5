#include "core/data/generalise.hpp"

#include <cmath>
#include <limits>

#include "core/data/arguments.hpp"

namespace pg_retention::core {

namespace {

// The calendar comes again after so many days, decades included.
constexpr Day kCycle = 146097;

constexpr uint8_t kBitsV4 = 24, kBitsV6 = 48;
constexpr double kGrid = 0.1;

// How far numbers of all grid lines are exact.
constexpr double kExact = 9007199254740992.0;

template <typename T>
Result<T> unreadable(const char *what, const char *hint) noexcept {
    return make_error(ErrorCode::kInvalidParameter, hint, "argument of anonymiser \"generalise\" is not a %s", what);
}

}  // namespace

Result<Span> parse_span(std::string_view text) noexcept {
    const std::string_view word = next_word(&text);
    if (next_word(&text).empty()) {
        if (word.empty() || same_word(word, "year")) return Span::kYear;
        if (same_word(word, "month")) return Span::kMonth;
        if (same_word(word, "decade")) return Span::kDecade;
    }
    return unreadable<Span>("span of time", "Write month, year or decade.");
}

Day first_day(Day day, Span span) noexcept {
    // Leaves a day between 1600 and 2400.
    const Day cycles = (day - kEpochDay) / kCycle;
    const Date date = date_of(day - cycles * kCycle);
    const int32_t year = span == Span::kDecade ? date.year / 10 * 10 : date.year;
    return day_from_date(year, span == Span::kMonth ? date.month : 1, 1) + cycles * kCycle;
}

Result<std::string_view> parse_band(std::string_view text) noexcept {
    const std::string_view word = next_word(&text);
    const std::string_view width = next_word(&text);
    if (same_word(word, "band") && is_positive_decimal(width) && next_word(&text).empty()) return width;
    return unreadable<std::string_view>("band", "Write how wide it is, for example \"band 10\".");
}

Result<int64_t> parse_whole_band(std::string_view text) noexcept {
    const Result<std::string_view> band = parse_band(text);
    if (!band.ok()) return band.error();
    const int64_t width = whole_number_in(band.value());
    if (width > 0) return width;
    return unreadable<int64_t>("band of whole numbers", "Write how wide it is, for example \"band 10\".");
}

int64_t lower_bound(int64_t value, int64_t width) noexcept {
    const int64_t above = value % width;
    if (above >= 0) return value - above;
    const int64_t below = above + width;
    return value < std::numeric_limits<int64_t>::min() + below ? std::numeric_limits<int64_t>::min() : value - below;
}

Result<Prefix> parse_prefix(std::string_view text) noexcept {
    const std::string_view word = next_word(&text);
    const std::string_view v4 = next_word(&text);
    const std::string_view v6 = next_word(&text);
    const int64_t bits4 = v4.empty() ? kBitsV4 : whole_number_in(v4);
    const int64_t bits6 = v6.empty() ? kBitsV6 : whole_number_in(v6);
    const bool good = (word.empty() || same_word(word, "network")) && next_word(&text).empty() && bits4 >= 0 && bits4 <= 32 &&
                      bits6 >= 0 && bits6 <= 128;
    if (good) return Prefix{static_cast<uint8_t>(bits4), static_cast<uint8_t>(bits6)};
    return unreadable<Prefix>(
        "network", "Write \"network\", or how many bits are kept: \"network 16\", with those of IPv6 \"network 16 40\".");
}

void keep_bits(uint8_t *address, size_t bytes, uint8_t bits) noexcept {
    for (size_t i = 0; i < bytes; ++i) {
        const size_t before = i * 8;
        if (before >= bits)
            address[i] = 0;
        else if (bits - before < 8)
            address[i] = static_cast<uint8_t>(address[i] & (0xFF << (8 - (bits - before))));
    }
}

Result<double> parse_grid(std::string_view text) noexcept {
    const std::string_view word = next_word(&text);
    const std::string_view side = next_word(&text);
    if (word.empty()) return kGrid;
    if (same_word(word, "grid") && is_positive_decimal(side) && next_word(&text).empty()) return decimal_in(side);
    return unreadable<double>("grid", "Write the side of a square, for example \"grid 0.1\".");
}

double grid_line(double value, double side) noexcept {
    // A tenth has no exact double, ten has: 107 / 10 is 10.7, where 107 * 0.1 is a little more.
    const double lines = std::round(1 / side);
    const bool whole = lines >= 1 && std::abs(lines * side - 1) < 1e-12;
    const double at = whole ? value * lines : value / side;
    if (!(std::abs(at) < kExact)) return value;
    // A line that is computed again may come out a little below itself.
    const double nearest = std::round(at);
    const double number = std::abs(at - nearest) <= std::abs(at) * 1e-15 ? nearest : std::floor(at);
    return (whole ? number / lines : number * side) + 0.0;
}

}  // namespace pg_retention::core
