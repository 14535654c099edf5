#pragma once
// What a batch leaves behind beside the rows it acted on.
#include "rows/act.hpp"
#include "sweep/engine.hpp"

namespace pg_retention {

// columns_only: what failed are columns whose period is over before that of the row; its final action is not put off.
void block_row(int16_t policy_id, Oid leaf, const Row &row, TimestampTz now, bool columns_only);

// Counts in the run, and enters in the ledger, what was done.
void record_done(const Engine *engine, int16_t policy_id, Oid relid, const Totals &done);

// To what the run met already.
void add_problem(int64 run_id, const char *problem);

// Of a step that was undone: the row that it was left for.
void count_blocked_row(Engine *engine);

}  // namespace pg_retention
