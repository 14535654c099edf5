// A database's worker: one pass after another, at every nap and after every change of the configuration.
#include "worker/worker.hpp"

#include "audit/rounds.hpp"
#include "pg/cause.hpp"
#include "pg/compat.hpp"
#include "pg/guard.hpp"
#include "pg/postgres.hpp"
#include "pg/settings.hpp"
#include "pg/time_limit.hpp"
#include "requests/verify.hpp"
#include "sweep/sweep.hpp"

extern "C" {
#include "access/xact.h"
#include "pgstat.h"
#include "postmaster/bgworker.h"
#include "postmaster/interrupt.h"
#include "storage/ipc.h"
#include "storage/latch.h"
#include "storage/lock.h"
#include "tcop/tcopprot.h"
#include "utils/guc.h"
#include "utils/inval.h"
#include "utils/memutils.h"

PGDLLEXPORT void pg_retention_worker_main(Datum argument);
}

namespace pg_retention {

namespace {

constexpr uint32 kWorkerLock = 0x52544E57;
constinit bool pass_again = false;  // the configuration changed while a pass was under way

// One worker per database, even when a launcher starts anew beside the workers of the last one.
bool alone() {
    LOCKTAG tag;
    SET_LOCKTAG_ADVISORY(tag, MyDatabaseId, kWorkerLock, kWorkerLock, 3);
    StartTransactionCommand();
    const bool locked = LockAcquire(&tag, ExclusiveLock, true, true) == LOCKACQUIRE_OK;
    CommitTransactionCommand();
    return locked;
}

void reload() {
    if (!ConfigReloadPending) return;
    ConfigReloadPending = false;
    ProcessConfigFile(PGC_SIGHUP);
    pass_again = true;
}

// What a database or role may have set for everybody must not decide what a sweep does.
void pin_settings() {
    struct {
        const char *name, *value;
    } const pinned[] = {{"search_path", "pg_catalog, pg_temp"},
                        {"session_replication_role", "origin"},
                        {"default_transaction_isolation", "read committed"},
                        {"default_transaction_read_only", "off"},
                        {"default_transaction_deferrable", "off"},
                        {"row_security", "on"},
                        {"statement_timeout", "0"},
                        {"idle_in_transaction_session_timeout", "0"},
                        {"lock_timeout", "5s"}};
    for (const auto &setting : pinned) SetConfigOption(setting.name, setting.value, PGC_SUSET, PGC_S_OVERRIDE);
    lift_transaction_timeout();
}

// Leaves the broken transaction, then records what happened in a new one.
void after_error(MemoryContext context) {
    MemoryContextSwitchTo(context);
    ErrorData *error = CopyErrorData();
    HOLD_INTERRUPTS();
    EmitErrorReport();
    AbortOutOfAnyTransaction();
    FlushErrorState();
    RESUME_INTERRUPTS();
    MemoryContextSwitchTo(context);
    record_broken_pass(cause_of(error));
}

PassResult worker_pass(MemoryContext context) {
    PassResult result = {};
    pgstat_report_activity(STATE_RUNNING, "pg_retention sweep");
    PG_TRY();
    {
        result = sweep_pass(Caller::kWorker, reload);
        // Where something waits for a sweep, that comes first.
        if (!result.absent && !result.waiting && !result.unfinished) {
            if (settings::verify_blocks > 0) verify_erasures(Caller::kWorker, reload);
            audit_some_blocks(reload);
        }
    }
    PG_CATCH();
    { after_error(context); }
    PG_END_TRY();
    MemoryContextSwitchTo(context);
    MemoryContextReset(context);
    pgstat_report_stat(false);
    pgstat_report_activity(STATE_IDLE, nullptr);
    return result;
}

void cancel(SIGNAL_ARGS) { ask_to_cancel(); }

void run_worker(Oid database) {
    pqsignal(SIGHUP, SignalHandlerForConfigReload);
    pqsignal(SIGINT, cancel);
    pqsignal(SIGTERM, die);
    BackgroundWorkerUnblockSignals();
    BackgroundWorkerInitializeConnectionByOid(database, InvalidOid, 0);
    pin_settings();
    if (!alone()) return;
    MemoryContext context = AllocSetContextCreate(TopMemoryContext, "pg_retention worker", ALLOCSET_DEFAULT_SIZES);
    MemoryContextSwitchTo(context);
    for (;;) {
        CHECK_FOR_INTERRUPTS();
        reload();
        AcceptInvalidationMessages();
        if (!settings::worker) return;
        pass_again = false;
        PassResult result = {};
        if (!RecoveryInProgress()) result = worker_pass(context);
        if (result.absent) return;
        if (pass_again || result.unfinished) continue;
        (void) WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, settings::naptime * 1000L, nap_wait_event());
        ResetLatch(MyLatch);
    }
}

}  // namespace

}  // namespace pg_retention

void pg_retention_worker_main(Datum argument) {
    pg_retention::guarded([argument] { pg_retention::run_worker(DatumGetObjectId(argument)); });
    proc_exit(0);
}
