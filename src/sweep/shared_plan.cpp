#include "sweep/shared_plan.hpp"

#include "pg/compat.hpp"
#include "sweep/limits.hpp"

extern "C" {
#include "miscadmin.h"
#include "port/atomics.h"
#include "storage/ipc.h"
#include "storage/latch.h"
}

namespace pg_retention {

namespace {

constexpr uint32 kFree = PG_UINT32_MAX, kDone = PG_UINT32_MAX - 1;  // others: who has taken it
constexpr int kPartsOfProcess = 2;                                  // so that who has the small ones goes on to another

struct PlannedTurn {
    int16_t policy_id;
    int first_wait, n_waits;  // turns that are before it
    pg_atomic_uint32 left;    // its units that are not done
};

struct PlannedUnit {
    int turn;
    int first_leaf, n_leaves;
    bool of_worker;  // for what it owes, or who waits, only the worker knows
    pg_atomic_uint32 state;
};

// How much there is of each.
struct Sizes {
    int turns, units, leaves, waits;
};

Size room_of(const Sizes &n) {
    return MAXALIGN(sizeof(PlannedTurn) * n.turns) + MAXALIGN(sizeof(PlannedUnit) * n.units) + MAXALIGN(sizeof(Oid) * n.leaves) +
           MAXALIGN(sizeof(int) * n.waits);
}

}  // namespace

struct SharedPlan {
    Oid database;
    int64 run_id;
    int parts;  // processes, the worker among them
    Sizes n;
    pg_atomic_uint32 left;              // units that are not done
    pg_atomic_uint32 left_for_helpers;  // that a helper may still take
    pg_atomic_uint32 closed;            // the worker does not wait for them any more
    pg_atomic_uint32 unfinished;
    pg_atomic_uint64 by_helpers[kCounters];
    pg_atomic_uint64 latches[kMostHelpers + 1];  // of who takes part; 0: nobody
};

namespace {

char *body_of(SharedPlan *plan) { return reinterpret_cast<char *>(plan) + MAXALIGN(sizeof(SharedPlan)); }
PlannedTurn *turns_of(SharedPlan *plan) { return reinterpret_cast<PlannedTurn *>(body_of(plan)); }
PlannedUnit *units_of(SharedPlan *plan) {
    return reinterpret_cast<PlannedUnit *>(body_of(plan) + MAXALIGN(sizeof(PlannedTurn) * plan->n.turns));
}
Oid *plan_leaves_of(SharedPlan *plan) {
    return reinterpret_cast<Oid *>(reinterpret_cast<char *>(units_of(plan)) + MAXALIGN(sizeof(PlannedUnit) * plan->n.units));
}
int *waits_of(SharedPlan *plan) {
    return reinterpret_cast<int *>(reinterpret_cast<char *>(plan_leaves_of(plan)) + MAXALIGN(sizeof(Oid) * plan->n.leaves));
}

// Whether an earlier turn has to be over before a later one begins: its rows refer to the other's, or start by them. Of one table the
// policies have turns one after the other, for they share what the fuse lets them take.
bool is_before(const Swept &earlier, const Swept &later) {
    return earlier.top == later.top || list_member_oid(earlier.on_paths, later.relid) ||
           list_member_oid(earlier.referred_to, later.top);
}

int waits_in(const Swept *turns, int later, int *to) {
    int n = 0;
    for (int i = 0; i < later; ++i) {
        if (!is_before(turns[i], turns[later])) continue;
        if (to != nullptr) to[n] = i;
        ++n;
    }
    return n;
}

// What is kept slow has one process, which knows what is owed.
bool is_for_worker(const Swept &turn) {
    return turn.limits.rows_per_second > 0 || turn.limits.wal_per_second > 0 || turn.limits.max_standby_lag >= 0;
}

// Tables in a unit.
int leaves_at_once(const Swept &turn, int parts) {
    const int n = list_length(turn.leaves);
    if (is_for_worker(turn)) return Max(n, 1);
    const int most = parts * kPartsOfProcess;
    return Max((n + most - 1) / most, 1);
}

int units_in(const Swept &turn, int parts) {
    const int at_once = leaves_at_once(turn, parts);
    return Max((list_length(turn.leaves) + at_once - 1) / at_once, 1);
}

Sizes sizes_of(const Swept *turns, int n, int parts) {
    Sizes sizes = {n, 0, 0, 0};
    for (int i = 0; i < n; ++i) {
        sizes.units += units_in(turns[i], parts);
        sizes.leaves += list_length(turns[i].leaves);
        sizes.waits += waits_in(turns, i, nullptr);
    }
    return sizes;
}

// Two that need not wait for each other.
bool is_worth_it(const Swept *turns, int n, int parts) {
    for (int i = 0; i < n; ++i) {
        if (units_in(turns[i], parts) > 1) return true;
        if (waits_in(turns, i, nullptr) < i) return true;
    }
    return false;
}

void put_units(SharedPlan *plan, const Swept &turn, int number, int *next_unit, int *next_leaf) {
    const int n = list_length(turn.leaves), at_once = leaves_at_once(turn, plan->parts);
    int taken = 0;
    do {
        PlannedUnit *unit = &units_of(plan)[(*next_unit)++];
        unit->turn = number;
        unit->first_leaf = *next_leaf;
        unit->n_leaves = Min(at_once, n - taken);
        unit->of_worker = is_for_worker(turn);
        pg_atomic_init_u32(&unit->state, kFree);
        if (!unit->of_worker) pg_atomic_fetch_add_u32(&plan->left_for_helpers, 1);
        for (int i = 0; i < unit->n_leaves; ++i) plan_leaves_of(plan)[(*next_leaf)++] = list_nth_oid(turn.leaves, taken++);
    } while (taken < n);
}

void put_turns(SharedPlan *plan, const Swept *turns) {
    int next_unit = 0, next_leaf = 0, next_wait = 0;
    for (int i = 0; i < plan->n.turns; ++i) {
        PlannedTurn *turn = &turns_of(plan)[i];
        turn->policy_id = turns[i].policy_id;
        turn->first_wait = next_wait;
        turn->n_waits = waits_in(turns, i, waits_of(plan) + next_wait);
        next_wait += turn->n_waits;
        pg_atomic_init_u32(&turn->left, static_cast<uint32>(units_in(turns[i], plan->parts)));
        put_units(plan, turns[i], i, &next_unit, &next_leaf);
    }
}

void take_part(SharedPlan *plan, int helper) { pg_atomic_write_u64(&plan->latches[helper], reinterpret_cast<uint64>(MyLatch)); }

// A latch whose owner has ended is another's by then, who wakes for nothing.
void wake_all(SharedPlan *plan) {
    for (auto &latch : plan->latches)
        if (const uint64 set = pg_atomic_read_u64(&latch); set != 0) SetLatch(reinterpret_cast<Latch *>(set));
}

void close_plan(dsm_segment *, Datum plan) {
    auto *closed = reinterpret_cast<SharedPlan *>(DatumGetPointer(plan));
    pg_atomic_write_u32(&closed->closed, 1);
    wake_all(closed);
}

bool may_begin(SharedPlan *plan, int turn) {
    const PlannedTurn &of = turns_of(plan)[turn];
    for (int i = 0; i < of.n_waits; ++i)
        if (pg_atomic_read_u32(&turns_of(plan)[waits_of(plan)[of.first_wait + i]].left) > 0) return false;
    return true;
}

void leave_unit(SharedPlan *plan, int number) {
    PlannedUnit *unit = &units_of(plan)[number];
    pg_atomic_write_u32(&unit->state, kDone);
    pg_atomic_fetch_sub_u32(&turns_of(plan)[unit->turn].left, 1);
    pg_atomic_fetch_sub_u32(&plan->left, 1);
}

Unit unit_of(SharedPlan *plan, int number) {
    const PlannedUnit &planned = units_of(plan)[number];
    Unit unit = {number, turns_of(plan)[planned.turn].policy_id, planned.turn, NIL};
    for (int i = 0; i < planned.n_leaves; ++i)
        unit.leaves = lappend_oid(unit.leaves, plan_leaves_of(plan)[planned.first_leaf + i]);
    return unit;
}

}  // namespace

dsm_segment *make_plan(const Engine &engine, const Swept *turns, int n, int parts) {
    if (!is_worth_it(turns, n, parts)) return nullptr;
    const Sizes sizes = sizes_of(turns, n, parts);
    dsm_segment *segment = dsm_create(MAXALIGN(sizeof(SharedPlan)) + room_of(sizes), DSM_CREATE_NULL_IF_MAXSEGMENTS);
    if (segment == nullptr) return nullptr;
    dsm_pin_mapping(segment);
    SharedPlan *plan = plan_in(segment);
    MemSet(plan, 0, sizeof(SharedPlan));
    plan->database = MyDatabaseId;
    plan->run_id = engine.run_id;
    plan->parts = parts;
    plan->n = sizes;
    pg_atomic_init_u32(&plan->left, static_cast<uint32>(sizes.units));
    pg_atomic_init_u32(&plan->left_for_helpers, 0);
    pg_atomic_init_u32(&plan->closed, 0);
    pg_atomic_init_u32(&plan->unfinished, 0);
    for (auto &counter : plan->by_helpers) pg_atomic_init_u64(&counter, 0);
    for (auto &latch : plan->latches) pg_atomic_init_u64(&latch, 0);
    put_turns(plan, turns);
    take_part(plan, 0);
    on_dsm_detach(segment, close_plan, PointerGetDatum(plan));
    return segment;
}

dsm_segment *join_plan(dsm_handle handle, int helper) {
    dsm_segment *segment = dsm_attach(handle);
    if (segment == nullptr) return nullptr;
    dsm_pin_mapping(segment);
    take_part(plan_in(segment), helper);
    return segment;
}

SharedPlan *plan_in(dsm_segment *segment) { return static_cast<SharedPlan *>(dsm_segment_address(segment)); }

Oid database_of(const SharedPlan &plan) { return plan.database; }

int64 run_of(const SharedPlan &plan) { return plan.run_id; }

// One process does one unit at a time.
int most_helpers(const SharedPlan &plan) { return Min(plan.parts, plan.n.units) - 1; }

Unit take_unit(SharedPlan *plan, int helper) {
    for (int i = 0; i < plan->n.units; ++i) {
        PlannedUnit *unit = &units_of(plan)[i];
        uint32 expected = kFree;
        if (pg_atomic_read_u32(&unit->state) != kFree || (unit->of_worker && helper != 0) || !may_begin(plan, unit->turn))
            continue;
        if (!pg_atomic_compare_exchange_u32(&unit->state, &expected, static_cast<uint32>(helper))) continue;
        if (!unit->of_worker) pg_atomic_fetch_sub_u32(&plan->left_for_helpers, 1);
        return unit_of(plan, i);
    }
    return Unit{-1, 0, -1, NIL};
}

void finish_unit(SharedPlan *plan, const Unit &unit, const Totals &done, bool unfinished) {
    const bool by_helper = pg_atomic_read_u32(&units_of(plan)[unit.number].state) != 0;
    for (size_t i = 0; by_helper && i < kCounters; ++i) pg_atomic_fetch_add_u64(&plan->by_helpers[i], done.rows[i]);
    if (unfinished) pg_atomic_write_u32(&plan->unfinished, 1);
    leave_unit(plan, unit.number);
    wake_all(plan);
}

void give_up_units_of(SharedPlan *plan, int helper) {
    for (int i = 0; i < plan->n.units; ++i)
        if (pg_atomic_read_u32(&units_of(plan)[i].state) == static_cast<uint32>(helper)) leave_unit(plan, i);
    wake_all(plan);
}

bool is_done(SharedPlan *plan) { return pg_atomic_read_u32(&plan->left) == 0; }

bool helpers_may_go(SharedPlan *plan) {
    return pg_atomic_read_u32(&plan->closed) != 0 || pg_atomic_read_u32(&plan->left_for_helpers) == 0;
}

Totals done_by_helpers(SharedPlan *plan) {
    Totals done = {};
    for (size_t i = 0; i < kCounters; ++i) done.rows[i] = static_cast<int64>(pg_atomic_read_u64(&plan->by_helpers[i]));
    return done;
}

bool is_left_unfinished(SharedPlan *plan) { return pg_atomic_read_u32(&plan->unfinished) != 0; }

void wait_for_plan() {
    constexpr long kSecond = 1000;
    (void) WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, kSecond, nap_wait_event());
    ResetLatch(MyLatch);
    CHECK_FOR_INTERRUPTS();
}

}  // namespace pg_retention
