#pragma once
// How many of a policy's rows have clocks of a range, table by table.
#include "policy/policy_cache.hpp"
#include "pg/sql.hpp"

extern "C" {
#include "nodes/pg_list.h"
}

namespace pg_retention {

// Those that can be read at once: somebody who locks a table, or an owner who may not read it, does not keep others from looking at the rest.
List *readable_leaves(const Policy &policy, List **locked);

// Of the pending rows of a leaf, by the index. how: which of them it sees.
int64 count_pending(const How &how, Oid leaf, core::Clock from, core::Clock until);

// Rows of a leaf that the law kept from an erasure until now, and that are due with the others.
int64 count_released(Oid leaf, int16_t policy_id, const core::Cutoffs &cutoffs);

// By the planner's statistics.
int64 expected_rows_of(Oid leaf, core::Clock from, core::Clock until);

}  // namespace pg_retention
