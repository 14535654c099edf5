#include "sweep/top_level.hpp"

#include "pg/attempt.hpp"
#include "pg/internal.hpp"

extern "C" {
#include "access/xact.h"
#include "miscadmin.h"
#include "parser/parser.h"
#include "tcop/dest.h"
#include "tcop/utility.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
}

namespace pg_retention {

// It runs outside any transaction block, so that it may commit on its way.
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
    during(own_command, true,
           [&] { ProcessUtility(planned, sql, false, PROCESS_UTILITY_TOPLEVEL, nullptr, nullptr, None_Receiver, nullptr); });
    if (ActiveSnapshotSet()) PopActiveSnapshot();
    CommitTransactionCommand();
}

ErrorData *attempt_top_level(Engine *engine, void (*body)(void *argument), void *argument) {
    ErrorData *volatile error = nullptr;
    MemoryContextSwitchTo(engine->context);
    PG_TRY();
    { body(argument); }
    PG_CATCH();
    {
        MemoryContextSwitchTo(engine->context);
        error = CopyErrorData();
        HOLD_INTERRUPTS();
        AbortOutOfAnyTransaction();
        FlushErrorState();
        RESUME_INTERRUPTS();
    }
    PG_END_TRY();
    MemoryContextSwitchTo(engine->context);
    if (error != nullptr) raise_if_it_ends_statement(error);
    return error;
}

}  // namespace pg_retention
