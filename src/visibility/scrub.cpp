// Error details show rows. Of a governed table's they are taken away where the row is not the statement's own: another row's
// key of an exclusion constraint, and the row that a cascade changed.
#include "catalog/extension.hpp"
#include "pg/compat.hpp"
#include "pg/guard.hpp"
#include "pg/settings.hpp"
#include "visibility/visibility.hpp"

extern "C" {
#include "access/xact.h"
#include "executor/executor.h"
#include "parser/parsetree.h"
#include "utils/memutils.h"
}

namespace pg_retention {

namespace {

constinit ExecutorRun_hook_type previous_run = nullptr;
constinit ExecutorFinish_hook_type previous_finish = nullptr;
constinit emit_log_hook_type previous_emit = nullptr;
// A deferred constraint is checked when no statement is there to ask, and no catalog may be read.
constinit bool wrote_governed = false;

bool writes(const QueryDesc *query) { return query->operation != CMD_SELECT || query->plannedstmt->hasModifyingCTE; }

bool writes_governed(const QueryDesc *query) {
    if (extension() == nullptr || settings::reveal) return false;
    const Bitmapset *targets = result_relations(query->plannedstmt);
    for (int i = bms_next_member(targets, -1); i >= 0; i = bms_next_member(targets, i))
        if (clock_column(rt_fetch(i, query->plannedstmt->rtable)->relid) != InvalidAttrNumber) return true;
    return false;
}

bool shows_a_row(int sqlstate, bool cascaded) {
    return sqlstate == ERRCODE_EXCLUSION_VIOLATION ||
           (cascaded && (sqlstate == ERRCODE_NOT_NULL_VIOLATION || sqlstate == ERRCODE_CHECK_VIOLATION));
}

[[noreturn]] void raise_without_row(MemoryContext context, bool cascaded) {
    MemoryContextSwitchTo(context);
    ErrorData *error = CopyErrorData();
    if (!shows_a_row(error->sqlerrcode, cascaded)) PG_RE_THROW();
    FlushErrorState();
    error->detail = nullptr;
    error->detail_log = nullptr;
    ReThrowError(error);
}

// Its own frame: nothing of the caller's lives across the setjmp.
template <typename F>
[[gnu::noinline]] void run_scrubbed(F body) {
    MemoryContext context = CurrentMemoryContext;
    const bool cascaded = InNoForceRLSOperation();
    wrote_governed = true;
    PG_TRY();
    { body(); }
    PG_CATCH();
    { raise_without_row(context, cascaded); }
    PG_END_TRY();
}

void run(RETENTION_RUN_PARAMETERS) {
    if (!writes(query) || !guarded([query] { return writes_governed(query); })) {
        previous_run(RETENTION_RUN_ARGUMENTS);
        return;
    }
    run_scrubbed([&] { previous_run(RETENTION_RUN_ARGUMENTS); });
}

void finish(QueryDesc *query) {
    if (!writes(query) || !guarded([query] { return writes_governed(query); })) {
        previous_finish(query);
        return;
    }
    run_scrubbed([&] { previous_finish(query); });
}

void emit(ErrorData *error) {
    if (wrote_governed && !settings::reveal && shows_a_row(error->sqlerrcode, false)) {
        error->detail = nullptr;
        error->detail_log = nullptr;
    }
    if (previous_emit != nullptr) previous_emit(error);
}

void end_of_transaction(XactEvent event, void *) {
    if (event == XACT_EVENT_COMMIT || event == XACT_EVENT_ABORT || event == XACT_EVENT_PREPARE) wrote_governed = false;
}

}  // namespace

void init_scrub() {
    previous_run = ExecutorRun_hook != nullptr ? ExecutorRun_hook : standard_ExecutorRun;
    ExecutorRun_hook = run;
    previous_finish = ExecutorFinish_hook != nullptr ? ExecutorFinish_hook : standard_ExecutorFinish;
    ExecutorFinish_hook = finish;
    previous_emit = emit_log_hook;
    emit_log_hook = emit;
    RegisterXactCallback(end_of_transaction, nullptr);
}

}  // namespace pg_retention
