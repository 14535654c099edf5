#pragma once
// When a row is hidden, due and released; and the same turned round, as the latest starts for which
// that is so, so that enforcement is a comparison.
#include "core/time/period.hpp"

namespace pg_retention::core {

// Half-seconds since 1400-01-01 00:00 UTC. An instant is even. A whole local day is the half-second
// before its end, so that it sorts after every instant in it and before the next midnight.
using Start = int64_t;
inline constexpr Start kNotStarted = (Start{1} << 39) - 1;
inline constexpr Start kEndOfStarts = (kEndOfTime - kFirstInstant) / (kMicrosPerSecond / 2);  // exclusive
static_assert(kEndOfStarts < kNotStarted);

struct Terms {
    Period keep_for;
    Period quarantine_for;
    Period must_keep_for;
    bool has_floor;
};

// Of a column with a period of its own in these rows: what the law needs is left until the law lets the row go.
inline Terms column_terms(const Terms &row, const Period &period, bool required_by_law) noexcept {
    return {period, {}, row.must_keep_for, required_by_law && row.has_floor};
}

// First instants. due_from waits for the release; released_from is kAlways without a floor.
struct Deadlines {
    Micros hidden_from;
    Micros due_from;
    Micros released_from;
};

// start <= cutoff exactly when that deadline has passed; -1 when for no start. due is capped by
// release. Without a floor release is kNotStarted: everything is released. The cutoffs do not change
// from the time they are computed for until valid_until, exclusive.
struct Cutoffs {
    Start hide;
    Start due;
    Start release;
    Micros valid_until;
};

// Cut down to the whole second; infinity is kNotStarted. Outside 1400-9999: the nearest that is not.
Start start_of_instant(Micros at) noexcept;
Start start_of_day(Day day, const Zone &zone) noexcept;

// A whole day gives the half-second before its end; kNotStarted gives kNever.
Micros instant_of(Start start) noexcept;

// The first instant at which the period is over; kNever when that is beyond 9999.
Micros over_from_start(Start start, const Period &period, const Zone &zone) noexcept;

Deadlines deadlines(Start start, const Terms &terms, const Zone &zone) noexcept;
Cutoffs cutoffs(Micros at, const Terms &terms, const Zone &zone) noexcept;

}  // namespace pg_retention::core
