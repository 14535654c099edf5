#pragma once
// A batch: rows of one policy in one table or partition that are due, deleted or anonymised together.
#include "sweep/engine.hpp"

namespace pg_retention {

enum class Due : uint8_t {
    kByTime,   // their time is over
    kWaiting,  // anonymised rows that a foreign key kept, and rows an erasure left to the law
};

// One step. True: a full batch was found, there may be more.
bool sweep_batch(Engine *engine, int16_t policy_id, Oid leaf, Due due);

}  // namespace pg_retention
