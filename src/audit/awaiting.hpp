#pragma once
// Rows that were anonymised and wait for their last reference. Along the foreign keys that keep them there should be one that does not go
// itself: a row that waits for nothing, or only for rows that wait, is one that the sweeps forgot.
#include "audit/plan.hpp"

extern "C" {
#include "storage/itemptr.h"
}

namespace pg_retention {

// By their places in the result: which of the rows wait for nothing that stays. All false where a key leads to a table that the owner as whom
// the audit reads may not read, and for rows that a sweep could not delete, with a reason in retention.blocked_row.
bool *await_nothing(const AuditPlan &plan, const SqlRows &rows);

}  // namespace pg_retention
