#pragma once
// Numbers as people write them: digits in groups.
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace pg_retention::core {

struct Group {
    size_t begin;
    size_t end;
    char gap;  // before it: ' ', '-', '.', ')' or 0 for the first
};

inline constexpr uint8_t kMaxGroups = 12;
inline constexpr uint8_t kMaxDigits = 34;

// Groups of digits with one kind of small gap between each two, from one place on. What is longer than
// the arrays is cut off, and says so.
struct Number {
    size_t begin;
    bool plus;  // +47 or (+47)
    bool more;  // the text goes on with more groups
    uint8_t n_groups;
    uint8_t n_digits;
    uint8_t digits[kMaxDigits];
    Group groups[kMaxGroups];
};

// At a digit, "+" or "(". n_groups is 0 if there is no number.
Number number_at(std::string_view text, size_t at) noexcept;

// A text that is nothing but one number; n_digits is 0 if it is not.
Number whole_number(std::string_view text) noexcept;

// The end of the number at `at` that has the same digits but for country code 47, else 0.
size_t match_number(std::string_view text, size_t at, const Number &wanted) noexcept;

inline uint8_t group_size(const Number &n, uint8_t i) noexcept {
    return static_cast<uint8_t>(n.groups[i].end - n.groups[i].begin);
}

bool has_luhn_check(const uint8_t *digits, size_t n) noexcept;
bool is_organisation_number(const uint8_t *digits, size_t n) noexcept;
bool is_card(const uint8_t *digits, size_t n) noexcept;

}  // namespace pg_retention::core
