#pragma once
// A batch: rows of one policy in one table or partition that are due, deleted or anonymised together.
#include "sweep/engine.hpp"

namespace pg_retention {

// Rows whose time is over, in as many steps as it takes. False: the turn of the table is over before them.
bool sweep_due(Engine *engine, int16_t policy_id, Oid leaf);

// One step: anonymised rows that a foreign key kept, and rows an erasure left to the law.
void sweep_waiting(Engine *engine, int16_t policy_id, Oid leaf);

}  // namespace pg_retention
