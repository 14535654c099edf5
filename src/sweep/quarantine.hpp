#pragma once
// Bookkeeping of a pass that writes no row of any governed table.
#include "sweep/engine.hpp"

namespace pg_retention {

// In a step: rows hidden since the last time, as one entry of the ledger; without their number unless it counts them.
void record_quarantined(int16_t policy_id, bool counts);

// Forgets blocked rows that were due for another attempt and did not fail again: gone, changed or no longer due. Those of a table
// that was left before its end are kept.
void forget_unblocked(Engine *engine);

}  // namespace pg_retention
