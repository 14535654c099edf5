#include "sweep/task.hpp"

#include "core/time/backoff.hpp"
#include "pg/cause.hpp"
#include "pg/during.hpp"
#include "pg/shared_memory.hpp"
#include "pg/time.hpp"

extern "C" {
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "port/atomics.h"
#include "storage/procarray.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
}

namespace pg_retention {

namespace {

struct BlockedTable {
    Task task;
    int32 attempts;
    TimestampTz retry_at;
};

// What a process is at that sweeps, for the next worker: code that cannot be cancelled takes its process with it.
struct Place {
    pg_atomic_uint64 owner;  // database and helper; 0: nobody's yet
    pid_t pid;               // of the process that is at work; 0: none
    Task task;
};
constexpr int kPlaces = 1024;

constinit Place *places = nullptr;
constinit int own_number = 0;
constinit Dynamic<bool> trying_task{false};

void attach(void *memory, LWLock *, bool fresh) {
    places = static_cast<Place *>(memory);
    for (int i = 0; fresh && i < kPlaces; ++i) pg_atomic_init_u64(&places[i].owner, 0);
}

uint64 as_owner(int helper) { return static_cast<uint64>(MyDatabaseId) << 32 | static_cast<uint64>(helper); }

bool is_of_database(const Place *place) { return pg_atomic_read_u64(&const_cast<Place *>(place)->owner) >> 32 == MyDatabaseId; }

// A database has one worker, and one helper of a number, so nobody else writes there. Null: all are taken.
Place *find_place() {
    for (int i = 0; i < kPlaces; ++i) {
        uint64 owner = pg_atomic_read_u64(&places[i].owner);
        if (owner == 0 && pg_atomic_compare_exchange_u64(&places[i].owner, &owner, as_owner(own_number))) return &places[i];
        if (owner == as_owner(own_number)) return &places[i];
    }
    return nullptr;
}

void remember_task(const Engine *engine, const Task *task) {
    static Place *place = nullptr;
    if (engine->caller != Caller::kWorker) return;
    static bool told = false;
    if (place == nullptr) place = find_place();
    if (place == nullptr) {
        if (!told)
            ereport(LOG, (errmsg("pg_retention: there is no room to note what the worker of database %u is at", MyDatabaseId),
                          errhint("Code that cannot be cancelled would be run again by each new worker. Restart the server.")));
        told = true;
        return;
    }
    if (task != nullptr) place->task = *task;
    place->pid = task != nullptr ? MyProcPid : 0;
}

const char *word_of(Work work) {
    switch (work) {
        case Work::kTable: return "table";
        case Work::kRows: return "rows";
        case Work::kColumns: return "columns";
        case Work::kKnots: return "knots";
        case Work::kPreparation: return "preparation";
        case Work::kView: return "view";
    }
    return "";
}

Work work_of(const char *word) {
    for (const Work work : {Work::kTable, Work::kRows, Work::kColumns, Work::kKnots, Work::kPreparation})
        if (strcmp(word, word_of(work)) == 0) return work;
    return Work::kView;
}

bool same(const Task &a, const Task &b) { return a.relid == b.relid && a.policy_id == b.policy_id && a.work == b.work; }

BlockedTable *find_blocked(const Engine *engine, const Task &task) {
    ListCell *cell = nullptr;
    foreach (cell, engine->blocked) {
        auto *blocked = static_cast<BlockedTable *>(lfirst(cell));
        if (same(blocked->task, task)) return blocked;
    }
    return nullptr;
}

// For the rest of the pass, too.
BlockedTable *find_or_add(Engine *engine, const Task &task) {
    BlockedTable *blocked = find_blocked(engine, task);
    if (blocked != nullptr) return blocked;
    MemoryContext before = MemoryContextSwitchTo(engine->context);
    blocked = static_cast<BlockedTable *>(palloc0(sizeof(BlockedTable)));
    blocked->task = task;
    engine->blocked = lappend(engine->blocked, blocked);
    MemoryContextSwitchTo(before);
    return blocked;
}

void unblock(Engine *engine, const Task &task) {
    BlockedTable *blocked = find_blocked(engine, task);
    if (blocked == nullptr) return;
    own("DELETE FROM retention.blocked_table WHERE relation = $1 AND policy_id = $2 AND work = $3", task.relid, task.policy_id,
        word_of(task.work));
    engine->blocked = list_delete_ptr(engine->blocked, blocked);
}

void save_blocked(const BlockedTable &blocked, const ErrorData *error) {
    own("INSERT INTO retention.blocked_table (relation, policy_id, work, sqlstate, reason, attempts, first_failed, retry_at, cause) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (relation, policy_id, work) DO UPDATE SET "
        "sqlstate = excluded.sqlstate, reason = excluded.reason, attempts = excluded.attempts, retry_at = excluded.retry_at, cause = excluded.cause",
        blocked.task.relid, blocked.task.policy_id, word_of(blocked.task.work), unpack_sql_state(error->sqlerrcode),
        reason_with_detail(error->message, error->detail), blocked.attempts, at(retention_now()), at(blocked.retry_at),
        cause_of(error));
}

// The context of an error names the functions that ran, but may quote what they were doing: it is looked at, and not kept.
constexpr char kInTheWay[] =
    "WITH called AS (SELECT f.oid, f.proowner FROM pg_proc f WHERE f.pronamespace <> 'retention'::regnamespace AND "
    "f.oid >= 16384 AND (position(' ' || f.oid::regprocedure::text IN $2) > 0 OR position(' ' || quote_ident(f.proname) || '(' IN $2) > 0 "
    "OR position('\"' || f.proname || '\"' IN $2) > 0)), candidate AS ("
    "SELECT 1 AS rank, t.tgrelid <> $1 AS elsewhere, format('trigger %I of table %s, owner %I', t.tgname, t.tgrelid::regclass, r.rolname) AS who "
    "FROM called f JOIN pg_trigger t ON t.tgfoid = f.oid AND NOT t.tgisinternal JOIN pg_class c ON c.oid = t.tgrelid "
    "JOIN pg_roles r ON r.oid = c.relowner UNION ALL "
    "SELECT 2, false, format('function %s, owner %I', f.oid::regprocedure, r.rolname) FROM called f JOIN pg_roles r ON r.oid = f.proowner UNION ALL "
    "SELECT 3, false, format('role %I, whose session %s locks the table', coalesce(a.usename, '?'), l.pid) FROM pg_locks l "
    "LEFT JOIN pg_stat_activity a ON a.pid = l.pid WHERE l.relation = $1 AND l.granted AND l.pid <> pg_backend_pid() "
    "AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database()) "
    "AND l.mode IN ('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock') UNION ALL "
    "SELECT 4, false, format('%s %s, owner %I', CASE c.relkind WHEN 'm' THEN 'materialized view' ELSE 'table' END, c.oid::regclass, r.rolname) "
    "FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner WHERE c.oid = $1) "
    "SELECT who FROM candidate ORDER BY rank, elsewhere, who LIMIT 1";

}  // namespace

void init_tasks() { share_memory({"pg_retention tasks", sizeof(Place) * kPlaces, false, attach}); }

void work_as(int helper) { own_number = helper; }

void read_blocked_tables(Engine *engine) {
    begin_step(engine);
    own("DELETE FROM retention.blocked_table b WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_class c WHERE c.oid = b.relation) "
        "OR CASE WHEN b.policy_id = 0 THEN NOT EXISTS (SELECT FROM retention.preparation p WHERE p.relation = b.relation) "
        "ELSE NOT EXISTS (SELECT FROM retention.policy p WHERE p.policy_id = b.policy_id AND p.mode = 'enforce') END");
    for (const SqlRow row : own("SELECT relation::oid, policy_id, work, attempts, retry_at FROM retention.blocked_table")) {
        BlockedTable *blocked = find_or_add(engine, Task{row.get<Oid>(1), row.get<int16>(2), work_of(row.text(3))});
        blocked->attempts = row.get<int32>(4);
        blocked->retry_at = row.get<TimestampTz>(5);
    }
    end_step(engine);
}

bool find_cut_short(Task *cut_short) {
    for (int i = 0; i < kPlaces; ++i) {
        Place *place = &places[i];
        if (!is_of_database(place) || place->pid == 0 || BackendPidGetProc(place->pid) != nullptr) continue;
        *cut_short = place->task;
        place->pid = 0;
        return true;
    }
    return false;
}

bool is_due(const Engine *engine, const Task &task) {
    const BlockedTable *blocked = find_blocked(engine, task);
    return blocked == nullptr || blocked->retry_at <= retention_now();
}

bool has_blocked(const Engine *engine, int16_t policy_id) {
    const ListCell *cell = nullptr;
    foreach (cell, engine->blocked)
        if (static_cast<const BlockedTable *>(lfirst(cell))->task.policy_id == policy_id) return true;
    return false;
}

ErrorData *try_task(Engine *engine, const Task &task, AttemptBody body, void *argument, bool *timed_out) {
    ErrorData *error = nullptr;
    remember_task(engine, &task);
    // An error that ends the pass, a cancel, leaves nothing to tell of: its process goes on. One that is ended does not come here.
    during(
        trying_task, true, [&] { error = attempt_in_time(body, argument, timed_out); }, [=] { remember_task(engine, nullptr); });
    remember_task(engine, nullptr);
    if (error == nullptr) unblock(engine, task);
    return error;
}

void block_task(Engine *engine, const Task &task, const ErrorData *error) {
    const char *name = get_rel_name(task.relid);
    note_problem(engine, name != nullptr ? name : "dropped table", error);
    const ErrorData *second = attempt([&] {
        BlockedTable *blocked = find_or_add(engine, task);
        ++blocked->attempts;
        blocked->retry_at = retention_now() + core::retry_after(blocked->attempts);
        save_blocked(*blocked, error);
    });
    if (second != nullptr) note_problem(engine, "recording a problem", second);
}

char *reason_of(Oid relid, const ErrorData *error, bool timed_out) {
    if (!timed_out && error->sqlerrcode != ERRCODE_LOCK_NOT_AVAILABLE) return error->message;
    const SqlRows found = own(kInTheWay, relid, error->context == nullptr || !timed_out ? "" : error->context);
    return found.n == 0 ? error->message : psprintf("%s: %s", error->message, found.first().text(1));
}

ErrorData cut_short_error() {
    ErrorData error = {};
    error.sqlerrcode = ERRCODE_ADMIN_SHUTDOWN;
    error.message = pstrdup("it could not be cancelled, and ended with its worker");
    return error;
}

}  // namespace pg_retention
