// A process that helps the worker of a database to sweep several tables at once, and ends when nothing is left for it.
#include "pg/cause.hpp"
#include "pg/compat.hpp"
#include "pg/guard.hpp"
#include "pg/settings.hpp"
#include "sweep/parallel.hpp"
#include "sweep/sweep.hpp"
#include "worker/process.hpp"

extern "C" {
#include "miscadmin.h"
#include "postmaster/bgworker.h"
#include "postmaster/interrupt.h"
#include "storage/ipc.h"
#include "utils/guc.h"
#include "utils/memutils.h"

PGDLLEXPORT void pg_retention_helper_main(Datum argument);
}

namespace pg_retention {

namespace {

void reload() {
    if (!ConfigReloadPending) return;
    ConfigReloadPending = false;
    ProcessConfigFile(PGC_SIGHUP);
}

// Leaves the broken transaction; the run knows of it. The worker gives up what this process had taken when it has ended.
void after_error(MemoryContext context, int64 run_id) {
    MemoryContextSwitchTo(context);
    const ErrorData *error = CopyErrorData();
    leave_transaction(context);
    EmitErrorReport();
    FlushErrorState();
    record_broken_part(run_id, cause_of(error));
}

void help(SharedPlan *plan, int number) {
    MemoryContext context = AllocSetContextCreate(TopMemoryContext, "pg_retention helper", ALLOCSET_DEFAULT_SIZES);
    MemoryContextSwitchTo(context);
    PG_TRY();
    { help_sweep(plan, number, reload); }
    PG_CATCH();
    { after_error(context, run_of(*plan)); }
    PG_END_TRY();
}

void run_helper(dsm_handle handle) {
    int number = 0;
    memcpy(&number, MyBgworkerEntry->bgw_extra, sizeof number);
    handle_signals();
    BackgroundWorkerUnblockSignals();
    dsm_segment *segment = join_plan(handle, number);
    // The worker has not waited for it.
    if (segment == nullptr) return;
    BackgroundWorkerInitializeConnectionByOid(database_of(*plan_in(segment)), InvalidOid, 0);
    pin_settings();
    help(plan_in(segment), number);
}

}  // namespace

}  // namespace pg_retention

void pg_retention_helper_main(Datum argument) {
    pg_retention::guarded([argument] { pg_retention::run_helper(DatumGetUInt32(argument)); });
    proc_exit(0);
}
