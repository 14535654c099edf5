#pragma once
// When to try again what failed: one minute, doubling, at most a day.
#include "core/time/calendar.hpp"

namespace pg_retention::core {

inline constexpr Micros kFirstRetry = Micros{60} * 1000000;
inline constexpr Micros kLongestRetry = Micros{86400} * 1000000;

// attempts: those that failed so far, at least 1.
inline constexpr Micros retry_after(int32_t attempts) noexcept {
    Micros wait = kFirstRetry;
    for (int32_t i = 1; i < attempts && wait < kLongestRetry; ++i) wait *= 2;
    return wait < kLongestRetry ? wait : kLongestRetry;
}

}  // namespace pg_retention::core
