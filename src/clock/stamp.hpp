#pragma once
// Writing clocks into rows: no trigger of the application fires for it.
#include "core/time/clock.hpp"
#include "clock/relation_plan.hpp"
#include "pg/postgres.hpp"

extern "C" {
#include "storage/block.h"
#include "storage/itemptr.h"
}

namespace pg_retention {

struct Restamped {
    bool changed;
    core::Clock before;
    core::Clock after;
};

// Computes the row's clock anew and writes it if it differs; what was decided is kept. The cause's clock is read from the row. lock_ancestors: its path may now run
// through rows whose changes would not find it.
Restamped restamp_row(Oid relid, ItemPointer tid, bool lock_ancestors, const Cause &cause);

// The same of many rows of one table or partition, between which the owner is acted as and the table and its indexes stay open.
struct Stamping;
Stamping *begin_stamping(Oid relid);
Restamped restamp(Stamping *stamping, ItemPointer tid, bool lock_ancestors, const Cause &cause);
void end_stamping(Stamping *stamping);

// The clock that each of n rows which are there would have; none of one that is gone.
core::Clock *clocks_by_policies(Oid relid, const ItemPointerData *tids, int n, Cause cause);

// Restamps the rows of one table or partition in blocks [from, to). Anonymised ones that hold a value in one of the columns
// declared anew (PersonalColumn) are so no longer. Returns rows written; *skipped counts locked rows.
int64 restamp_blocks(Oid relid, BlockNumber from, BlockNumber to, List *declared_anew, int64 *skipped);

// Sets the clock of one row (reinstatement, holds). False when the row is gone.
bool write_clock(Oid relid, ItemPointer tid, core::Clock clock);

}  // namespace pg_retention
