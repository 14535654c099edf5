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

constexpr int kMaxDatabases = 1024;

struct Started {
    Oid database;
    BackgroundWorkerHandle *handle;
};

constinit Started started[kMaxDatabases] = {};
constinit bool told_of_full_slots = false;

int list_databases(Oid *databases) {
    int n = 0;
    SetCurrentStatementStartTimestamp();
    StartTransactionCommand();
    PushActiveSnapshot(GetTransactionSnapshot());
    Relation rel = table_open(DatabaseRelationId, AccessShareLock);
    TableScanDesc scan = table_beginscan_catalog(rel, 0, nullptr);
    while (HeapTuple row = heap_getnext(scan, ForwardScanDirection)) {
        auto *form = reinterpret_cast<Form_pg_database>(GETSTRUCT(row));
        // A negative limit other than -1 marks a database whose dropping was cut short.
        if (form->datallowconn && !form->datistemplate && form->datconnlimit >= -1 && n < kMaxDatabases)
            databases[n++] = form->oid;
    }
    table_endscan(scan);
    table_close(rel, AccessShareLock);
    PopActiveSnapshot();
    CommitTransactionCommand();
    return n;
}

bool is_running(Started *entry) {
    pid_t pid = 0;
    const BgwHandleStatus status = GetBackgroundWorkerPid(entry->handle, &pid);
    if (status == BGWH_STARTED || status == BGWH_NOT_YET_STARTED) return true;
    pfree(entry->handle);
    *entry = Started{};
    return false;
}

// The entry of the database when its worker runs, else a free one.
Started *entry_of(Oid database, bool *running) {
    Started *vacant = nullptr;
    *running = false;
    for (Started &entry : started) {
        if (entry.handle != nullptr && entry.database == database) *running = is_running(&entry);
        if (*running) return &entry;
        if (entry.handle == nullptr && vacant == nullptr) vacant = &entry;
    }
    return vacant;
}

void start_worker(Oid database) {
    bool running = false;
    Started *entry = entry_of(database, &running);
    if (running || entry == nullptr) return;
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
    const bool good = RegisterDynamicBackgroundWorker(&worker, &entry->handle);
    MemoryContextSwitchTo(before);
    if (good) entry->database = database;
    if (!good && !told_of_full_slots)
        ereport(LOG, (errmsg("pg_retention: could not start a worker for database %u: no free slot", database),
                      errhint("Raise max_worker_processes.")));
    told_of_full_slots = !good;
}

void start_workers() {
    static Oid databases[kMaxDatabases];
    const int n = list_databases(databases);
    for (int i = 0; i < n; ++i) start_worker(databases[i]);
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
