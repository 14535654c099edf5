#pragma once
// A tool that copies a table while it is in use keeps up with changes by a trigger that logs them. Clocks are written without triggers;
// for this one that would lose what was written.
#include "pg/postgres.hpp"

extern "C" {
#include "access/htup.h"
#include "utils/rel.h"
}

namespace pg_retention {

// The name of pg_repack's trigger function, in SQL and in C.
constexpr char kRepackTrigger[] = "repack_trigger";

// Tells the log of the table, if a copy of it is being made, that one row has become another.
void log_change(Relation rel, HeapTuple before, HeapTuple after);

}  // namespace pg_retention
