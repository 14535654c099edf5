#pragma once
// The commands that applications send all the time. They change no object and read no table by themselves, so whoever watches
// commands lets them pass at once.
#include "pg/postgres.hpp"

extern "C" {
#include "nodes/plannodes.h"
#include "tcop/utility.h"
}

// What ProcessUtility hooks are given.
#define RETENTION_COMMAND_PARAMETERS                                                                                         \
    PlannedStmt *planned, const char *text, bool read_only, ProcessUtilityContext context, ParamListInfo params,             \
        QueryEnvironment *env, DestReceiver *dest, QueryCompletion *done
#define RETENTION_COMMAND_ARGUMENTS planned, text, read_only, context, params, env, dest, done

namespace pg_retention {

inline bool is_everyday(const PlannedStmt *planned) {
    switch (nodeTag(planned->utilityStmt)) {
        case T_TransactionStmt:
        case T_PrepareStmt:
        case T_ExecuteStmt:
        case T_DeallocateStmt:
        case T_DeclareCursorStmt:
        case T_FetchStmt:
        case T_ClosePortalStmt:
        case T_VariableSetStmt:
        case T_VariableShowStmt:
            return true;
        default:
            return false;
    }
}

}  // namespace pg_retention
