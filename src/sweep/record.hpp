#pragma once
// What a batch leaves behind beside the rows it acted on.
#include "ledger/words.hpp"
#include "rows/act.hpp"
#include "sweep/engine.hpp"

namespace pg_retention {

// columns_only: what failed are columns whose period is over before that of the row; its final action is not put off.
void block_row(int16_t policy_id, Oid leaf, const Row &row, TimestampTz now, bool columns_only);

void record_action(int16_t policy_id, Oid relid, Deed deed, int64 rows);

void count_in_run(const Engine *engine, const Totals &done);

}  // namespace pg_retention
