#pragma once
// What becomes of the condition while a plan is made.
#include "pg/postgres.hpp"

extern "C" {
#include "nodes/pathnodes.h"
}

namespace pg_retention {

// What is scanned is a governed table: what the other two are about.
bool is_governed_scan(RelOptInfo *rel, const RangeTblEntry *rte);

// One that would be read without the condition stops the statement.
void require_condition(RelOptInfo *rel, Index rti, RangeTblEntry *rte);

// The condition has a place before the user's clauses, and so keeps those that are not leakproof from using an index. Those
// whose every function is trusted may use it all the same: an index on what they compare runs nobody's code on hidden rows.
// Not where the table has row security of its own.
void offer_trusted_index_paths(PlannerInfo *root, RelOptInfo *rel);

}  // namespace pg_retention
