#include "guard/last_key.hpp"

#include "guard/affected.hpp"
#include "guard/hidden.hpp"
#include "guard/proofs.hpp"
#include "pg/compat.hpp"
#include "pg/security.hpp"
#include "policy/attached.hpp"
#include "policy/provision.hpp"
#include "schema/extension.hpp"
#include "schema/indexes.hpp"

extern "C" {
#include "access/table.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_constraint.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
}

namespace pg_retention {

namespace {

// Each row has a value of it, and none has another's.
bool tells_apart(Relation rel, Relation index) {
    const FormData_pg_index *form = index->rd_index;
    if (!form->indisunique || !form->indisvalid || RelationGetIndexPredicate(index) != NIL) return false;
    for (int key = 0; key < form->indnkeyatts; ++key) {
        const AttrNumber column = form->indkey.values[key];
        if (column <= 0 || !TupleDescAttr(RelationGetDescr(rel), column - 1)->attnotnull) return false;
    }
    return true;
}

struct Keys {
    bool drops;   // one of those that go
    bool leaves;  // another one
};

Keys keys_of(Oid relid, const List *gone) {
    Keys keys = {false, false};
    Relation rel = table_open(relid, AccessShareLock);
    for_each_index(rel, [&](Relation index) {
        if (!tells_apart(rel, index)) return;
        const bool goes = list_member_oid(gone, RelationGetRelid(index));
        keys.drops = keys.drops || goes;
        keys.leaves = keys.leaves || !goes;
    });
    table_close(rel, NoLock);
    return keys;
}

bool is_last(Oid relid, const List *gone) {
    const Keys keys = keys_of(relid, gone);
    return keys.drops && !keys.leaves;
}

bool makes_key(Oid relid, const Constraint *constraint, bool not_null) {
    if (constraint->contype == CONSTR_PRIMARY) return true;
    if (constraint->contype != CONSTR_UNIQUE || (constraint->keys == NIL && !not_null)) return false;
    ListCell *cell = nullptr;
    foreach (cell, constraint->keys)
        if (!proves_not_null(relid, strVal(lfirst(cell)))) return false;
    return true;
}

bool makes_key_of_column(Oid relid, const ColumnDef *def) {
    bool not_null = def->is_not_null, makes = false;
    ListCell *cell = nullptr;
    foreach (cell, def->constraints) not_null = not_null || lfirst_node(Constraint, cell)->contype == CONSTR_NOTNULL;
    foreach (cell, def->constraints) makes = makes || makes_key(relid, lfirst_node(Constraint, cell), not_null);
    return makes;
}

bool makes_key(Oid relid, const AlterTableStmt *alter) {
    ListCell *cell = nullptr;
    foreach (cell, alter->cmds) {
        const auto *command = lfirst_node(AlterTableCmd, cell);
        if (command->subtype == AT_AddColumn && makes_key_of_column(relid, castNode(ColumnDef, command->def))) return true;
        if (command->subtype == AT_AddConstraint && makes_key(relid, castNode(Constraint, command->def), false)) return true;
    }
    return false;
}

Oid index_of(Oid relid, const char *constraint) {
    const Oid oid = get_relation_constraint_oid(relid, constraint, true);
    return OidIsValid(oid) ? get_constraint_index(oid) : InvalidOid;
}

bool names_clock(const CopyStmt *copy, Oid relid) {
    ListCell *cell = nullptr;
    foreach (cell, copy->attlist)
        if (get_attnum(relid, strVal(lfirst(cell))) == clock_column(relid)) return true;
    return false;
}

// Before a restore is done with it a partitioned table is filled partition by partition, through itself perhaps.
bool is_filled_once(Oid relid) { return get_rel_relkind(relid) == RELKIND_RELATION ? is_managed(relid) : is_checked(relid); }

}  // namespace

bool drops_last_key(Oid relid, const AlterTableStmt *alter) {
    List *gone = NIL;
    ListCell *cell = nullptr;
    foreach (cell, alter->cmds) {
        const auto *command = lfirst_node(AlterTableCmd, cell);
        if (command->subtype == AT_DropConstraint) gone = lappend_oid(gone, index_of(relid, command->name));
    }
    return is_last(relid, gone) && !makes_key(relid, alter);
}

void check_dropped_indexes(const DropStmt *drop) {
    List *gone = NIL, *tables = NIL;
    ListCell *cell = nullptr;
    if (drop->removeType != OBJECT_INDEX) return;
    foreach (cell, drop->objects) {
        const RangeVar *name = makeRangeVarFromNameList(castNode(List, static_cast<Node *>(lfirst(cell))));
        const Oid relid = governed_table(name);
        if (!OidIsValid(relid) || !owns_table(relid, GetUserId())) continue;
        gone = lappend_oid(gone, RangeVarGetRelid(name, NoLock, true));
        tables = list_append_unique_oid(tables, relid);
    }
    foreach (cell, tables)
        if (is_last(lfirst_oid(cell), gone)) require_confirmation(lfirst_oid(cell), "drop the last key of table");
}

void check_carried_rows(const CopyStmt *copy) {
    const Oid relid = copy->is_from && copy->relation != nullptr ? governed_table(copy->relation) : InvalidOid;
    // Whoever does not own it is not told whether it has rows.
    if (!OidIsValid(relid) || !owns_table(relid, GetUserId()) || !names_clock(copy, relid) || !is_filled_once(relid)) return;
    if (is_empty(relid) || keys_of(relid, NIL).leaves) return;
    ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                    errmsg("cannot copy rows with their clocks into table \"%s\": it has rows, and no key that tells which of "
                           "them come again",
                           get_rel_name(relid)),
                    errhint("Empty the table, or give it a key. New rows are copied without column %s.", clock_name(relid))));
}

}  // namespace pg_retention
