#include "sweep/engine.hpp"

#include "schema/extension.hpp"
#include "pg/cause.hpp"
#include "pg/settings.hpp"
#include "sweep/board.hpp"
#include "sweep/limits.hpp"
#include "sweep/pause.hpp"
#include "sweep/progress.hpp"

extern "C" {
#include "access/xact.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "storage/lmgr.h"
#include "tcop/pquery.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
}

namespace pg_retention {

bool begin_step_if_installed(Engine *engine) {
    begin_work(engine);
    if (engine->caller == Caller::kWorker) {
        SetCurrentStatementStartTimestamp();
        StartTransactionCommand();
        PushActiveSnapshot(GetTransactionSnapshot());
    } else {
        EnsurePortalSnapshotExists();
    }
    SPI_connect();
    return hold_extension();
}

void begin_step(Engine *engine) {
    if (!begin_step_if_installed(engine))
        ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT), errmsg("extension \"pg_retention\" was dropped during a sweep")));
}

void end_step(Engine *engine) {
    SPI_finish();
    if (engine->caller == Caller::kWorker) {
        PopActiveSnapshot();
        CommitTransactionCommand();
    } else if (engine->caller == Caller::kProcedure) {
        SPI_commit();
    }
    MemoryContextSwitchTo(engine->context);
    CHECK_FOR_INTERRUPTS();
    show_done(*engine);
    pause_after_work(engine);
    if (engine->between != nullptr) engine->between();
}

void begin_turn(Engine *engine) { INSTR_TIME_SET_CURRENT(engine->turn_began); }

bool turn_is_over(Engine *engine) {
    constexpr int kBesideOthers = 1000, kOfLimited = 5000;
    if (engine->caller != Caller::kWorker) return false;
    int limit = settings::statement_timeout;
    if (others_wait() && (limit == 0 || limit > kBesideOthers)) limit = kBesideOthers;
    // Others are not to wait for what is kept slow.
    if (is_limited(*engine) && (limit == 0 || limit > kOfLimited)) limit = kOfLimited;
    if (limit == 0) return false;
    instr_time now;
    INSTR_TIME_SET_CURRENT(now);
    INSTR_TIME_SUBTRACT(now, engine->turn_began);
    if (INSTR_TIME_GET_MILLISEC(now) < limit) return false;
    engine->unfinished = true;
    return true;
}

List *leaves_of(Oid relid) {
    List *leaves = NIL;
    ListCell *cell = nullptr;
    foreach (cell, find_all_inheritors(relid, AccessShareLock, nullptr))
        if (get_rel_relkind(lfirst_oid(cell)) == RELKIND_RELATION) leaves = lappend_oid(leaves, lfirst_oid(cell));
    list_sort(leaves, list_oid_cmp);
    return leaves;
}

void note_problem(Engine *engine, const char *what, const ErrorData *error) {
    engine->problem = MemoryContextStrdup(engine->context, psprintf("%s: %s", what, cause_of(error)));
    // Whoever calls may be none who may read the rows; the log of the server is its administrators'.
    if (engine->caller == Caller::kWorker)
        ereport(LOG, (errcode(error->sqlerrcode), errmsg("pg_retention: %s: %s", what, error->message)));
    else
        ereport(WARNING, (errcode(error->sqlerrcode), errmsg("pg_retention: %s", engine->problem)));
}

}  // namespace pg_retention
