#pragma once
// Not before its time: the one decision every path that would remove, release or back-date a row asks for.
#include "core/clock.hpp"
#include "pg/postgres.hpp"

namespace pg_retention {

// SQLSTATE of every refusal here.
constexpr int kMandatorySqlstate = MAKE_SQLSTATE('R', 'T', '0', '0', '1');

struct Verdict {
    bool mandatory;
    const char *policy;     // name
    const char *reference;  // law; may be null
    const char *until;      // local date of release; null: its clock has not started
};

// May a row with this clock go now? Mandatory only under an enforced policy with a floor.
Verdict decide(core::Clock clock);

// Raises SQLSTATE RT001 naming the law and the local date of release. what: "delete a row of", "truncate".
[[noreturn]] void refuse(const Verdict &verdict, const char *what, const char *table);

// Refuses a change of clock that would release a mandatory row earlier.
void check_clock_change(core::Clock before, core::Clock after, const char *table);

void init_guard();

}  // namespace pg_retention
