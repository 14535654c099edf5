#pragma once
// Whoever pauses a policy, or all of them, and ends that. What holds sweeps back is on record, and told to who listens.
#include "ledger/words.hpp"
#include "policy/policy_cache.hpp"

namespace pg_retention {

// policy: null: all. rows: -1: none are meant.
// What waited for a policy that is held no longer is tried at once. SPI must be connected.
void retry_held_rows();

void record_held(LedgerAction action, const Policy *policy, int64 rows, const char *detail);

}  // namespace pg_retention
