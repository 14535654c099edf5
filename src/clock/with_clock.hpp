#pragma once
// A row with another clock.
#include "core/time/clock.hpp"
#include "pg/postgres.hpp"

extern "C" {
#include "access/htup.h"
#include "access/tupdesc.h"
}

namespace pg_retention {

// A copy of the row; column: the clock's.
HeapTuple with_clock(HeapTuple row, TupleDesc desc, AttrNumber column, core::Clock clock);

}  // namespace pg_retention
