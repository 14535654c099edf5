#pragma once
// What the processes that sweep one database together share, in dynamic shared memory: units of work, each for one of them, once all is done
// that has to be done before it. The worker makes the plan; the others are its helpers.
#include "pg/settings.hpp"
#include "sweep/engine.hpp"
#include "sweep/order.hpp"

extern "C" {
#include "storage/dsm.h"
}

namespace pg_retention {

constexpr int kMostHelpers = settings::kMostParallelWorkers;

// Opaque: what it holds is reached through the functions.
struct SharedPlan;

// Some tables of a policy's turn.
struct Unit {
    int number;  // of the unit; negative: none
    int16_t policy_id;
    int turn;      // of those that the plan was made of
    List *leaves;  // in the current memory context
};

// Of turns in their order. Null: nothing in it can be done beside anything else. parts: how many processes there may be.
// The segment belongs to the process, and closes the plan when that ends or lets it go.
dsm_segment *make_plan(const Engine &engine, const Swept *turns, int n, int parts);
// Null: it is gone.
dsm_segment *join_plan(dsm_handle handle, int helper);
SharedPlan *plan_in(dsm_segment *segment);

Oid database_of(const SharedPlan &plan);
int64 run_of(const SharedPlan &plan);
int most_helpers(const SharedPlan &plan);

// Helpers have numbers from 1; the worker is 0, and takes what only it may do, too.
Unit take_unit(SharedPlan *plan, int helper);
// done: by it. Wakes the others.
void finish_unit(SharedPlan *plan, const Unit &unit, const Totals &done, bool unfinished);
// What it had taken, and did not finish, is nobody's: its turn is over.
void give_up_units_of(SharedPlan *plan, int helper);

bool is_done(SharedPlan *plan);         // all of it
bool helpers_may_go(SharedPlan *plan);  // nothing is left for them
// What the helpers did.
Totals done_by_helpers(SharedPlan *plan);
bool is_left_unfinished(SharedPlan *plan);

// Until somebody has finished a unit, a helper has ended, or a second is over.
void wait_for_plan();

}  // namespace pg_retention
