#pragma once
// Values moved by chance: numbers by up to an amount or a share of themselves, times by up to some days. Chance comes from
// the caller, as random bits.
#include <cstdint>
#include <string_view>

#include "core/time/calendar.hpp"
#include "core/data/result.hpp"

namespace pg_retention::core {

struct Noise {
    bool percent;
    double amount;          // the greatest distance; in percent of the value where that is said
    std::string_view text;  // of the amount
};

// "10", "0.5", "5 %".
Result<Noise> parse_noise(std::string_view text) noexcept;

// "30 days".
Result<int32_t> parse_noise_days(std::string_view text) noexcept;

// Evenly between -1 and 1.
double fraction(uint64_t bits) noexcept;

// Evenly between -limit and limit, for limits not below zero.
int64_t steps(int64_t limit, uint64_t bits) noexcept;

// What would be beyond the greatest or smallest number is that number.
int64_t noisy(int64_t value, const Noise &noise, uint64_t bits) noexcept;
double noisy(double value, const Noise &noise, uint64_t bits) noexcept;
int64_t moved(int64_t value, int64_t by) noexcept;

}  // namespace pg_retention::core
