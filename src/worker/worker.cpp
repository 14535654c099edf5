// A database's worker: a pass, further ones while something is left or the configuration changed, and then it is gone until its next turn.
#include "worker/worker.hpp"

#include "audit/ledger_round.hpp"
#include "audit/rounds.hpp"
#include "pg/cause.hpp"
#include "pg/compat.hpp"
#include "pg/guard.hpp"
#include "pg/postgres.hpp"
#include "pg/settings.hpp"
#include "pg/time_limit.hpp"
#include "requests/verify.hpp"
#include "sweep/board.hpp"
#include "sweep/sweep.hpp"
#include "worker/process.hpp"

extern "C" {
#include "access/xact.h"
#include "pgstat.h"
#include "postmaster/bgworker.h"
#include "postmaster/interrupt.h"
#include "storage/ipc.h"
#include "tcop/tcopprot.h"
#include "utils/guc.h"
#include "utils/inval.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

PGDLLEXPORT void pg_retention_worker_main(Datum argument);
}

namespace pg_retention {

namespace {

constinit bool pass_again = false;  // the configuration changed while a pass was under way
constinit Oid database = InvalidOid;
constinit bool failed = false;  // since the pass began
constinit bool quiet = false;   // the server log has it already
constinit bool at_end = false;  // nothing is left to do here
constinit bool reporting = false;
constinit emit_log_hook_type previous_emit = nullptr;

bool note_failure(const char *problem) {
    failed = true;
    Served *served = find_served(lock_board(), database);
    const bool log = served == nullptr || note_problem_of(served, problem, GetCurrentTimestamp());
    unlock_board();
    return log;
}

// What ends the worker. The server's words for that hold no values; of another error there is no asking now what its names stand for.
void emit(ErrorData *error) {
    if (error->elevel >= ERROR && error->elevel < PANIC && !reporting) {
        quiet =
            !note_failure(error->elevel == FATAL ? error->message : psprintf("error %s", unpack_sql_state(error->sqlerrcode)));
        if (quiet) error->output_to_server = false;
    }
    if (previous_emit != nullptr) previous_emit(error);
}

void end_service(int, Datum) {
    if (!at_end && !failed) (void) note_failure("its worker ended: see the server log");
    Served *served = find_served(lock_board(), database);
    if (served != nullptr) {
        served->worker = 0;
        if (served->ended_at == 0) served->ended_at = GetCurrentTimestamp();
    }
    unlock_board();
    // The server logs each process that fails.
    if (quiet) proc_exit(0);
}

// One worker per database, even when a launcher starts anew beside the workers of the last one. False: there is another one.
bool begin_service() {
    Served *served = find_served(lock_board(), database);
    const bool alone = served != nullptr && served->worker == 0;
    if (served != nullptr) served->asked = false;
    if (alone) {
        served->worker = MyProcPid;
        served->ended_at = 0;
    }
    unlock_board();
    if (!alone) return false;
    before_shmem_exit(end_service, 0);
    previous_emit = emit_log_hook;
    emit_log_hook = emit;
    return true;
}

void begin_pass() {
    failed = false;
    Served *served = find_served(lock_board(), database);
    if (served != nullptr) {
        served->began_at = GetCurrentTimestamp();
        served->ended_at = 0;
        served->told = false;
        served->goes_on = false;
    }
    unlock_board();
}

void end_pass(const PassResult &result) {
    Served *served = find_served(lock_board(), database);
    if (served != nullptr) {
        served->ended_at = GetCurrentTimestamp();
        served->absent = result.absent && !served->told;
        served->goes_on = result.unfinished || pass_again;
        if (!failed) served->failed_at = 0;
    }
    unlock_board();
}

void reload() {
    if (!ConfigReloadPending) return;
    ConfigReloadPending = false;
    ProcessConfigFile(PGC_SIGHUP);
    pass_again = true;
}

// What keeps a pass from being recorded may be what broke it.
void try_to_record(const char *cause, MemoryContext context) {
    PG_TRY();
    { record_broken_pass(cause); }
    PG_CATCH();
    {
        leave_transaction(context);
        FlushErrorState();
    }
    PG_END_TRY();
}

// Leaves the broken transaction, then records what happened in a new one.
void after_error(MemoryContext context) {
    MemoryContextSwitchTo(context);
    const ErrorData *error = CopyErrorData();
    leave_transaction(context);
    const char *cause = cause_of(error);
    reporting = true;
    if (note_failure(cause)) EmitErrorReport();
    reporting = false;
    FlushErrorState();
    try_to_record(cause, context);
}

void worker_pass(MemoryContext context, PassResult *result) {
    pgstat_report_activity(STATE_RUNNING, "pg_retention sweep");
    PG_TRY();
    {
        *result = sweep_pass(Caller::kWorker, reload);
        // Where something waits for a sweep, that comes first.
        if (!result->absent && !result->waiting && !result->unfinished) {
            if (settings::verify_blocks > 0) verify_erasures(Caller::kWorker, reload);
            audit_some_blocks(reload);
            verify_ledger_daily(reload);
        }
    }
    PG_CATCH();
    {
        *result = PassResult{};
        after_error(context);
    }
    PG_END_TRY();
    MemoryContextSwitchTo(context);
    MemoryContextReset(context);
    pgstat_report_stat(false);
    pgstat_report_activity(STATE_IDLE, nullptr);
}

// Whether something is left to do for this process. Where others wait for a slot, what is left waits for the next turn.
bool goes_on(const PassResult &result) {
    if (result.absent || (!pass_again && !result.unfinished)) return false;
    return result.stamping || !others_wait();
}

void serve() {
    pin_settings();
    MemoryContext context = AllocSetContextCreate(TopMemoryContext, "pg_retention worker", ALLOCSET_DEFAULT_SIZES);
    MemoryContextSwitchTo(context);
    PassResult result = {};
    do {
        CHECK_FOR_INTERRUPTS();
        reload();
        AcceptInvalidationMessages();
        if (!settings::worker) return;
        pass_again = false;
        begin_pass();
        if (!RecoveryInProgress()) worker_pass(context, &result);
        end_pass(result);
    } while (goes_on(result));
}

void run_worker() {
    handle_signals();
    if (!begin_service()) return;
    BackgroundWorkerUnblockSignals();
    BackgroundWorkerInitializeConnectionByOid(database, InvalidOid, 0);
    serve();
    at_end = true;
}

}  // namespace

}  // namespace pg_retention

void pg_retention_worker_main(Datum argument) {
    pg_retention::database = DatumGetObjectId(argument);
    pg_retention::guarded([] { pg_retention::run_worker(); });
    proc_exit(0);
}
