#pragma once
// Rows that a transaction ends stay visible to it until it ends: an application that reads back what it wrote finds it. For everybody else
// the time of the statement decides.
#include "core/time/clock.hpp"
#include "pg/postgres.hpp"

namespace pg_retention {

// A row has this clock in place of the one before (kNoClock: it was not there), or will have it when it is stored.
void note_own_start(core::Clock before, core::Clock after, bool is_stored);

// Whether this transaction wrote the start that the clock has.
bool is_own_start(core::Clock clock);

bool has_own_starts();

// From here on the transaction sees what everybody will: a sweep in it fills materialised views.
void forget_own_starts();

}  // namespace pg_retention
