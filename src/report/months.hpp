#pragma once
// What becomes due in the months to come. A month is what lies between two cutoffs: a range of clocks for each policy.
#include "policy/policy_cache.hpp"

extern "C" {
#include "nodes/pg_list.h"
}

namespace pg_retention {

constexpr int kMostMonths = 1200;

struct Month {
    core::Day first;    // its first day
    core::Start until;  // what is due by its end
};

// The first is the one that has begun, by the policy's time zone; of it only what is left.
struct Months {
    int n;
    core::Start due;  // by now
    Month *at;
};

// waits: what is due is not before the quarantine has run since the policy was put in force.
Months months_of(const Policy &policy, int n, bool waits);

// Adds to rows[i] how many rows of these tables become due in month i: by their indexes, or, not exact, by statistics.
void count_months(int16_t policy_id, const Months &months, List *leaves, bool exact, int64 *rows);

}  // namespace pg_retention
