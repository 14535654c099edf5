// The launcher starts a worker in every database that may be connected to; where the extension is absent it ends at once.
#include "pg/compat.hpp"
#include "pg/guard.hpp"
#include "pg/settings.hpp"
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

PGDLLEXPORT void pg_retention_launcher_main(Datum argument);
}

namespace pg_retention {

namespace {

struct Started {
    Oid database;
    BackgroundWorkerHandle *handle;
};

constinit List *started = NIL;  // of Started: the workers that may still be running
constinit bool told_of_full_slots = false;

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

void forget_ended() {
    ListCell *cell = nullptr;
    foreach (cell, started) {
        auto *worker = static_cast<Started *>(lfirst(cell));
        if (is_running(worker)) continue;
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

void start_worker(Oid database) {
    if (has_worker(database)) return;
    BackgroundWorker worker = {};
    snprintf(worker.bgw_name, BGW_MAXLEN, "pg_retention worker for database %u", database);
    snprintf(worker.bgw_type, BGW_MAXLEN, "pg_retention worker");
    snprintf(worker.bgw_library_name, sizeof worker.bgw_library_name, "pg_retention");
    snprintf(worker.bgw_function_name, sizeof worker.bgw_function_name, "pg_retention_worker_main");
    worker.bgw_flags = BGWORKER_SHMEM_ACCESS | BGWORKER_BACKEND_DATABASE_CONNECTION;
    worker.bgw_start_time = BgWorkerStart_RecoveryFinished;
    worker.bgw_restart_time = BGW_NEVER_RESTART;
    worker.bgw_main_arg = ObjectIdGetDatum(database);
    // Not told of its end: a worker that has nothing to do, or cannot, would be started again at once.
    worker.bgw_notify_pid = 0;
    MemoryContext before = MemoryContextSwitchTo(TopMemoryContext);
    BackgroundWorkerHandle *handle = nullptr;
    const bool good = RegisterDynamicBackgroundWorker(&worker, &handle);
    if (good) {
        auto *entry = static_cast<Started *>(palloc(sizeof(Started)));
        *entry = Started{database, handle};
        started = lappend(started, entry);
    }
    MemoryContextSwitchTo(before);
    if (!good && !told_of_full_slots)
        ereport(LOG, (errmsg("pg_retention: could not start a worker for database %u: no free slot", database),
                      errhint("Raise max_worker_processes.")));
    told_of_full_slots = !good;
}

void start_workers() {
    List *databases = list_databases();
    ListCell *cell = nullptr;
    forget_ended();
    foreach (cell, databases) start_worker(lfirst_oid(cell));
    list_free(databases);
}

[[noreturn]] void run_launcher() {
    pqsignal(SIGHUP, SignalHandlerForConfigReload);
    pqsignal(SIGTERM, die);
    BackgroundWorkerUnblockSignals();
    BackgroundWorkerInitializeConnection(nullptr, nullptr, 0);
    for (;;) {
        CHECK_FOR_INTERRUPTS();
        if (ConfigReloadPending) {
            ConfigReloadPending = false;
            ProcessConfigFile(PGC_SIGHUP);
        }
        if (settings::worker) start_workers();
        pgstat_report_activity(STATE_IDLE, nullptr);
        (void) WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, settings::naptime * 1000L, nap_wait_event());
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
