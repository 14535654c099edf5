#include "sweep/parallel.hpp"

#include "pg/settings.hpp"
#include "sweep/board.hpp"
#include "sweep/limits.hpp"
#include "sweep/progress.hpp"
#include "sweep/record.hpp"
#include "sweep/task.hpp"
#include "sweep/turn.hpp"
#include "sweep/vacuum.hpp"

extern "C" {
#include "miscadmin.h"
#include "pgstat.h"
#include "postmaster/bgworker.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"
}

namespace pg_retention {

namespace {

struct Helpers {
    BackgroundWorkerHandle *handle[kMostHelpers + 1];  // from 1; null: it has ended
};

bool is_running(BackgroundWorkerHandle *helper) {
    pid_t pid = 0;
    if (helper == nullptr) return false;
    const BgwHandleStatus status = GetBackgroundWorkerPid(helper, &pid);
    return status == BGWH_STARTED || status == BGWH_NOT_YET_STARTED;
}

BackgroundWorkerHandle *start_helper(dsm_segment *plan, int number) {
    BackgroundWorker worker = {};
    snprintf(worker.bgw_name, BGW_MAXLEN, "pg_retention parallel worker for database %u", MyDatabaseId);
    snprintf(worker.bgw_type, BGW_MAXLEN, "pg_retention parallel worker");
    snprintf(worker.bgw_library_name, sizeof worker.bgw_library_name, "pg_retention");
    snprintf(worker.bgw_function_name, sizeof worker.bgw_function_name, "pg_retention_helper_main");
    worker.bgw_flags = BGWORKER_SHMEM_ACCESS | BGWORKER_BACKEND_DATABASE_CONNECTION;
    worker.bgw_start_time = BgWorkerStart_RecoveryFinished;
    worker.bgw_restart_time = BGW_NEVER_RESTART;
    worker.bgw_main_arg = UInt32GetDatum(dsm_segment_handle(plan));
    memcpy(worker.bgw_extra, &number, sizeof number);
    worker.bgw_notify_pid = MyProcPid;
    BackgroundWorkerHandle *handle = nullptr;
    return RegisterDynamicBackgroundWorker(&worker, &handle) ? handle : nullptr;
}

// Once an hour: other databases are not waiting, or there would be no helpers.
void tell_of_no_slot() {
    static constinit TimestampTz told_at = 0;
    const TimestampTz now = GetCurrentTimestamp();
    if (told_at != 0 && now >= told_at && now - told_at < USECS_PER_HOUR) return;
    told_at = now;
    ereport(LOG, (errmsg("pg_retention: fewer tables are swept at once than retention.max_parallel_workers says: no free slot"),
                  errhint("Raise max_worker_processes.")));
}

int start_helpers(dsm_segment *segment, Helpers *helpers) {
    const int wanted = most_helpers(*plan_in(segment));
    int n = 0;
    while (n < wanted && (helpers->handle[n + 1] = start_helper(segment, n + 1)) != nullptr) ++n;
    if (n < wanted) tell_of_no_slot();
    return n;
}

// What one that has ended did not finish is left for the next pass.
bool note_ended(SharedPlan *plan, Helpers *helpers) {
    bool some_run = false;
    for (int i = 1; i <= kMostHelpers; ++i) {
        if (helpers->handle[i] == nullptr) continue;
        if (is_running(helpers->handle[i])) {
            some_run = true;
            continue;
        }
        give_up_units_of(plan, i);
        helpers->handle[i] = nullptr;
    }
    return some_run;
}

void wait_for_others(const Engine &engine) {
    wait_for_plan();
    if (engine.between != nullptr) engine.between();
}

void do_unit(Engine *engine, SharedPlan *plan, const Unit &unit, const Swept &turn) {
    const Totals before = engine->totals;
    Swept part = turn;
    part.leaves = unit.leaves;
    sweep_policy(engine, part);
    finish_unit(plan, unit, engine->totals - before, engine->unfinished);
}

void lead(Engine *engine, SharedPlan *plan, const Swept *turns, Helpers *helpers) {
    while (!is_done(plan)) {
        const Unit unit = take_unit(plan, 0);
        if (unit.number >= 0)
            do_unit(engine, plan, unit, turns[unit.turn]);
        else if (note_ended(plan, helpers); !is_done(plan))
            wait_for_others(*engine);
    }
    // What they say at their end belongs to this pass.
    while (note_ended(plan, helpers)) wait_for_others(*engine);
    engine->totals += done_by_helpers(plan);
    engine->unfinished = engine->unfinished || is_left_unfinished(plan);
}

}  // namespace

bool sweep_together(Engine *engine, const Swept *turns, int n) {
    const int most = Min(settings::max_parallel_workers, kMostHelpers);
    if (engine->caller != Caller::kWorker || most == 0 || others_wait()) return false;
    dsm_segment *segment = make_plan(*engine, turns, n, most + 1);
    if (segment == nullptr) return false;
    Helpers helpers = {};
    bool together = false;
    PG_TRY();
    {
        together = start_helpers(segment, &helpers) > 0;
        if (together) lead(engine, plan_in(segment), turns, &helpers);
    }
    PG_CATCH();
    {
        dsm_detach(segment);
        PG_RE_THROW();
    }
    PG_END_TRY();
    dsm_detach(segment);
    return together;
}

namespace {

// The policy as this process sees it; null: it is gone.
const Swept *turn_of(Engine *engine, const Unit &unit) {
    Swept *turn = nullptr;
    begin_step(engine);
    MemoryContextSwitchTo(engine->context);
    if (const Policy *policy = policy_by_id(unit.policy_id); policy != nullptr && enforced(*policy)) {
        turn = static_cast<Swept *>(palloc(sizeof(Swept)));
        *turn = swept_policy(*policy, unit.leaves);
    }
    end_step(engine);
    return turn;
}

void do_as_helper(Engine *engine, SharedPlan *plan, const Unit &unit) {
    if (const Swept *turn = turn_of(engine, unit); turn != nullptr)
        do_unit(engine, plan, unit, *turn);
    else
        finish_unit(plan, unit, Totals{}, false);
}

void do_units(Engine *engine, SharedPlan *plan, int helper) {
    // A database that waits for a slot has this one.
    while (!helpers_may_go(plan) && !others_wait() && settings::worker) {
        const Unit unit = take_unit(plan, helper);
        if (unit.number >= 0)
            do_as_helper(engine, plan, unit);
        else
            wait_for_others(*engine);
    }
}

}  // namespace

void help_sweep(SharedPlan *plan, int helper, void (*between)()) {
    Engine engine = {};
    engine.caller = Caller::kWorker;
    engine.between = between;
    engine.run_id = run_of(*plan);
    MemoryContext outer = CurrentMemoryContext;
    engine.context = AllocSetContextCreate(outer, "pg_retention sweep", ALLOCSET_DEFAULT_SIZES);
    MemoryContextSwitchTo(engine.context);
    end_pace(&engine);
    work_as(helper);
    show_pass(engine);
    read_blocked_tables(&engine);
    do_units(&engine, plan, helper);
    show_turn(engine, 0, InvalidOid, -1);
    record_swept(&engine);
    if (engine.problem != nullptr) {
        begin_step(&engine);
        add_problem(engine.run_id, engine.problem);
        end_step(&engine);
    }
    hide_pass();
    MemoryContextSwitchTo(outer);
    MemoryContextDelete(engine.context);
}

}  // namespace pg_retention
