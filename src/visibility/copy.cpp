// COPY reads tables without a plan: on a governed table it becomes a COPY of a query.
#include "schema/extension.hpp"
#include "schema/governed.hpp"
#include "pg/compat.hpp"
#include "pg/command.hpp"
#include "pg/settings.hpp"
#include "visibility/inject.hpp"
#include "visibility/visibility.hpp"

extern "C" {
#include "access/table.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "nodes/makefuncs.h"
#include "utils/acl.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
}

namespace pg_retention {

namespace {

// The columns COPY takes by itself, but for the clock: what the application wrote to a file it can read back, and a file
// from before the policy, too.
List *column_names(Oid relid) {
    List *names = NIL;
    Relation rel = table_open(relid, AccessShareLock);
    TupleDesc desc = RelationGetDescr(rel);
    const AttrNumber clock = clock_column(relid);
    for (int i = 0; i < desc->natts; ++i) {
        Form_pg_attribute att = TupleDescAttr(desc, i);
        if (att->attisdropped || att->attgenerated != '\0' || att->attnum == clock) continue;
        names = lappend(names, makeString(pstrdup(NameStr(att->attname))));
    }
    table_close(rel, NoLock);
    return names;
}

// Core refuses generated columns by name; a query would read them.
bool names_generated_column(Oid relid, List *names) {
    ListCell *cell = nullptr;
    foreach (cell, names) {
        const AttrNumber column = get_attnum(relid, strVal(lfirst(cell)));
        if (column <= 0 || get_attgenerated(relid, column) != '\0') return true;
    }
    return false;
}

SelectStmt *select_of(RangeVar *relation, bool partitioned, List *names) {
    auto *select = makeNode(SelectStmt);
    ListCell *cell = nullptr;
    foreach (cell, names) {
        auto *column = makeNode(ColumnRef);
        column->fields = list_make1(lfirst(cell));
        column->location = -1;
        auto *target = makeNode(ResTarget);
        target->val = reinterpret_cast<Node *>(column);
        target->location = -1;
        select->targetList = lappend(select->targetList, target);
    }
    relation->inh = partitioned;
    select->fromClause = list_make1(relation);
    return select;
}

// Of the table or of any column: who may not is told so by the server, and nothing else.
bool may_read(Oid relid) {
    return pg_class_aclcheck(relid, GetUserId(), ACL_SELECT) == ACLCHECK_OK ||
           pg_attribute_aclcheck_all(relid, GetUserId(), ACL_SELECT, ACLMASK_ANY) == ACLCHECK_OK;
}

// When the transaction began that took over a snapshot of another session.
constinit TimestampTz snapshot_shared = 0;

void note_snapshot(const VariableSetStmt *set) {
    if (set->kind == VAR_SET_MULTI && strcmp(set->name, "TRANSACTION SNAPSHOT") == 0)
        snapshot_shared = GetCurrentTransactionStartTimestamp();
}

// Sessions share a snapshot to copy a database together. What they are given is taken for the whole.
void refuse_part_of_database(Oid relid, bool names_columns) {
    if (snapshot_shared != GetCurrentTransactionStartTimestamp() || (settings::reveal && names_columns)) return;
    ereport(ERROR,
            (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
             errmsg("a copy of the database would have only a part of table \"%s\"", get_rel_name(relid)),
             errdetail(
                 "Without retention.reveal it lacks hidden rows, and without the names of columns what was decided about rows."),
             names_columns
                 ? errhint("Give its role the right to read hidden rows: ALTER ROLE ... SET retention.reveal = on.")
                 : errhint("Copy it with pg_dump and pg_restore, as a role with retention.reveal; both take several jobs.")));
}

void rewrite(CopyStmt *copy, Oid relid) {
    const bool names_columns = copy->attlist != NIL;
    if (!names_columns) copy->attlist = column_names(relid);
    if (copy->is_from || !may_read(relid)) return;
    check_row_security(relid);
    refuse_part_of_database(relid, names_columns);
    if (settings::reveal) {
        record_reveal();
        return;
    }
    if (!copies_without_plan(get_rel_relkind(relid)) || names_generated_column(relid, copy->attlist)) return;
    const bool partitioned = get_rel_relkind(relid) == RELKIND_PARTITIONED_TABLE;
    copy->query = reinterpret_cast<Node *>(select_of(copy->relation, partitioned, copy->attlist));
    copy->relation = nullptr;
    copy->attlist = NIL;
}

PlannedStmt *with_condition(PlannedStmt *planned) {
    if (!IsA(planned->utilityStmt, CopyStmt) || extension() == nullptr) return planned;
    auto *copy = reinterpret_cast<CopyStmt *>(planned->utilityStmt);
    const Oid relid = copy->relation == nullptr ? InvalidOid : RangeVarGetRelid(copy->relation, AccessShareLock, true);
    if (!OidIsValid(relid) || (!is_governed(relid) && !is_statistics_catalog(relid))) return planned;
    auto *own = static_cast<PlannedStmt *>(copyObjectImpl(planned));
    rewrite(reinterpret_cast<CopyStmt *>(own->utilityStmt), relid);
    return own;
}

}  // namespace

void rewrite_copy(const Command &command) {
    if (IsA(command.statement(), VariableSetStmt)) note_snapshot(command.as<VariableSetStmt>());
    Command own = command;
    own.planned = with_condition(command.planned);
    proceed(own);
}

}  // namespace pg_retention
