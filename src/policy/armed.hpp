#pragma once
// Since when quarantines run, and what was approved: written by the extension alone.
#include <cstdint>

namespace pg_retention {

// What is due of a policy need not wait for its quarantine any more.
void approve_armed(int16_t id);

// What was approved of it, or waited, was so under other terms.
void forget_approval(int16_t id);

// Of none of those in force is anything approved any more: their quarantine runs from now on.
void arm_all();

}  // namespace pg_retention
