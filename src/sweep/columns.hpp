#pragma once
// Columns whose period is over before that of their rows: anonymised while the row lives on.
#include "sweep/engine.hpp"

namespace pg_retention {

// All that is due by now in one table or partition, in batches.
void sweep_columns(Engine *engine, int16_t policy_id, Oid leaf);

}  // namespace pg_retention
