#include "sweep/sweep.hpp"

#include "schema/own.hpp"
#include "policy/attached.hpp"
#include "ledger/home.hpp"
#include "ledger/refusals.hpp"
#include "ledger/reveals.hpp"
#include "pg/at_once.hpp"
#include "pg/attempt.hpp"
#include "pg/compat.hpp"
#include "pg/event.hpp"
#include "pg/guard.hpp"
#include "pg/settings.hpp"
#include "pg/time.hpp"
#include "sweep/forget.hpp"
#include "sweep/fuse.hpp"
#include "sweep/limits.hpp"
#include "sweep/prepare.hpp"
#include "sweep/parallel.hpp"
#include "sweep/progress.hpp"
#include "sweep/quarantine.hpp"
#include "policy/system_time.hpp"
#include "sweep/record.hpp"
#include "sweep/task.hpp"
#include "sweep/turn.hpp"
#include "sweep/turns.hpp"
#include "sweep/vacuum.hpp"
#include "sweep/views.hpp"

extern "C" {
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "pgstat.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
}

namespace pg_retention {

namespace {

// Of the pass under way, or the last one; 0: it is not recorded.
constinit int64 recorded_run = 0;

// A database has one worker: what others have left open is of those that are gone. When they ended is not known, but when they were last at work is. A
// pass that could not even begin stays as it is.
void close_cut_short() {
    own(psprintf(
        "UPDATE retention.sweep_run SET finished_at = greatest(started_at, (SELECT max(x.last_at) FROM retention.sweep_rate x)), "
        "problem = pg_catalog.concat_ws('; ', problem, 'its process ended before it did') "
        "WHERE run_id > (SELECT max(run_id) FROM retention.sweep_run) - 100 AND by_worker AND finished_at IS NULL "
        "AND (problem IS NULL OR %s + vacuumed > 0)",
        sum_of_counters()));
}

// An idle run is taken over by the next one: a quiet database does not collect rows.
void start_run(Engine *engine) {
    begin_step(engine);
    note_system_time();
    const bool by_worker = engine->caller == Caller::kWorker;
    if (by_worker) close_cut_short();
    SqlRows started = own(psprintf("UPDATE retention.sweep_run r SET started_at = $1, finished_at = NULL "
                                   "WHERE run_id = (SELECT max(run_id) FROM retention.sweep_run) AND by_worker = $2 "
                                   "AND finished_at IS NOT NULL AND %s + vacuumed = 0 AND problem IS NULL RETURNING run_id",
                                   sum_of_counters()),
                          at(retention_now()), by_worker);
    if (started.n == 0)
        started = own("INSERT INTO retention.sweep_run (started_at, by_worker) VALUES ($1, $2) RETURNING run_id",
                      at(retention_now()), by_worker);
    engine->run_id = started.n > 0 ? started.first().get<int64>(1) : 0;
    end_step(engine);
    recorded_run = engine->run_id;
}

void finish_run(Engine *engine) {
    begin_step(engine);
    own("UPDATE retention.sweep_run SET finished_at = $2 WHERE run_id = $1", engine->run_id, at(retention_now()));
    if (engine->problem != nullptr) add_problem(engine->run_id, engine->problem);
    if (!engine->totals.is_nothing() || engine->problem != nullptr)
        tell_listeners(psprintf("sweep finished " INT64_FORMAT, engine->run_id));
    end_step(engine);
}

// What transactions that were rolled back left in shared memory.
void record_what_is_left(Engine *engine, Caller caller) {
    begin_step(engine);
    if (caller == Caller::kWorker) record_left_reveals();
    record_refusals();
    end_step(engine);
}

// What was done may have made something due elsewhere, a parent that its last child has left: then the others are looked at again, until
// nothing more comes.
void sweep_policies(Engine *engine) {
    Taken taken = nothing_taken(engine);
    List *swept = NIL;
    bool again = true;
    while (again) {
        const Totals before = engine->totals;
        int n = 0;
        const Swept *policies = find_turns(engine, &taken, &n);
        if (!sweep_together(engine, policies, n))
            for (int i = 0; i < n; ++i) sweep_policy(engine, policies[i]);
        for (int i = 0; i < n; ++i) swept = lappend(swept, const_cast<Swept *>(&policies[i]));
        again = !(engine->totals - before).is_nothing();
    }
    ListCell *cell = nullptr;
    foreach (cell, swept) untie_policy(engine, *static_cast<const Swept *>(lfirst(cell)));
}

// A task that ended with its worker is one that failed: it is not begun again at once.
void read_blocked(Engine *engine) {
    Task cut_short = {};
    read_blocked_tables(engine);
    while (engine->caller == Caller::kWorker && find_cut_short(&cut_short)) {
        const ErrorData error = cut_short_error();
        if (cut_short.work == Work::kView) {
            block_view(engine, cut_short.relid, error);
            continue;
        }
        begin_step(engine);
        block_task(engine, cut_short, &error);
        end_step(engine);
    }
}

bool has_policies() {
    int count = 0;
    (void) all_policies(&count);
    return count > 0;
}

// A worker waits, and says so once.
void tell_of_jump(const Engine *engine, int64 jump) {
    static bool told = false;
    const bool by_worker = engine->caller == Caller::kWorker;
    if (by_worker && told) return;
    told = by_worker;
    ereport(
        by_worker ? LOG : ERROR,
        (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
         errmsg("retention does not act: the system's time has jumped by " INT64_FORMAT " days",
                (jump + (jump < 0 ? -USECS_PER_DAY : USECS_PER_DAY) / 2) / USECS_PER_DAY),
         errhint("Where it is right now, call retention.resume(); where it was wrong, nothing is to be done once it is set.")));
}

PassResult check_place(Engine *engine) {
    PassResult result = {};
    result.absent = !begin_step_if_installed(engine);
    result.waiting = !result.absent && !home_known();
    const bool empty = !result.absent && !has_policies();
    const int64 jump = result.absent || empty ? 0 : system_time_jump();
    end_step(engine);
    if (jump != 0) tell_of_jump(engine, jump);
    result.waiting = result.waiting || jump != 0;
    if (empty && engine->caller != Caller::kWorker)
        ereport(NOTICE, (errmsg("database \"%s\" holds no policies", get_database_name(MyDatabaseId)),
                         errhint("Sweep the databases in which they were written.")));
    if (result.waiting && !empty && engine->caller != Caller::kWorker)
        ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                        errmsg("retention does not act in this database: it is not where its policies were written"),
                        errhint("After a restore, a clone or a promotion, check retention.status and then call "
                                "retention.resume().")));
    return result;
}

// A pass that could not even begin. What the runs before it did and met stays as it is; of several such passes there is one row.
void record_no_begin(const char *problem) {
    own(psprintf(
            "WITH again AS (UPDATE retention.sweep_run SET started_at = $1 WHERE run_id = (SELECT max(run_id) FROM retention.sweep_run) "
            "AND by_worker AND finished_at IS NULL AND %s = 0 AND problem = $2 RETURNING run_id) "
            "INSERT INTO retention.sweep_run (started_at, by_worker, problem) SELECT $1, true, $2 WHERE NOT EXISTS (SELECT FROM again)",
            sum_of_counters()),
        at(retention_now()), problem);
}

}  // namespace

static PassResult run_pass(Caller caller, void (*between)()) {
    Engine engine = {};
    engine.caller = caller;
    engine.between = between;
    recorded_run = 0;
    // The caller's context: a worker's own, or SPI's, which outlive the transactions of the pass.
    MemoryContext outer = CurrentMemoryContext;
    engine.context = AllocSetContextCreate(outer, "pg_retention sweep", ALLOCSET_DEFAULT_SIZES);
    end_pace(&engine);
    PassResult result = check_place(&engine);
    if (!result.absent && !result.waiting) {
        show_pass(engine);
        start_run(&engine);
        record_what_is_left(&engine, caller);
        read_blocked(&engine);
        // A table being prepared must not keep a worker from the others; a caller wants all in one call.
        if (caller != Caller::kWorker) prepare_tables(&engine);
        sweep_policies(&engine);
        show_turn(engine, 0, InvalidOid, -1);
        forget_unblocked(&engine);
        if (!engine.unfinished) settle_fuses(&engine);
        forget_what_is_old(&engine);
        refresh_stale_views(&engine);
        record_swept(&engine);
        if (caller == Caller::kWorker) prepare_tables(&engine);
        if (caller == Caller::kWorker && !engine.unfinished) vacuum_swept(&engine);
        finish_run(&engine);
        hide_pass();
        result.unfinished = engine.unfinished;
        result.stamping = engine.stamping;
    }
    MemoryContextSwitchTo(outer);
    MemoryContextDelete(engine.context);
    return result;
}

// A trigger of what it takes is no place to begin another.
constinit static Dynamic<bool> under_way{false};

PassResult sweep_pass(Caller caller, void (*between)()) {
    PassResult result = {};
    if (under_way)
        ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE), errmsg("a sweep is under way in this session"),
                        errhint("Call retention.sweep() from outside of triggers and functions that a sweep runs.")));
    during(under_way, true, [&] { during(lock_timeout_is_failure, true, [&] { result = run_pass(caller, between); }); });
    return result;
}

void record_broken_part(int64 run_id, const char *problem) {
    Engine engine = {};
    engine.caller = Caller::kWorker;
    engine.context = CurrentMemoryContext;
    if (begin_step_if_installed(&engine)) add_problem(run_id, problem);
    end_step(&engine);
}

void record_broken_pass(const char *problem) {
    Engine engine = {};
    engine.caller = Caller::kWorker;
    engine.context = CurrentMemoryContext;
    const bool installed = begin_step_if_installed(&engine);
    if (installed && recorded_run > 0) {
        add_problem(recorded_run, problem);
        own("UPDATE retention.sweep_run SET finished_at = $2 WHERE run_id = $1 AND finished_at IS NULL", recorded_run,
            at(retention_now()));
    }
    if (installed && recorded_run == 0) record_no_begin(problem);
    end_step(&engine);
}

}  // namespace pg_retention

RETENTION_FUNCTION(pg_retention_sweep) {
    const auto *call = reinterpret_cast<CallContext *>(fcinfo->context);
    const bool atomic = call == nullptr || !IsA(call, CallContext) || call->atomic;
    MemoryContext before = CurrentMemoryContext;
    PreventCommandIfReadOnly("retention.sweep()");
    PreventCommandDuringRecovery("retention.sweep()");
    SPI_connect_ext(atomic ? 0 : SPI_OPT_NONATOMIC);
    if (atomic)
        pg_retention::fire_at_once([] { (void) pg_retention::sweep_pass(pg_retention::Caller::kTransactionBlock, nullptr); });
    else
        (void) pg_retention::sweep_pass(pg_retention::Caller::kProcedure, nullptr);
    SPI_finish();
    MemoryContextSwitchTo(before);
    PG_RETURN_VOID();
}
