#pragma once
// What all processes that sweep have in common.
#include "pg/postgres.hpp"

namespace pg_retention {

// Before signals are unblocked. A cancel ends what is under way alone.
void handle_signals();

void pin_settings();

// After an error.
void leave_transaction(MemoryContext context);

}  // namespace pg_retention
