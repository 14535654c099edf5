// What an owner may not do to a governed table without the right to read its hidden rows: have an expression evaluated over them,
// whose errors and side effects would tell what they hold; or take away what hides and keeps them.
#include "catalog/extension.hpp"
#include "catalog/relation_plan.hpp"
#include "catalog/user_code.hpp"
#include "guard/hidden.hpp"
#include "guard/removal.hpp"
#include "pg/compat.hpp"
#include "pg/guard.hpp"
#include "pg/internal.hpp"
#include "pg/settings.hpp"

extern "C" {
#include "catalog/namespace.h"
#include "catalog/pg_trigger.h"
#include "commands/trigger.h"
#include "tcop/utility.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
}

namespace pg_retention {

namespace {

constinit ProcessUtility_hook_type previous_utility = nullptr;

const char *what_shows(const AlterTableCmd *command) {
    switch (command->subtype) {
        case AT_AlterColumnType: return "alter the type of a column of table";
        case AT_AddConstraint: {
            const auto *constraint = reinterpret_cast<const Constraint *>(command->def);
            // A foreign key's check tells no more than that a key is there.
            return constraint->skip_validation || constraint->contype == CONSTR_FOREIGN ? nullptr : "add a constraint to table";
        }
        case AT_ValidateConstraint: return "validate a constraint of table";
        case AT_SetNotNull: return "add a constraint to table";
        case AT_DetachPartition:
        case AT_DetachPartitionFinalize: return "detach a partition of table";
        case AT_DropInherit: return "change the inheritance of table";
        default: return nullptr;
    }
}

// A generated column, or one with a constraint, is evaluated over every row.
bool adds_evaluated_column(const AlterTableCmd *command) {
    if (command->subtype != AT_AddColumn || command->def == nullptr || !IsA(command->def, ColumnDef)) return false;
    ListCell *cell = nullptr;
    foreach (cell, reinterpret_cast<const ColumnDef *>(command->def)->constraints) {
        const ConstrType type = lfirst_node(Constraint, cell)->contype;
        if (type == CONSTR_GENERATED || type == CONSTR_CHECK || type == CONSTR_UNIQUE || type == CONSTR_PRIMARY) return true;
    }
    return false;
}

bool is_own_trigger(Oid relid, const char *name) {
    const Oid trigger = get_trigger_oid(relid, name, true);
    return OidIsValid(trigger) && name[0] == '~' && strncmp(name, "~retention_", 11) == 0;
}

void check_triggers(Oid relid, const AlterTableCmd *command) {
    const AlterTableType type = command->subtype;
    const bool all = type == AT_DisableTrigAll || type == AT_DisableTrigUser;
    const bool one = type == AT_DisableTrig || type == AT_EnableReplicaTrig || type == AT_EnableTrig;
    if (!all && !(one && is_own_trigger(relid, command->name))) return;
    ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
                    errmsg("cannot disable the retention triggers of table \"%s\"", get_rel_name(relid)),
                    errhint("Name the trigger to be disabled, or change the policy of the table.")));
}

void check_alter(const AlterTableStmt *alter, Oid relid) {
    ListCell *cell = nullptr;
    foreach (cell, alter->cmds) {
        const auto *command = lfirst_node(AlterTableCmd, cell);
        check_triggers(relid, command);
        const bool drops_clock = command->subtype == AT_DropColumn && get_attnum(relid, command->name) == clock_column(relid);
        const char *what = drops_clock                     ? "drop the clock of table"
                           : adds_evaluated_column(command) ? "add an evaluated column to table"
                                                            : what_shows(command);
        if (what != nullptr) refuse_over_hidden_rows(relid, what);
    }
}

bool has_expression(const IndexStmt *index) {
    ListCell *cell = nullptr;
    foreach (cell, index->indexParams)
        if (lfirst_node(IndexElem, cell)->expr != nullptr) return true;
    return index->whereClause != nullptr;
}

void check_index(const IndexStmt *index, Oid relid) {
    if (index->unique || index->excludeOpNames != NIL)
        refuse_over_hidden_rows(relid, "create a unique index on table");
    else if (has_expression(index))
        refuse_over_hidden_rows(relid, "create an index over an expression on table");
}

Oid governed(const RangeVar *relation) {
    const Oid relid = relation == nullptr ? InvalidOid : RangeVarGetRelid(relation, NoLock, true);
    return OidIsValid(relid) && clock_column(relid) != InvalidAttrNumber ? relid : InvalidOid;
}

void check_drop(const DropStmt *drop) {
    ListCell *cell = nullptr;
    if (drop->removeType != OBJECT_TRIGGER) return;
    foreach (cell, drop->objects) {
        List *name = castNode(List, static_cast<Node *>(lfirst(cell)));
        List *table = list_truncate(list_copy(name), list_length(name) - 1);
        const Oid relid = governed(makeRangeVarFromNameList(table));
        if (!OidIsValid(relid) || !is_own_trigger(relid, strVal(llast(name)))) continue;
        ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
                        errmsg("cannot drop the retention triggers of table \"%s\"", get_rel_name(relid)),
                        errhint("Drop the policy of the table; its triggers go with it.")));
    }
}

void check_rename(const RenameStmt *rename) {
    const Oid relid = rename->renameType == OBJECT_TRIGGER ? governed(rename->relation) : InvalidOid;
    if (!OidIsValid(relid) || !is_own_trigger(relid, rename->subname)) return;
    ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
                    errmsg("cannot rename the retention triggers of table \"%s\"", get_rel_name(relid)),
                    errhint("They are found by their names, and fire in the order of names.")));
}

// The tables over whose rows the command may run what users wrote.
List *tables_of(const Node *statement) {
    List *tables = NIL;
    ListCell *cell = nullptr;
    switch (nodeTag(statement)) {
        case T_AlterTableStmt: return list_make1(reinterpret_cast<const AlterTableStmt *>(statement)->relation);
        case T_IndexStmt: return list_make1(reinterpret_cast<const IndexStmt *>(statement)->relation);
        case T_ReindexStmt: return list_make1(reinterpret_cast<const ReindexStmt *>(statement)->relation);
        case T_VacuumStmt:
            foreach (cell, reinterpret_cast<const VacuumStmt *>(statement)->rels)
                tables = lappend(tables, lfirst_node(VacuumRelation, cell)->relation);
            return tables;
        case T_CreateStatsStmt:
            foreach (cell, reinterpret_cast<const CreateStatsStmt *>(statement)->relations)
                if (IsA(lfirst(cell), RangeVar)) tables = lappend(tables, lfirst(cell));
            return tables;
        default: return NIL;
    }
}

// A detached partition has no trigger left that keeps its rows.
void check_detach(const Node *statement) {
    if (!IsA(statement, AlterTableStmt) || in_own_command() || extension() == nullptr) return;
    ListCell *cell = nullptr;
    foreach (cell, reinterpret_cast<const AlterTableStmt *>(statement)->cmds) {
        const auto *command = lfirst_node(AlterTableCmd, cell);
        if (command->subtype != AT_DetachPartition && command->subtype != AT_DetachPartitionFinalize) continue;
        const Oid partition = RangeVarGetRelid(reinterpret_cast<const PartitionCmd *>(command->def)->name, AccessShareLock, true);
        if (OidIsValid(partition)) refuse_over_kept_rows(partition, "detach");
    }
}

// Checks the command, and says whether what users wrote is forbidden while it runs.
bool check(const Node *statement) {
    if (settings::reveal || in_own_command() || extension() == nullptr) return false;
    if (IsA(statement, DropStmt)) check_drop(reinterpret_cast<const DropStmt *>(statement));
    if (IsA(statement, RenameStmt)) check_rename(reinterpret_cast<const RenameStmt *>(statement));
    bool forbidden = false;
    ListCell *cell = nullptr;
    foreach (cell, tables_of(statement)) {
        const Oid relid = governed(static_cast<const RangeVar *>(lfirst(cell)));
        // A restore completes tables whose policies are not there or not checked yet.
        if (!OidIsValid(relid) || (superuser() && !is_managed(relid))) continue;
        if (IsA(statement, AlterTableStmt)) check_alter(reinterpret_cast<const AlterTableStmt *>(statement), relid);
        if (IsA(statement, IndexStmt)) check_index(reinterpret_cast<const IndexStmt *>(statement), relid);
        forbidden = forbidden || holds_hidden_rows(relid);
    }
    return forbidden;
}

// Its own frame: nothing of the caller's lives across the setjmp.
[[gnu::noinline]] void run_without_user_code(PlannedStmt *planned, const char *text, bool read_only, ProcessUtilityContext context,
                                             ParamListInfo params, QueryEnvironment *env, DestReceiver *dest,
                                             QueryCompletion *done) {
    forbid_user_code(true);
    PG_TRY();
    { previous_utility(planned, text, read_only, context, params, env, dest, done); }
    PG_FINALLY();
    { forbid_user_code(false); }
    PG_END_TRY();
}

void utility(PlannedStmt *planned, const char *text, bool read_only, ProcessUtilityContext context, ParamListInfo params,
             QueryEnvironment *env, DestReceiver *dest, QueryCompletion *done) {
    guarded([planned] { check_detach(planned->utilityStmt); });
    if (guarded([planned] { return check(planned->utilityStmt); }))
        run_without_user_code(planned, text, read_only, context, params, env, dest, done);
    else
        previous_utility(planned, text, read_only, context, params, env, dest, done);
}

}  // namespace

void init_owner_commands() {
    previous_utility = ProcessUtility_hook != nullptr ? ProcessUtility_hook : standard_ProcessUtility;
    ProcessUtility_hook = utility;
}

}  // namespace pg_retention
