// The launcher starts a worker in every database that may be connected to, one after the other as slots become free: who waited for longest
// comes first.
#include "pg/compat.hpp"
#include "pg/guard.hpp"
#include "pg/settings.hpp"
#include "sweep/board.hpp"
#include "worker/worker.hpp"

extern "C" {
#include "access/heapam.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/pg_database.h"
#include "pgstat.h"
#include "postmaster/bgworker.h"
#include "postmaster/interrupt.h"
#include "storage/ipc.h"
#include "storage/latch.h"
#include "tcop/tcopprot.h"
#include "utils/guc.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

PGDLLEXPORT void pg_retention_launcher_main(Datum argument);
}

namespace pg_retention {

namespace {

struct Started {
    Oid database;
    BackgroundWorkerHandle *handle;
};

// Waits for a worker.
struct Due {
    Oid database;
    TimestampTz since;
};

constexpr int kNapsWhereAbsent = 10;
constexpr long kMillisecondsForASlot = 1000;
constexpr char kNoSlot[] = "no background worker slot is free: raise max_worker_processes";
constexpr char kNoStart[] = "its worker did not start: see the server log";

constinit List *started = NIL;          // of Started: the workers that may still be running
constinit TimestampTz reloaded_at = 0;  // whoever was served before is served once more

// In the current context.
List *list_databases() {
    List *databases = NIL;
    MemoryContext context = CurrentMemoryContext;
    SetCurrentStatementStartTimestamp();
    StartTransactionCommand();
    PushActiveSnapshot(GetTransactionSnapshot());
    Relation rel = table_open(DatabaseRelationId, AccessShareLock);
    TableScanDesc scan = table_beginscan_catalog(rel, 0, nullptr);
    while (HeapTuple row = heap_getnext(scan, ForwardScanDirection)) {
        auto *form = reinterpret_cast<Form_pg_database>(GETSTRUCT(row));
        MemoryContext before = MemoryContextSwitchTo(context);
        // A negative limit other than -1 marks a database whose dropping was cut short.
        if (form->datallowconn && !form->datistemplate && form->datconnlimit >= -1) databases = lappend_oid(databases, form->oid);
        MemoryContextSwitchTo(before);
    }
    table_endscan(scan);
    table_close(rel, AccessShareLock);
    PopActiveSnapshot();
    CommitTransactionCommand();
    MemoryContextSwitchTo(context);
    return databases;
}

bool is_running(const Started *worker) {
    pid_t pid = 0;
    const BgwHandleStatus status = GetBackgroundWorkerPid(worker->handle, &pid);
    return status == BGWH_STARTED || status == BGWH_NOT_YET_STARTED;
}

// What the server log need not have more often.
bool is_hour_later(TimestampTz *last, TimestampTz now) {
    if (*last != 0 && now >= *last && now - *last < USECS_PER_HOUR) return false;
    *last = now;
    return true;
}

// A worker that was asked for and is gone. Where it never came to write that it began, it is looked for again after a nap.
void note_end(Oid database) {
    const TimestampTz now = GetCurrentTimestamp();
    bool log = false;
    Served *served = find_served(lock_board(), database);
    if (served != nullptr && served->asked) {
        served->asked = false;
        served->ended_at = now;
        log = note_problem_of(served, kNoStart, now);
    }
    unlock_board();
    if (log) ereport(LOG, (errmsg("pg_retention: the worker for database %u did not start", database)));
}

void forget_ended() {
    ListCell *cell = nullptr;
    foreach (cell, started) {
        auto *worker = static_cast<Started *>(lfirst(cell));
        if (is_running(worker)) continue;
        note_end(worker->database);
        pfree(worker->handle);
        pfree(worker);
        started = foreach_delete_current(started, cell);
    }
}

bool has_worker(Oid database) {
    ListCell *cell = nullptr;
    foreach (cell, started)
        if (static_cast<const Started *>(lfirst(cell))->database == database) return true;
    return false;
}

void set_asked(Oid database, bool asked) {
    Served *served = find_served(lock_board(), database);
    if (served != nullptr) served->asked = asked;
    unlock_board();
}

// False: there is no slot.
bool start_worker(Oid database) {
    BackgroundWorker worker = {};
    snprintf(worker.bgw_name, BGW_MAXLEN, "pg_retention worker for database %u", database);
    snprintf(worker.bgw_type, BGW_MAXLEN, "pg_retention worker");
    snprintf(worker.bgw_library_name, sizeof worker.bgw_library_name, "pg_retention");
    snprintf(worker.bgw_function_name, sizeof worker.bgw_function_name, "pg_retention_worker_main");
    worker.bgw_flags = BGWORKER_SHMEM_ACCESS | BGWORKER_BACKEND_DATABASE_CONNECTION;
    worker.bgw_start_time = BgWorkerStart_RecoveryFinished;
    worker.bgw_restart_time = BGW_NEVER_RESTART;
    worker.bgw_main_arg = ObjectIdGetDatum(database);
    // Its slot is the next one's.
    worker.bgw_notify_pid = MyProcPid;
    // It may have begun before this goes on.
    set_asked(database, true);
    MemoryContext before = MemoryContextSwitchTo(TopMemoryContext);
    BackgroundWorkerHandle *handle = nullptr;
    const bool good = RegisterDynamicBackgroundWorker(&worker, &handle);
    if (good) {
        auto *entry = static_cast<Started *>(palloc(sizeof(Started)));
        *entry = Started{database, handle};
        started = lappend(started, entry);
    }
    MemoryContextSwitchTo(before);
    if (!good) set_asked(database, false);
    return good;
}

// Where the clock was set back, nobody waits until it is there again.
TimestampTz due_at(const Served &served, TimestampTz now) {
    if (served.ended_at == 0) return served.due_at;
    if (served.ended_at > now) return now;
    const int64 nap = settings::naptime * USECS_PER_SEC * (served.absent ? kNapsWhereAbsent : 1);
    const TimestampTz due = served.goes_on ? served.ended_at : served.ended_at + nap;
    return served.ended_at < reloaded_at ? Min(due, reloaded_at) : due;
}

// Locked. Databases come and go. Returns how many there is no room for.
int follow_databases(Board *board, const List *databases, TimestampTz now) {
    for (int i = board->n - 1; i >= 0; --i) {
        const Served &served = board->all[i];
        if (served.worker == 0 && !served.asked && !list_member_oid(databases, served.database))
            board->all[i] = board->all[--board->n];
    }
    const ListCell *cell = nullptr;
    int left_out = 0;
    foreach (cell, databases) {
        if (find_served(board, lfirst_oid(cell)) != nullptr) continue;
        if (board->n == kMostServed) {
            ++left_out;
            continue;
        }
        Served *served = &board->all[board->n++];
        *served = Served{};
        served->database = lfirst_oid(cell);
        served->due_at = now;
    }
    return left_out;
}

int by_wait(const void *a, const void *b) {
    const auto *x = static_cast<const Due *>(a);
    const auto *y = static_cast<const Due *>(b);
    if (x->since != y->since) return x->since < y->since ? -1 : 1;
    return x->database < y->database ? -1 : 1;
}

// Who waited for longest comes first. next: when the next one will be due.
Due *find_due(TimestampTz now, int *n, TimestampTz *next) {
    const List *databases = list_databases();
    auto *due = static_cast<Due *>(palloc(sizeof(Due) * kMostServed));
    static constinit TimestampTz told_at = 0;
    *n = 0;
    *next = PG_INT64_MAX;
    Board *board = lock_board();
    const int left_out = follow_databases(board, databases, now);
    for (int i = 0; i < board->n; ++i) {
        Served *served = &board->all[i];
        if (served->worker != 0 || served->asked || has_worker(served->database)) continue;
        served->due_at = due_at(*served, now);
        if (served->due_at <= now)
            due[(*n)++] = Due{served->database, served->due_at};
        else
            *next = Min(*next, served->due_at);
    }
    unlock_board();
    if (left_out > 0 && is_hour_later(&told_at, now))
        ereport(LOG, (errmsg("pg_retention: %d databases have no worker: there is room for %d", left_out, kMostServed)));
    qsort(due, static_cast<size_t>(*n), sizeof(Due), by_wait);
    return due;
}

// A moment is nothing to be told of: turns are taken.
void note_waiting(const Due *due, int n, TimestampTz now) {
    static constinit TimestampTz told_at = 0;
    int late = 0;
    Board *board = lock_board();
    pg_atomic_write_u32(&board->waiting, static_cast<uint32>(n));
    for (int i = 0; i < n; ++i) {
        Served *served = find_served(board, due[i].database);
        if (served == nullptr || now - due[i].since < settings::naptime * USECS_PER_SEC) continue;
        (void) note_problem_of(served, kNoSlot, now);
        served->failed_at = Min(served->failed_at, due[i].since);
        ++late;
    }
    unlock_board();
    if (late > 0 && is_hour_later(&told_at, now))
        ereport(LOG,
                (errmsg("pg_retention: %d databases wait for a worker for longer than retention.naptime: no free slot", late),
                 errhint("Raise max_worker_processes.")));
}

// Starts workers as far as there are slots. Returns for how many milliseconds there is nothing more to do, unless one ends.
long take_turns() {
    const TimestampTz now = GetCurrentTimestamp();
    const long nap = settings::naptime * 1000L;
    TimestampTz next = 0;
    int n = 0, i = 0;
    forget_ended();
    const Due *due = find_due(now, &n, &next);
    while (i < n && start_worker(due[i].database)) ++i;
    note_waiting(due + i, n - i, now);
    if (i < n) return Min(nap, kMillisecondsForASlot);
    return next - now < nap * 1000 ? static_cast<long>((next - now) / 1000) + 1 : nap;
}

void leave_board(int, Datum) {
    lock_board()->launcher = nullptr;
    unlock_board();
}

// Workers of the launcher before this one may still run: they say so themselves.
void enter_board() {
    before_shmem_exit(leave_board, 0);
    Board *board = lock_board();
    board->launcher = MyLatch;
    for (int i = 0; i < board->n; ++i) board->all[i].asked = false;
    unlock_board();
}

void reload() {
    if (!ConfigReloadPending) return;
    ConfigReloadPending = false;
    ProcessConfigFile(PGC_SIGHUP);
    reloaded_at = GetCurrentTimestamp();
}

[[noreturn]] void run_launcher() {
    pqsignal(SIGHUP, SignalHandlerForConfigReload);
    pqsignal(SIGTERM, die);
    BackgroundWorkerUnblockSignals();
    BackgroundWorkerInitializeConnection(nullptr, nullptr, 0);
    enter_board();
    MemoryContext context = AllocSetContextCreate(TopMemoryContext, "pg_retention launcher", ALLOCSET_DEFAULT_SIZES);
    MemoryContextSwitchTo(context);
    for (;;) {
        CHECK_FOR_INTERRUPTS();
        reload();
        const long pause = settings::worker ? take_turns() : settings::naptime * 1000L;
        MemoryContextReset(context);
        pgstat_report_activity(STATE_IDLE, nullptr);
        (void) WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, pause, nap_wait_event());
        ResetLatch(MyLatch);
    }
}

}  // namespace

void init_workers() {
    if (IsBinaryUpgrade) return;
    BackgroundWorker launcher = {};
    snprintf(launcher.bgw_name, BGW_MAXLEN, "pg_retention launcher");
    snprintf(launcher.bgw_type, BGW_MAXLEN, "pg_retention launcher");
    snprintf(launcher.bgw_library_name, sizeof launcher.bgw_library_name, "pg_retention");
    snprintf(launcher.bgw_function_name, sizeof launcher.bgw_function_name, "pg_retention_launcher_main");
    launcher.bgw_flags = BGWORKER_SHMEM_ACCESS | BGWORKER_BACKEND_DATABASE_CONNECTION;
    launcher.bgw_start_time = BgWorkerStart_RecoveryFinished;
    launcher.bgw_restart_time = 10;
    RegisterBackgroundWorker(&launcher);
}

}  // namespace pg_retention

void pg_retention_launcher_main(Datum) {
    pg_retention::guarded([] { pg_retention::run_launcher(); });
}
