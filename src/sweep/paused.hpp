#pragma once
// Whoever pauses a policy, or all of them, and ends that. What holds sweeps back is on record, and told to who listens.
#include "ledger/words.hpp"
#include "policy/policy_cache.hpp"

namespace pg_retention {

// policy: null: all. rows: -1: none are meant.
void record_held(LedgerAction action, const Policy *policy, int64 rows, const char *detail);

}  // namespace pg_retention
