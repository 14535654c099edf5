#pragma once
// What the condition compares with: time, reveal, the user and the policies, bound when an execution starts. A cursor so shows what it would
// have shown when it was declared. Of the policies only what rows name is looked at: a thousand others cost nothing.
#include "core/time/clock.hpp"
#include "core/time/schedule.hpp"
#include "pg/during.hpp"
#include "pg/postgres.hpp"
#include "policy/policy_cache.hpp"

extern "C" {
#include "nodes/plannodes.h"
}

namespace pg_retention {

// What one policy says.
struct Bound {
    int32_t id;  // as clocks have it; -1: of none
    bool known;  // there is such a policy
    bool hides;
    bool legal;  // the user may read what the law keeps
    core::Cutoffs cutoffs;
};

struct Binding {
    bool reveal;
    Oid user;
    TimestampTz now;
    List *acting;  // of ActingPurpose; NIL: the session acts for none
    mutable Policies policies;
    mutable Bound last;  // that the last row was judged by: the next one's is nearly always the same
};

// Of the execution in whose memory the function was looked up; bound now where none was bound at the start (an expression
// outside a plan, a parallel worker).
const Binding *binding_of(MemoryContext execution);

// The decision about one row.
bool is_visible(const Binding &binding, core::Clock clock);

// The policy that the clock names is there; or nothing has started, and there is nothing to know.
bool is_known(const Binding &binding, core::Clock clock);

// While EXPLAIN ANALYZE runs a statement: its counts of rows would tell of hidden ones.
extern Dynamic<bool> explaining;

// Marks the plan as one whose executions bind at their start.
void mark_governed(PlannedStmt *plan);

void init_binding();

}  // namespace pg_retention
