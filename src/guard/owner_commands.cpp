// What an owner may not do to a governed table without the right to read its hidden rows: have an expression evaluated over them,
// whose errors and side effects would tell what they hold; or take away what hides and keeps them.
#include "catalog/extension.hpp"
#include "catalog/user_code.hpp"
#include "guard/affected.hpp"
#include "guard/hidden.hpp"
#include "guard/own_triggers.hpp"
#include "guard/removal.hpp"
#include "pg/compat.hpp"
#include "pg/everyday.hpp"
#include "pg/guard.hpp"
#include "pg/internal.hpp"
#include "pg/settings.hpp"

extern "C" {
#include "catalog/namespace.h"
#include "nodes/makefuncs.h"
#include "parser/parse_type.h"
#include "tcop/utility.h"
#include "utils/lsyscache.h"
}

namespace pg_retention {

namespace {

constinit ProcessUtility_hook_type previous_utility = nullptr;

const char *what_shows(const AlterTableCmd *command) {
    switch (command->subtype) {
        case AT_AlterColumnType: return "alter the type of a column of table";
        case AT_AddConstraint: {
            const auto *constraint = reinterpret_cast<const Constraint *>(command->def);
            // A foreign key's check tells no more than that a key is missing; which one is taken from the error.
            return constraint->skip_validation || constraint->contype == CONSTR_FOREIGN ? nullptr : "add a constraint to table";
        }
        case AT_ValidateConstraint: return "validate a constraint of table";
        case AT_SetNotNull: return "add a constraint to table";
        case AT_DropInherit: return "change the inheritance of table";
        default: return sets_expression(command->subtype) ? "alter a generated column of table" : nullptr;
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

// The partition that the command detaches, if it does and there is one.
Oid detached(const AlterTableCmd *command) {
    if (command->subtype != AT_DetachPartition && command->subtype != AT_DetachPartitionFinalize) return InvalidOid;
    return RangeVarGetRelid(reinterpret_cast<const PartitionCmd *>(command->def)->name, AccessShareLock, true);
}

void check_alter(const AlterTableStmt *alter, Oid relid) {
    ListCell *cell = nullptr;
    foreach (cell, alter->cmds) {
        const auto *command = lfirst_node(AlterTableCmd, cell);
        const char *what = adds_evaluated_column(command) ? "add an evaluated column to table" : what_shows(command);
        if (what != nullptr) refuse_over_hidden_rows(relid, what);
        const Oid partition = detached(command);
        if (OidIsValid(partition)) refuse_over_hidden_rows(partition, "detach table");
    }
}

// No restore takes a clock away from the rows it hides.
void check_clock(const AlterTableStmt *alter, Oid relid) {
    ListCell *cell = nullptr;
    foreach (cell, alter->cmds) {
        const auto *command = lfirst_node(AlterTableCmd, cell);
        if (command->subtype != AT_DropColumn && command->subtype != AT_AlterColumnType) continue;
        const AttrNumber clock = clock_column(relid);
        if (clock != InvalidAttrNumber && get_attnum(relid, command->name) == clock)
            refuse_without_reveal(relid, command->subtype == AT_DropColumn ? "drop the clock of table" : "alter the clock of table");
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

// A detached partition has no trigger left that keeps its rows.
void check_detach(const Node *statement) {
    if (!IsA(statement, AlterTableStmt) || in_own_command() || extension() == nullptr) return;
    ListCell *cell = nullptr;
    foreach (cell, reinterpret_cast<const AlterTableStmt *>(statement)->cmds) {
        const Oid partition = detached(lfirst_node(AlterTableCmd, cell));
        if (OidIsValid(partition)) refuse_over_kept_rows(partition, "detach");
    }
}

// What a domain says of its values is asked of every row that has one.
void check_domain(const AlterDomainStmt *alter) {
    const bool adds = alter->subtype == 'C' && !reinterpret_cast<const Constraint *>(alter->def)->skip_validation;
    if (!adds && alter->subtype != 'O' && alter->subtype != 'V') return;
    const Oid domain = typenameTypeId(nullptr, makeTypeNameFromNameList(alter->typeName));
    ListCell *cell = nullptr;
    foreach (cell, tables_of_domain(domain)) refuse_over_hidden_rows(lfirst_oid(cell), "change a domain of table");
}

Oid target_of(const Node *statement) {
    if (IsA(statement, AlterTableStmt)) return governed_table(reinterpret_cast<const AlterTableStmt *>(statement)->relation);
    if (IsA(statement, IndexStmt)) return governed_table(reinterpret_cast<const IndexStmt *>(statement)->relation);
    return InvalidOid;
}

// Checks the command, and says whether what users wrote is forbidden while it runs.
bool check(const Node *statement) {
    if (settings::reveal || in_own_command() || extension() == nullptr) return false;
    check_trigger_command(statement);
    if (IsA(statement, AlterDomainStmt)) check_domain(reinterpret_cast<const AlterDomainStmt *>(statement));
    const Oid target = target_of(statement);
    bool forbidden = false;
    ListCell *cell = nullptr;
    foreach (cell, affected_tables(statement)) {
        const Oid relid = lfirst_oid(cell);
        const bool altered = relid == target && IsA(statement, AlterTableStmt);
        if (altered) check_clock(reinterpret_cast<const AlterTableStmt *>(statement), relid);
        if (is_spared(relid)) continue;
        if (altered) check_alter(reinterpret_cast<const AlterTableStmt *>(statement), relid);
        if (relid == target && IsA(statement, IndexStmt)) check_index(reinterpret_cast<const IndexStmt *>(statement), relid);
        forbidden = forbidden || holds_hidden_rows(relid);
    }
    return forbidden;
}

// Its own frame: nothing of the caller's lives across the setjmp.
[[gnu::noinline]] void run_without_user_code(RETENTION_COMMAND_PARAMETERS) {
    forbid_user_code(true);
    PG_TRY();
    { previous_utility(RETENTION_COMMAND_ARGUMENTS); }
    PG_FINALLY();
    { forbid_user_code(false); }
    PG_END_TRY();
}

[[gnu::noinline]] void watch(RETENTION_COMMAND_PARAMETERS) {
    guarded([planned] { check_detach(planned->utilityStmt); });
    if (guarded([planned] { return check(planned->utilityStmt); }))
        run_without_user_code(RETENTION_COMMAND_ARGUMENTS);
    else
        previous_utility(RETENTION_COMMAND_ARGUMENTS);
}

void utility(RETENTION_COMMAND_PARAMETERS) {
    if (is_everyday(planned)) return previous_utility(RETENTION_COMMAND_ARGUMENTS);
    watch(RETENTION_COMMAND_ARGUMENTS);
}

}  // namespace

void init_owner_commands() {
    previous_utility = ProcessUtility_hook != nullptr ? ProcessUtility_hook : standard_ProcessUtility;
    ProcessUtility_hook = utility;
}

}  // namespace pg_retention
