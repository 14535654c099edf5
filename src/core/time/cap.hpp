#pragma once
// How often a person may be written to: so many times in a calendar window, or in any period of a length.
#include "core/time/period.hpp"

namespace pg_retention::core {

enum class CapWindow : uint8_t { kDay, kWeek, kMonth, kQuarter, kYear, kRolling };

struct Cap {
    int32_t count;
    CapWindow window;
    Period period;  // of a rolling one
};

inline constexpr int32_t kMaxCapCount = 1000;

// `N per calendar day|week|month|quarter|year`, or `N per PERIOD` as parse_period reads it.
Result<Cap> parse_cap(std::string_view text) noexcept;

// The first instant at which what was sent at `at` does not count any more. kNever beyond 9999. Weeks begin on Monday.
Micros counts_until(Micros at, const Cap &cap, const Zone &zone) noexcept;

struct Caps {
    const Cap *cap;
    int n;
    const Zone *zone;
};

// Whether one more may be sent at a time.
struct Leave {
    bool given;
    int cap;      // which one stands against it
    Micros from;  // the first instant from which none does; kNever: there is none
};

// The one decision. times: of what was sent or is to be sent, in their order.
Leave may_send(const Micros *times, int n, Micros at, const Caps &caps) noexcept;

// Whether what was sent at `at` stands against anything sent at `now` or later.
bool still_counts(Micros at, Micros now, const Caps &caps) noexcept;

// Drops of times in their order what cannot matter to anything at `now` or later. Returns how many are left.
int keep_what_counts(Micros *times, int n, Micros now, const Caps &caps) noexcept;

}  // namespace pg_retention::core
