#pragma once
// What is said of a row holds as long as it is true: whoever fills an anonymised row again, or brings it back, takes the flag from it.
#include "core/time/clock.hpp"
#include "pg/postgres.hpp"

extern "C" {
#include "access/htup.h"
#include "nodes/pg_list.h"
#include "utils/rel.h"
}

namespace pg_retention {

// Of what was decided about a row, what holds of it as it is written now; after: its clock as computed, without flags.
uint8_t decided_that_holds(Relation rel, core::Clock before, core::Clock after, HeapTuple was, HeapTuple is);

// The same of a row that stands, once these of its columns (PersonalColumn) are declared anew.
uint8_t decided_that_holds(Relation rel, core::Clock before, core::Clock after, HeapTuple row, List *declared_anew);

}  // namespace pg_retention
