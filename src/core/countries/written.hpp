#pragma once
// A number as it is written, without what parts its digits.
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace pg_retention::core {

// Digits and capitals in a row, as many as a national number may have and one more, and what stands before each: 0 for nothing, or a blank,
// '-', '+', '.', '/'. The row ends where two such stand together, at a line's end, and at whatever else there is.
struct Written {
    static constexpr uint8_t kMost = 14;
    uint8_t n = 0;
    char symbols[kMost];
    char gaps[kMost];
    size_t ends[kMost];  // in the text, behind the symbol
    bool whole = true;   // behind the last one stands no letter or digit

    // Whether a number may end behind this many symbols.
    bool ends_at(uint8_t length) const noexcept {
        return length == n ? n > 0 && whole : length < n && (gaps[length] == ' ' || gaps[length] == '/');
    }

    bool is_digits(uint8_t from, uint8_t to) const noexcept;
    // The digits from `from` on, `size` of them, as a number.
    int number(uint8_t from, uint8_t size) const noexcept;
    // Whether the only gap among the first `length` symbols stands before the symbol `at`, and is this one.
    bool has_only_gap(uint8_t length, uint8_t at, char gap) const noexcept;
    // No gap among the first `length`.
    bool is_solid(uint8_t length) const noexcept;
};

Written written_at(std::string_view text, size_t at) noexcept;

// A day that a calendar has. Year 0 to 99; the 29th of February is in each that may be a leap year in any century.
bool is_day(int day, int month, int year) noexcept;

// The sum of digits, each with its weight ("3761894521"), modulo 11.
int weighted(const Written &w, uint8_t from, const char *weights) noexcept;
bool has_luhn_check(const Written &w, uint8_t from, uint8_t n) noexcept;

}  // namespace pg_retention::core
