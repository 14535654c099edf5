#include "sweep/index.hpp"

#include "catalog/extension.hpp"
#include "pg/internal.hpp"
#include "pg/names.hpp"
#include "catalog/attempt.hpp"

extern "C" {
#include "access/genam.h"
#include "access/table.h"
#include "access/xact.h"
#include "parser/parser.h"
#include "tcop/dest.h"
#include "tcop/utility.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
}

namespace pg_retention {

namespace {

// An index on the clock alone, with a predicate: ours, or one as good.
bool is_clock_index(Oid index_oid, AttrNumber clock, bool *valid) {
    Relation index = index_open(index_oid, AccessShareLock);
    Form_pg_index form = index->rd_index;
    const bool ours = form->indnkeyatts == 1 && form->indkey.values[0] == clock &&
                      !heap_attisnull(index->rd_indextuple, Anum_pg_index_indpred, nullptr);
    *valid = form->indisvalid;
    index_close(index, AccessShareLock);
    return ours;
}

// The leftover of a build that was cut short, if there is one.
bool find_index(Oid relid, Oid *invalid) {
    Relation rel = table_open(relid, AccessShareLock);
    const AttrNumber clock = clock_column(relid);
    bool found = false;
    ListCell *cell = nullptr;
    foreach (cell, RelationGetIndexList(rel)) {
        bool valid = false;
        if (!is_clock_index(lfirst_oid(cell), clock, &valid)) continue;
        found = found || valid;
        if (!valid && invalid != nullptr) *invalid = lfirst_oid(cell);
    }
    table_close(rel, NoLock);
    return found;
}

// As if a client had sent it: outside any transaction block, so that it may commit on its way.
void run_top_level(const char *sql) {
    auto *raw = linitial_node(RawStmt, raw_parser(sql, RAW_PARSE_DEFAULT));
    auto *planned = makeNode(PlannedStmt);
    planned->commandType = CMD_UTILITY;
    planned->canSetTag = true;
    planned->utilityStmt = raw->stmt;
    planned->stmt_location = raw->stmt_location;
    planned->stmt_len = raw->stmt_len;
    SetCurrentStatementStartTimestamp();
    MemoryContext lasting = CurrentMemoryContext;
    StartTransactionCommand();
    PushActiveSnapshot(GetTransactionSnapshot());
    // What the command allocates must outlive the transactions it commits on its way.
    MemoryContextSwitchTo(lasting);
    set_own_command(true);
    ProcessUtility(planned, sql, false, PROCESS_UTILITY_TOPLEVEL, nullptr, nullptr, None_Receiver, nullptr);
    set_own_command(false);
    if (ActiveSnapshotSet()) PopActiveSnapshot();
    CommitTransactionCommand();
}

// Waits for whoever may still use the table, but not for ever: the worker has other tables.
constexpr char kLongestWait[] = "5min";

void build(Engine *engine, const char *table, const char *column, const char *leftover) {
    MemoryContextSwitchTo(engine->context);
    if (leftover != nullptr) run_top_level(psprintf("DROP INDEX CONCURRENTLY %s", leftover));
    MemoryContextSwitchTo(engine->context);
    run_top_level(psprintf("CREATE INDEX CONCURRENTLY ON %s (%s) WHERE retention.pending(%s)", table, column, column));
    MemoryContextSwitchTo(engine->context);
}

// A failure concerns this table only; what was begun is dropped and begun again by a later pass.
bool try_to_build(Engine *engine, const char *table, const char *column, const char *leftover) {
    const char *usual_wait = MemoryContextStrdup(engine->context, GetConfigOption("lock_timeout", false, false));
    SetConfigOption("lock_timeout", kLongestWait, PGC_SUSET, PGC_S_OVERRIDE);
    volatile bool built = true;
    PG_TRY();
    { build(engine, table, column, leftover); }
    PG_CATCH();
    {
        MemoryContextSwitchTo(engine->context);
        const ErrorData *error = CopyErrorData();
        set_own_command(false);
        HOLD_INTERRUPTS();
        AbortOutOfAnyTransaction();
        FlushErrorState();
        RESUME_INTERRUPTS();
        MemoryContextSwitchTo(engine->context);
        note_problem(engine, table, error);
        built = false;
    }
    PG_END_TRY();
    SetConfigOption("lock_timeout", usual_wait, PGC_SUSET, PGC_S_OVERRIDE);
    return built;
}

}  // namespace

bool is_indexed(Oid relid) { return find_index(relid, nullptr); }

bool build_missing_indexes(Engine *engine, Oid relid) {
    begin_step(engine);
    MemoryContextSwitchTo(engine->context);
    List *leaves = leaves_of(relid);
    end_step(engine);
    bool built = true;
    ListCell *cell = nullptr;
    foreach (cell, leaves) {
        const Oid leaf = lfirst_oid(cell);
        begin_step(engine);
        MemoryContextSwitchTo(engine->context);
        Oid invalid = InvalidOid;
        const bool missing = get_rel_name(leaf) != nullptr && clock_column(leaf) != InvalidAttrNumber && !find_index(leaf, &invalid);
        const char *table = missing ? qualified_name(leaf) : nullptr;
        const char *column = missing ? pstrdup(clock_name(leaf)) : nullptr;
        const char *leftover = OidIsValid(invalid) ? qualified_name(invalid) : nullptr;
        end_step(engine);
        if (missing && !try_to_build(engine, table, column, leftover)) built = false;
    }
    return built;
}

}  // namespace pg_retention
