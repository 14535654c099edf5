// Statements during which the rules of reading differ: EXPLAIN ANALYZE, REFRESH, and the detaching of a partition.
#include "catalog/extension.hpp"
#include "pg/compat.hpp"
#include "pg/everyday.hpp"
#include "pg/guard.hpp"
#include "visibility/binding.hpp"
#include "visibility/referential.hpp"
#include "visibility/visibility.hpp"

extern "C" {
#include "commands/defrem.h"
#include "tcop/utility.h"
}

namespace pg_retention {

namespace {

constinit ProcessUtility_hook_type previous_utility = nullptr;

bool analyzes(const ExplainStmt *explain) {
    ListCell *cell = nullptr;
    bool analyze = false;
    foreach (cell, explain->options) {
        auto *option = lfirst_node(DefElem, cell);
        if (strcmp(option->defname, "analyze") == 0) analyze = defGetBoolean(option);
    }
    return analyze;
}

bool detaches(const AlterTableStmt *alter) {
    ListCell *cell = nullptr;
    foreach (cell, alter->cmds)
        if (lfirst_node(AlterTableCmd, cell)->subtype == AT_DetachPartition ||
            lfirst_node(AlterTableCmd, cell)->subtype == AT_DetachPartitionFinalize)
            return true;
    return false;
}

using Switch = void (*)(bool);

// What to switch on for as long as the statement runs; null: nothing.
Switch switch_for(const PlannedStmt *planned) {
    if (extension() == nullptr) return nullptr;
    if (IsA(planned->utilityStmt, ExplainStmt) && analyzes(reinterpret_cast<const ExplainStmt *>(planned->utilityStmt)))
        return set_explaining;
    if (IsA(planned->utilityStmt, RefreshMatViewStmt)) return set_refreshing;
    if (IsA(planned->utilityStmt, AlterTableStmt) && detaches(reinterpret_cast<const AlterTableStmt *>(planned->utilityStmt)))
        return allow_detach_check;
    return nullptr;
}

// Its own frame: nothing of the caller's lives across the setjmp.
[[gnu::noinline]] void run_switched(Switch turn, RETENTION_COMMAND_PARAMETERS) {
    turn(true);
    PG_TRY();
    { previous_utility(RETENTION_COMMAND_ARGUMENTS); }
    PG_FINALLY();
    { turn(false); }
    PG_END_TRY();
}

[[gnu::noinline]] void watch(RETENTION_COMMAND_PARAMETERS) {
    const Switch turn = guarded([planned] { return switch_for(planned); });
    if (turn == nullptr)
        previous_utility(RETENTION_COMMAND_ARGUMENTS);
    else
        run_switched(turn, RETENTION_COMMAND_ARGUMENTS);
}

void utility(RETENTION_COMMAND_PARAMETERS) {
    if (is_everyday(planned)) return previous_utility(RETENTION_COMMAND_ARGUMENTS);
    watch(RETENTION_COMMAND_ARGUMENTS);
}

}  // namespace

void init_statements() {
    previous_utility = ProcessUtility_hook != nullptr ? ProcessUtility_hook : standard_ProcessUtility;
    ProcessUtility_hook = utility;
}

}  // namespace pg_retention
