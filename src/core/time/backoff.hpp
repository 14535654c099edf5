#pragma once
// When to try again what failed: one minute, doubling, at most a day.
#include "core/time/calendar.hpp"

namespace pg_retention::core {

inline constexpr Micros kFirstRetry = Micros{60} * 1000000;
inline constexpr Micros kLongestRetry = Micros{86400} * 1000000;
inline constexpr Micros kEarliestPart =
    8;  // of the wait: what failed together comes back within its last eighth, not at one instant

// attempts: those that failed so far, at least 1.
inline constexpr Micros retry_after(int32_t attempts) noexcept {
    Micros wait = kFirstRetry;
    for (int32_t i = 1; i < attempts && wait < kLongestRetry; ++i) wait *= 2;
    return wait < kLongestRetry ? wait : kLongestRetry;
}

// The same for one of many, earlier by up to an eighth: by how much follows from who it is, and is another with each attempt.
inline constexpr Micros retry_after(int32_t attempts, uint64_t who) noexcept {
    const Micros wait = retry_after(attempts);
    uint64_t mixed = who + 0x9e3779b97f4a7c15U * static_cast<uint32_t>(attempts);
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9U;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebU;
    mixed ^= mixed >> 31;
    return wait - static_cast<Micros>(mixed % static_cast<uint64_t>(wait / kEarliestPart));
}

}  // namespace pg_retention::core
