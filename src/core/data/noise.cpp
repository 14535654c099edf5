#include "core/data/noise.hpp"

#include <cmath>
#include <limits>

#include "core/data/arguments.hpp"

namespace pg_retention::core {

namespace {

constexpr int64_t kLeast = std::numeric_limits<int64_t>::min(), kGreatest = std::numeric_limits<int64_t>::max();
constexpr int64_t kMostDays = 36525;

// Rounded down, and no further than any number can be.
int64_t whole_limit(double limit) noexcept { return limit < 9223372036854775000.0 ? static_cast<int64_t>(limit) : kGreatest; }

}  // namespace

Result<Noise> parse_noise(std::string_view text) noexcept {
    const std::string_view amount = next_word(&text);
    const std::string_view sign = next_word(&text);
    if (is_positive_decimal(amount) && (sign.empty() || sign == "%") && next_word(&text).empty())
        return Noise{!sign.empty(), decimal_in(amount), amount};
    return make_error(ErrorCode::kInvalidParameter, "Write how far a number may move, for example \"10\" or \"5 %\".",
                      "argument of anonymiser \"noise\" is not an amount or a percentage");
}

Result<int32_t> parse_noise_days(std::string_view text) noexcept {
    const int64_t days = whole_number_in(next_word(&text));
    const std::string_view unit = next_word(&text);
    if (days > 0 && days <= kMostDays && (same_word(unit, "day") || same_word(unit, "days")) && next_word(&text).empty())
        return static_cast<int32_t>(days);
    return make_error(ErrorCode::kInvalidParameter,
                      "Write how far a time may move, for example \"30 days\"; 100 years are the most.",
                      "argument of anonymiser \"noise\" is not a number of days");
}

double fraction(uint64_t bits) noexcept {
    constexpr double kSteps = 4503599627370496.0;  // 2^52: each step from -kSteps to kSteps is an exact double
    return static_cast<double>(steps(static_cast<int64_t>(kSteps), bits)) / kSteps;
}

int64_t steps(int64_t limit, uint64_t bits) noexcept {
    const uint64_t n = 2 * static_cast<uint64_t>(limit) + 1;
    return static_cast<int64_t>(bits % n - static_cast<uint64_t>(limit));
}

int64_t moved(int64_t value, int64_t by) noexcept {
    if (by > 0 && value > kGreatest - by) return kGreatest;
    if (by < 0 && value < kLeast - by) return kLeast;
    return value + by;
}

int64_t noisy(int64_t value, const Noise &noise, uint64_t bits) noexcept {
    const double limit = noise.percent ? std::abs(static_cast<double>(value)) * noise.amount / 100 : noise.amount;
    return moved(value, steps(whole_limit(limit), bits));
}

double noisy(double value, const Noise &noise, uint64_t bits) noexcept {
    const double limit = noise.percent ? std::abs(value) * noise.amount / 100 : noise.amount;
    const double result = value + limit * fraction(bits);
    return std::isfinite(value) && !std::isfinite(result) ? std::copysign(std::numeric_limits<double>::max(), value) : result;
}

}  // namespace pg_retention::core
