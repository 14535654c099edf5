#pragma once
// A batch: rows of one policy in one table or partition that are due, deleted or anonymised together.
#include "core/time/clock.hpp"
#include "sweep/engine.hpp"

namespace pg_retention {

enum class Due : uint8_t {
    kByTime,   // their time is over
    kWaiting,  // anonymised rows that a foreign key kept, and rows an erasure left to the law
};

// One step. True: a full batch was found, there may be more. reached, of what is due by time: how far the pass has come in the table, in the
// order of starts, 0 at first; what it had to leave before that is for the next one.
bool sweep_batch(Engine *engine, int16_t policy_id, Oid leaf, Due due, core::Start *reached = nullptr);

}  // namespace pg_retention
