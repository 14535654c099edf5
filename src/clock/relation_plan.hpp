#pragma once
// What it takes to compute the clock of a row: the table's policies with their conditions and paths, resolved once
// per backend and table, and again after any change of the catalogs or policies.
#include "schema/path.hpp"
#include "policy/policy_cache.hpp"
#include "core/time/clock.hpp"

extern "C" {
#include "utils/rel.h"
}

namespace pg_retention {

// The clock a row should have: first matching policy by priority, start from its paths. "stored" is the row as it stands
// in the table, null for a new one. Where its key is not the same, reading ancestors locks them FOR SHARE, or a row
// inserted beside a concurrent change of its ancestor would escape. Flags are not set. Errors: 22008 for a start at -infinity or outside 1400-9999.
core::Clock compute_clock(Relation rel, HeapTuple row, HeapTuple stored);

// True when a validated policy of the table, or of a partitioned table above it, stands.
bool is_managed(Oid relid);

void init_relation_plans();

}  // namespace pg_retention
