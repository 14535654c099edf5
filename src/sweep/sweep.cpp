#include "sweep/sweep.hpp"

#include "schema/own.hpp"
#include "policy/attached.hpp"
#include "policy/rights.hpp"
#include "schema/foreign_key.hpp"
#include "schema/path.hpp"
#include "ledger/home.hpp"
#include "ledger/reveals.hpp"
#include "pg/at_once.hpp"
#include "pg/attempt.hpp"
#include "pg/compat.hpp"
#include "pg/guard.hpp"
#include "pg/settings.hpp"
#include "pg/time.hpp"
#include "sweep/batch.hpp"
#include "sweep/columns.hpp"
#include "sweep/knots.hpp"
#include "sweep/prepare.hpp"
#include "sweep/quarantine.hpp"
#include "sweep/task.hpp"
#include "sweep/views.hpp"

extern "C" {
#include "catalog/pg_inherits.h"
#include "catalog/pg_type.h"
#include "nodes/parsenodes.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
}

namespace pg_retention {

namespace {

// An idle run is taken over by the next one: a quiet database does not collect rows.
void start_run(Engine *engine) {
    begin_step(engine);
    const bool by_worker = engine->caller == Caller::kWorker;
    SqlRows started = own(psprintf("UPDATE retention.sweep_run r SET started_at = $1, finished_at = NULL "
                                   "WHERE run_id = (SELECT max(run_id) FROM retention.sweep_run) AND by_worker = $2 "
                                   "AND finished_at IS NOT NULL AND %s = 0 AND problem IS NULL RETURNING run_id",
                                   sum_of_counters()),
                          at(retention_now()), by_worker);
    if (started.n == 0)
        started = own("INSERT INTO retention.sweep_run (started_at, by_worker) VALUES ($1, $2) RETURNING run_id",
                      at(retention_now()), by_worker);
    engine->run_id = started.n > 0 ? started.first().get<int64>(1) : 0;
    end_step(engine);
}

void finish_run(Engine *engine) {
    begin_step(engine);
    own("UPDATE retention.sweep_run SET finished_at = $2, problem = $3 WHERE run_id = $1", engine->run_id, at(retention_now()),
        engine->problem);
    end_step(engine);
}

// The list of erasures goes with the oldest backup that needs it.
void forget_old_erasures(Engine *engine) {
    if (settings::backup_age == 0) return;
    begin_step(engine);
    own("DELETE FROM retention.erasure WHERE erased_at < $1", at(retention_now() - settings::backup_age * USECS_PER_MINUTE));
    end_step(engine);
}

void record_reveals(Engine *engine) {
    begin_step(engine);
    record_left_reveals();
    end_step(engine);
}

struct Swept {
    int16_t policy_id;
    Oid relid;
    Oid top;  // the table whose partition it is, or itself
    const char *name;
    List *on_paths;  // the other tables that its rows' clocks start by
    List *kept;      // and those whose rows cannot go while one of its rows refers to them; a partitioned one for its partitions
};

List *tables_on_paths(const Policy &policy) {
    List *tables = NIL;
    for (int i = 0; i < policy.n_starts; ++i) {
        Path path;
        Problem problem = {};
        if (!resolve_path(policy.relid, policy.starts[i], &path, &problem)) continue;
        for (int h = 0; h < path.n_hops; ++h)
            if (path.hops[h].to_relid != policy.relid) tables = list_append_unique_oid(tables, path.hops[h].to_relid);
    }
    return tables;
}

List *tables_kept(Oid relid) {
    List *tables = NIL;
    ListCell *at_table = nullptr, *at_key = nullptr;
    foreach (at_table, find_all_inheritors(relid, NoLock, nullptr))
        foreach (at_key, foreign_keys_of(lfirst_oid(at_table))) {
            ForeignKey key = {};
            if (!load_foreign_key(lfirst_oid(at_key), &key) || key.referring != lfirst_oid(at_table) || !key.keeps) continue;
            if (topmost(key.referred) != topmost(relid)) tables = list_append_unique_oid(tables, topmost(key.referred));
        }
    return tables;
}

bool another_leads_to(const Swept *policies, int n, const Swept &policy, bool also_by_keys) {
    for (int i = 0; i < n; ++i) {
        if (list_member_oid(policies[i].on_paths, policy.relid)) return true;
        if (also_by_keys && list_member_oid(policies[i].kept, policy.top)) return true;
    }
    return false;
}

// n: there is none.
int first_of_all(const Swept *policies, int n, bool also_by_keys) {
    int first = 0;
    while (first < n && another_leads_to(policies, n, policies[first], also_by_keys)) ++first;
    return first;
}

// Rows before those on their paths: a text is redacted while the names of its persons are still there. And before those they refer to:
// one pass is enough for a chain. Where keys lead in a circle the paths decide.
void put_in_order(Swept *policies, int n) {
    for (int i = 0; i < n; ++i) {
        int next = i + first_of_all(&policies[i], n - i, true);
        if (next == n) next = i + first_of_all(&policies[i], n - i, false);
        if (next == n) return;
        const Swept first = policies[next];
        std::memmove(&policies[i + 1], &policies[i], sizeof(Swept) * static_cast<size_t>(next - i));
        policies[i] = first;
    }
}

// Copied for the pass: the cache may change with every transaction.
Swept *enforced_policies(Engine *engine, int *n) {
    begin_step(engine);
    MemoryContextSwitchTo(engine->context);
    int count = 0;
    const Policy *policy = all_policies(&count);
    auto *swept = static_cast<Swept *>(palloc(sizeof(Swept) * (count + 1)));
    *n = 0;
    for (int i = 0; i < count; ++i)
        if (enforced(policy[i]) && policy[i].validated && is_confirmed(policy[i]))
            swept[(*n)++] = Swept{policy[i].id,
                                  policy[i].relid,
                                  topmost(policy[i].relid),
                                  pstrdup(policy[i].name),
                                  tables_on_paths(policy[i]),
                                  tables_kept(policy[i].relid)};
    put_in_order(swept, *n);
    end_step(engine);
    return swept;
}

// Not those whose clocks are not true yet: another policy may keep the rows for longer.
List *stamped_leaves(Oid relid) {
    List *leaves = NIL;
    ListCell *cell = nullptr;
    foreach (cell, leaves_of(relid))
        if (!is_being_stamped(lfirst_oid(cell))) leaves = lappend_oid(leaves, lfirst_oid(cell));
    return leaves;
}

// Whether the policy's table may be swept now, and in which tables its rows are.
bool begin_policy(Engine *engine, const Swept &policy, List **leaves) {
    const Task task = {policy.relid, policy.policy_id, Work::kTable};
    *leaves = NIL;
    if (!is_due(engine, task)) return false;
    bool timed_out = false;
    begin_step(engine);
    ErrorData *error = try_task(
        engine, task,
        [&] {
            record_quarantined(policy.policy_id);
            if (!OidIsValid(get_rel_type_id(policy.relid))) return;
            MemoryContext before = MemoryContextSwitchTo(engine->context);
            *leaves = stamped_leaves(policy.relid);
            MemoryContextSwitchTo(before);
        },
        &timed_out);
    if (error != nullptr) {
        error->message = reason_of(policy.relid, error, timed_out);
        block_task(engine, task, error);
    }
    end_step(engine);
    return error == nullptr;
}

void sweep_tables(Engine *engine, const Swept &policy) {
    ListCell *cell = nullptr;
    List *leaves = NIL;
    begin_turn(engine);
    if (!begin_policy(engine, policy, &leaves)) return;
    foreach (cell, leaves) {
        core::Start reached = 0;
        while (sweep_batch(engine, policy.policy_id, lfirst_oid(cell), Due::kByTime, &reached))
            if (turn_is_over(engine)) return;
    }
    foreach (cell, leaves) (void) sweep_batch(engine, policy.policy_id, lfirst_oid(cell), Due::kWaiting);
    foreach (cell, leaves) {
        sweep_columns(engine, policy.policy_id, lfirst_oid(cell));
        if (turn_is_over(engine)) return;
    }
}

// "3 rows deleted, 0 anonymised, 1 blocked"; null when no row was.
char *told_of_rows(const Totals &done) {
    StringInfoData told;
    int64 sum = 0;
    initStringInfo(&told);
    for (size_t i = 0; i < kCounters; ++i) {
        const auto counter = static_cast<Counter>(i);
        if (!counts_rows(counter)) continue;
        sum += done[counter];
        appendStringInfo(&told, told.len == 0 ? INT64_FORMAT " rows %s" : ", " INT64_FORMAT " %s", done[counter],
                         name_of(counter));
    }
    return sum == 0 ? nullptr : told.data;
}

void sweep_policy(Engine *engine, const Swept &policy) {
    const Totals before = engine->totals;
    sweep_tables(engine, policy);
    const Totals done = engine->totals - before;
    if (engine->caller == Caller::kWorker) return;
    if (const char *told = told_of_rows(done)) ereport(NOTICE, (errmsg("policy \"%s\": %s", policy.name, told)));
    if (done[Counter::kColumns] > 0)
        ereport(NOTICE,
                (errmsg("policy \"%s\": columns of " INT64_FORMAT " rows anonymised", policy.name, done[Counter::kColumns])));
}

void untie_policy(Engine *engine, const Swept &policy) {
    begin_turn(engine);
    while (untie(engine, policy.policy_id, policy.relid))
        if (turn_is_over(engine)) return;
}

// A task that ended with its worker is one that failed: it is not begun again at once.
void read_blocked(Engine *engine) {
    Task cut_short = {};
    if (!read_blocked_tables(engine, &cut_short)) return;
    const ErrorData error = cut_short_error();
    if (cut_short.work == Work::kView) return block_view(engine, cut_short.relid, error);
    begin_step(engine);
    block_task(engine, cut_short, &error);
    end_step(engine);
}

bool has_policies() {
    int count = 0;
    (void) all_policies(&count);
    return count > 0;
}

PassResult check_place(Engine *engine) {
    PassResult result = {};
    result.absent = !begin_step_if_installed(engine);
    result.waiting = !result.absent && !home_known();
    const bool empty = !result.absent && !has_policies();
    end_step(engine);
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

}  // namespace

static PassResult run_pass(Caller caller, void (*between)()) {
    Engine engine = {};
    engine.caller = caller;
    engine.between = between;
    // The caller's context: a worker's own, or SPI's, which outlive the transactions of the pass.
    MemoryContext outer = CurrentMemoryContext;
    engine.context = AllocSetContextCreate(outer, "pg_retention sweep", ALLOCSET_DEFAULT_SIZES);
    PassResult result = check_place(&engine);
    if (!result.absent && !result.waiting) {
        start_run(&engine);
        if (caller == Caller::kWorker) record_reveals(&engine);
        read_blocked(&engine);
        // A table being prepared must not keep a worker from the others; a caller wants all in one call.
        if (caller != Caller::kWorker) prepare_tables(&engine);
        int n = 0;
        const Swept *policies = enforced_policies(&engine, &n);
        for (int i = 0; i < n; ++i) sweep_policy(&engine, policies[i]);
        for (int i = 0; i < n; ++i) untie_policy(&engine, policies[i]);
        forget_unblocked(&engine);
        forget_old_erasures(&engine);
        refresh_stale_views(&engine);
        if (caller == Caller::kWorker) prepare_tables(&engine);
        finish_run(&engine);
        result.unfinished = engine.unfinished;
    }
    MemoryContextSwitchTo(outer);
    MemoryContextDelete(engine.context);
    return result;
}

PassResult sweep_pass(Caller caller, void (*between)()) {
    PassResult result = {};
    during(lock_timeout_is_failure, true, [&] { result = run_pass(caller, between); });
    return result;
}

void record_broken_pass(const char *problem) {
    Engine engine = {};
    engine.caller = Caller::kWorker;
    engine.context = CurrentMemoryContext;
    const bool installed = begin_step_if_installed(&engine);
    if (installed)
        own("UPDATE retention.sweep_run SET problem = $1 WHERE run_id = "
            "(SELECT max(run_id) FROM retention.sweep_run WHERE by_worker)",
            problem);
    end_step(&engine);
}

}  // namespace pg_retention

RETENTION_FUNCTION(pg_retention_sweep) {
    const auto *call = reinterpret_cast<CallContext *>(fcinfo->context);
    const bool atomic = call == nullptr || !IsA(call, CallContext) || call->atomic;
    MemoryContext before = CurrentMemoryContext;
    SPI_connect_ext(atomic ? 0 : SPI_OPT_NONATOMIC);
    if (atomic)
        pg_retention::fire_at_once([] { (void) pg_retention::sweep_pass(pg_retention::Caller::kTransactionBlock, nullptr); });
    else
        (void) pg_retention::sweep_pass(pg_retention::Caller::kProcedure, nullptr);
    SPI_finish();
    MemoryContextSwitchTo(before);
    PG_RETURN_VOID();
}
