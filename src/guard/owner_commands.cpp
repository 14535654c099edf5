#include "guard/owner_commands.hpp"

#include "policy/provision.hpp"
#include "schema/extension.hpp"
#include "guard/affected.hpp"
#include "guard/analyze.hpp"
#include "guard/blind.hpp"
#include "guard/commands.hpp"
#include "guard/detach.hpp"
#include "guard/hidden.hpp"
#include "guard/own_triggers.hpp"
#include "guard/partitions.hpp"
#include "guard/removal.hpp"
#include "guard/user_functions.hpp"
#include "pg/compat.hpp"
#include "pg/internal.hpp"
#include "pg/names.hpp"
#include "pg/settings.hpp"

extern "C" {
#include "catalog/namespace.h"
#include "catalog/partition.h"
#include "catalog/pg_class.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "parser/parse_type.h"
#include "utils/lsyscache.h"
}

namespace pg_retention {

namespace {

// Whoever does not own what the command is about is told so by the server. It must be the first to answer, or its refusal would
// come with what another one tells.
bool owns(Oid relid) { return OidIsValid(relid) && owns_table(relid, GetUserId()); }

const char *what_shows(Oid relid, const AlterTableCmd *command) {
    switch (command->subtype) {
        case AT_AlterColumnType: return "alter the type of a column of table";
        case AT_AddConstraint: {
            const auto *constraint = reinterpret_cast<const Constraint *>(command->def);
            // A foreign key's check tells no more than that a key is missing; which one is taken from the error.
            return constraint->skip_validation || constraint->contype == CONSTR_FOREIGN ? nullptr : "add a constraint to table";
        }
        case AT_AlterConstraint: return alters_checked_constraint(relid, command) ? "alter a constraint of table" : nullptr;
        case AT_ValidateConstraint: return "validate a constraint of table";
        case AT_SetNotNull: return "add a constraint to table";
        case AT_DropInherit: return "change the inheritance of table";
        default: return static_cast<int>(command->subtype) == AT_SetExpression ? "alter a generated column of table" : nullptr;
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

// The partition that the command names, if it is of that kind and there is one.
Oid named_partition(const AlterTableCmd *command, bool attached) {
    const bool attaches = command->subtype == AT_AttachPartition;
    const bool detaches = command->subtype == AT_DetachPartition || command->subtype == AT_DetachPartitionFinalize;
    if (attached ? !attaches : !detaches) return InvalidOid;
    return RangeVarGetRelid(reinterpret_cast<const PartitionCmd *>(command->def)->name, AccessShareLock, true);
}

void check_alter(const AlterTableStmt *alter, Oid relid) {
    ListCell *cell = nullptr;
    foreach (cell, alter->cmds) {
        const auto *command = lfirst_node(AlterTableCmd, cell);
        const char *what = adds_evaluated_column(command) ? "add an evaluated column to table" : what_shows(relid, command);
        if (what != nullptr) refuse_over_hidden_rows(relid, what);
        const Oid partition = named_partition(command, false);
        if (OidIsValid(partition)) refuse_over_hidden_rows(partition, "detach table");
    }
}

// Rows of the default partition must not belong to a new one.
void check_default_of(Oid parent, const char *what) {
    const Oid partition = get_rel_relkind(parent) == RELKIND_PARTITIONED_TABLE ? get_default_partition_oid(parent) : InvalidOid;
    if (OidIsValid(partition) && evaluates_partitions(parent, false)) refuse_over_hidden_rows(partition, what);
}

// What an expression makes of a partition's rows, and whether it fits, is told by an error.
void check_attach(const AlterTableStmt *alter) {
    const Oid parent = RangeVarGetRelid(alter->relation, NoLock, true);
    ListCell *cell = nullptr;
    if (get_rel_relkind(parent) != RELKIND_PARTITIONED_TABLE || !owns(parent)) return;
    foreach (cell, alter->cmds) {
        const Oid partition = named_partition(lfirst_node(AlterTableCmd, cell), true);
        if (!owns(partition)) continue;
        if (evaluates_partitions(parent, true)) refuse_over_hidden_rows(partition, "attach table");
        check_default_of(parent, "attach a table beside table");
    }
}

void check_new_partition(const CreateStmt *create) {
    const Oid parent = create->partbound == nullptr ? InvalidOid : governed_table(linitial_node(RangeVar, create->inhRelations));
    if (owns(parent)) check_default_of(parent, "create a partition beside table");
}

// No restore takes a clock away from the rows it hides.
void check_clock(const AlterTableStmt *alter, Oid relid) {
    ListCell *cell = nullptr;
    foreach (cell, alter->cmds) {
        const auto *command = lfirst_node(AlterTableCmd, cell);
        if (command->subtype != AT_DropColumn && command->subtype != AT_AlterColumnType) continue;
        const AttrNumber clock = clock_column(relid);
        if (clock != InvalidAttrNumber && get_attnum(relid, command->name) == clock)
            refuse_without_reveal(relid,
                                  command->subtype == AT_DropColumn ? "drop the clock of table" : "alter the clock of table");
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
    if (is_spared(relid) || !holds_hidden_rows(relid)) return;
    ListCell *cell = nullptr;
    foreach (cell, index->indexParams) {
        const auto *element = lfirst_node(IndexElem, cell);
        const AttrNumber column = element->name == nullptr ? InvalidAttrNumber : get_attnum(relid, element->name);
        if (column > 0) refuse_user_function(user_function_of_type(get_atttype(relid, column)));
    }
}

// Whoever chooses the expression learns from each ANALYZE whether it fails.
void check_statistics(const CreateStatsStmt *statistics) {
    bool has = false;
    ListCell *cell = nullptr;
    foreach (cell, statistics->exprs) has = has || lfirst_node(StatsElem, cell)->expr != nullptr;
    if (!has) return;
    foreach (cell, affected_tables(reinterpret_cast<const Node *>(statistics)))
        if (owns(lfirst_oid(cell))) refuse_over_hidden_rows(lfirst_oid(cell), "create statistics over an expression on table");
}

// A detached partition has no trigger left that keeps its rows.
void check_detach(const Node *statement) {
    if (!IsA(statement, AlterTableStmt)) return;
    const auto *alter = reinterpret_cast<const AlterTableStmt *>(statement);
    ListCell *cell = nullptr;
    foreach (cell, alter->cmds) {
        const auto *command = lfirst_node(AlterTableCmd, cell);
        const Oid partition = named_partition(command, false);
        if (!OidIsValid(partition) || !owns(RangeVarGetRelid(alter->relation, NoLock, true))) continue;
        refuse_over_kept_rows(partition, "detach");
        if (command->subtype == AT_DetachPartition)
            refuse_referenced(alter->relation, reinterpret_cast<const PartitionCmd *>(command->def));
    }
}

// The column that ATTACH PARTITION, or INHERIT, needs, and whoever is about to does not know of.
void require_clock(Oid parent, Oid child) {
    if (!OidIsValid(parent) || clock_column(parent) == InvalidAttrNumber || !owns(parent) || !owns(child)) return;
    if (has_foreign_clock(child) && !has_foreign_clock(parent) && !is_empty(child))
        ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH),
                        errmsg("the clocks of table \"%s\" have the numbers of another database", get_rel_name(child)),
                        errhint("Write a policy for it, and attach it when retention.status says that it is ready.")));
    if (get_attnum(child, get_attname(parent, clock_column(parent), false)) != InvalidAttrNumber) return;
    ereport(ERROR,
            (errcode(ERRCODE_DATATYPE_MISMATCH),
             errmsg("table \"%s\" has no clock column, and table \"%s\" has policies", get_rel_name(child), get_rel_name(parent)),
             errhint("ALTER TABLE %s ADD COLUMN %s retention.clock(%d) NOT NULL DEFAULT 'none'; no row is written by that.",
                     qualified_name(child), clock_name(parent), extension()->number)));
}

void check_clock_of_child(const Node *statement) {
    if (!IsA(statement, AlterTableStmt)) return;
    const auto *alter = reinterpret_cast<const AlterTableStmt *>(statement);
    ListCell *cell = nullptr;
    foreach (cell, alter->cmds) {
        const auto *command = lfirst_node(AlterTableCmd, cell);
        const Oid table = RangeVarGetRelid(alter->relation, NoLock, true);
        const Oid partition = named_partition(command, true);
        if (OidIsValid(partition)) require_clock(table, partition);
        if (command->subtype == AT_AddInherit)
            require_clock(RangeVarGetRelid(reinterpret_cast<const RangeVar *>(command->def), NoLock, true), table);
    }
}

// What a domain says of its values is asked of every row that has one.
void check_domain(const AlterDomainStmt *alter) {
    const bool adds = alter->subtype == 'C' && !reinterpret_cast<const Constraint *>(alter->def)->skip_validation;
    if (!adds && alter->subtype != 'O' && alter->subtype != 'V') return;
    const Oid domain = LookupTypeNameOid(nullptr, makeTypeNameFromNameList(alter->typeName), true);
    if (!OidIsValid(domain) || !owns_type(domain, GetUserId())) return;
    ListCell *cell = nullptr;
    foreach (cell, tables_of_domain(domain)) refuse_over_hidden_rows(lfirst_oid(cell), "change a domain of table");
}

// Forms that write or read indexes anew; the others evaluate nothing at all.
bool evaluates(const Node *statement) {
    if (!IsA(statement, AlterTableStmt)) return true;
    ListCell *cell = nullptr;
    foreach (cell, reinterpret_cast<const AlterTableStmt *>(statement)->cmds) {
        const Verdict verdict = verdict_of(lfirst_node(AlterTableCmd, cell)->subtype);
        if (verdict != Verdict::kPasses && verdict != Verdict::kGuarded) return true;
    }
    return false;
}

void check_named(const Node *statement, Oid relid) {
    if (IsA(statement, AlterTableStmt)) check_clock(reinterpret_cast<const AlterTableStmt *>(statement), relid);
    if (is_spared(relid)) return;
    if (IsA(statement, AlterTableStmt)) check_alter(reinterpret_cast<const AlterTableStmt *>(statement), relid);
    if (IsA(statement, IndexStmt)) check_index(reinterpret_cast<const IndexStmt *>(statement), relid);
}

// Refuses what its owner may not do; what others may not do, the server refuses.
void refuse_owner(const Node *statement) {
    switch (nodeTag(statement)) {
        case T_AlterDomainStmt: return check_domain(reinterpret_cast<const AlterDomainStmt *>(statement));
        case T_CreateStmt: return check_new_partition(reinterpret_cast<const CreateStmt *>(statement));
        case T_CreateStatsStmt: return check_statistics(reinterpret_cast<const CreateStatsStmt *>(statement));
        case T_CreateForeignTableStmt:
            return check_new_partition(&reinterpret_cast<const CreateForeignTableStmt *>(statement)->base);
        case T_AlterTableStmt: {
            check_attach(reinterpret_cast<const AlterTableStmt *>(statement));
            const Oid relid = governed_table(reinterpret_cast<const AlterTableStmt *>(statement)->relation);
            return owns(relid) ? check_named(statement, relid) : void();
        }
        case T_IndexStmt: {
            const Oid relid = governed_table(reinterpret_cast<const IndexStmt *>(statement)->relation);
            return owns(relid) ? check_named(statement, relid) : void();
        }
        default: return;
    }
}

bool builds_indexes(const Node *statement) {
    return !IsA(statement, IndexStmt) && !IsA(statement, CreateStmt) && !IsA(statement, CreateForeignTableStmt) &&
           !IsA(statement, CreateStatsStmt);
}

// REINDEX or CLUSTER of many tables at once.
bool names_no_table(const Node *statement) {
    const RangeVar *clustered = nullptr;
    if (is_cluster(statement, &clustered)) return clustered == nullptr;
    return IsA(statement, ReindexStmt) && reinterpret_cast<const ReindexStmt *>(statement)->relation == nullptr;
}

struct Reach {
    bool hidden;     // the command runs over hidden rows
    bool evaluated;  // and over an index there that evaluates more than its columns
};

// Checks the command, and says what it reaches.
Reach reach_of(const Node *statement) {
    refuse_owner(statement);
    Reach reach = {false, false};
    ListCell *cell = nullptr;
    if (!evaluates(statement)) return reach;
    foreach (cell, affected_tables(statement)) {
        const Oid relid = lfirst_oid(cell);
        if (is_spared(relid) || !holds_hidden_rows(relid)) continue;
        reach.hidden = true;
        reach.evaluated = reach.evaluated || index_below_evaluates(relid);
        if (builds_indexes(statement) && may_maintain(relid)) refuse_user_function(user_function_below(relid, false));
    }
    return reach;
}

}  // namespace

void watch_owner_command(const Command &command) {
    if (own_command || extension() == nullptr) return proceed(command);
    check_detach(command.statement());
    check_clock_of_child(command.statement());
    check_trigger_command(command.statement());
    if (settings::reveal) return proceed(command);
    const Verdict verdict = verdict_of(command.statement());
    if (verdict != Verdict::kEvaluates && verdict != Verdict::kRefused) return proceed(command);
    if (IsA(command.statement(), VacuumStmt)) return watch_vacuum(command);
    const Reach reach = reach_of(command.statement());
    if (!reach.hidden) return proceed(command);
    // In a whole schema or database other tables' functions run, where no index evaluates something over hidden rows.
    run_blindly([&] { proceed(command); }, reach.evaluated || !names_no_table(command.statement()));
}

}  // namespace pg_retention
