#pragma once
// Since when quarantines run, and what was approved: written by the extension alone.
#include "policy/policy_cache.hpp"

namespace pg_retention {

// Whether rows of the table, or of a partition of it, may fall under another policy, too.
bool shares_rows(const Policy &policy);

// The quarantine that begins when the policy is armed now: its own, or a longer one that has not run yet.
core::Period quarantine_from_now(const Policy &policy);

// In force, it is armed.
void arm(const Policy &policy);
// Those in force that may take rows of this one, which is gone. Where it took none from others it leaves them none.
void arm_others(const Policy &policy);
// After a change by which it may leave them rows; and itself, if its condition was confirmed, and says again which rows are its own.
void arm_changed(const Policy &was, const Policy &is, bool leaves_rows);
// Those in force that may have rows of the table.
void arm_policies_of(Oid relid);
// Those of them that were armed since that time: only now their rows are all hidden that are over.
void arm_again(Oid relid, TimestampTz since);

// What is due of a policy need not wait for its quarantine any more.
void approve_armed(int16_t id);

// What was approved of it, or waited, was so under other terms.
void forget_approval(int16_t id);

// Of none of those in force is anything approved any more: their quarantine runs from now on.
void arm_all();

}  // namespace pg_retention
