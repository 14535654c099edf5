#include "guard/analyze.hpp"

#include "pg/attempt.hpp"
#include "guard/affected.hpp"
#include "guard/blind.hpp"
#include "guard/hidden.hpp"
#include "guard/unbuilt.hpp"
#include "guard/user_functions.hpp"
#include "pg/compat.hpp"
#include "pg/settings.hpp"

extern "C" {
#include "access/table.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_statistic_ext.h"
#include "commands/defrem.h"
#include "commands/vacuum.h"
#include "nodes/makefuncs.h"
#include "optimizer/optimizer.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
}

namespace pg_retention {

namespace {

bool has_option(const VacuumStmt *vacuum, const char *name) {
    ListCell *cell = nullptr;
    bool found = false;
    foreach (cell, vacuum->options) {
        auto *option = lfirst_node(DefElem, cell);
        if (strcmp(option->defname, name) == 0) found = defGetBoolean(option);
    }
    return found;
}

// Of the command's tables: those over whose hidden rows it would run, and the others, as it would go through them.
struct Tables {
    List *blind;  // VacuumRelation, each with an Oid and by itself
    List *rest;
};

bool is_blind(Oid relid) { return !is_spared(relid) && holds_hidden_rows(relid); }

VacuumRelation *relation_of(Oid relid, List *columns) {
    RangeVar *name = makeRangeVar(get_namespace_name(get_rel_namespace(relid)), get_rel_name(relid), -1);
    return makeVacuumRelation(name, relid, columns);
}

// A partitioned table stands for its partitions, too.
List *members(const VacuumRelation *named, Oid relid) {
    const bool all = get_rel_relkind(relid) == RELKIND_PARTITIONED_TABLE && named->relation != nullptr && named->relation->inh;
    return all ? find_all_inheritors(relid, AccessShareLock, nullptr) : list_make1_oid(relid);
}

void add_named(Tables *tables, VacuumRelation *named) {
    const Oid relid = named->relation == nullptr ? named->oid : governed_table(named->relation);
    if (!OidIsValid(relid) || !is_blind(relid)) {
        tables->rest = lappend(tables->rest, named);
        return;
    }
    ListCell *cell = nullptr;
    foreach (cell, members(named, relid)) {
        const Oid member = lfirst_oid(cell);
        VacuumRelation *one = relation_of(member, named->va_cols);
        if (is_blind(member))
            tables->blind = lappend(tables->blind, one);
        else
            tables->rest = lappend(tables->rest, one);
    }
}

void add_all(Tables *tables) {
    List *governed = governed_tables();
    ListCell *cell = nullptr;
    foreach (cell, governed)
        if (is_blind(lfirst_oid(cell))) tables->blind = lappend(tables->blind, relation_of(lfirst_oid(cell), NIL));
    if (tables->blind == NIL) return;
    foreach (cell, all_relations()) {
        const Oid relid = lfirst_oid(cell);
        if (!list_member_oid(governed, relid) || !is_blind(relid))
            tables->rest = lappend(tables->rest, makeVacuumRelation(nullptr, relid, NIL));
    }
}

Tables tables_of(const VacuumStmt *vacuum) {
    Tables tables = {NIL, NIL};
    ListCell *cell = nullptr;
    if (vacuum->rels == NIL && !has_option(vacuum, "only_database_stats")) add_all(&tables);
    foreach (cell, vacuum->rels) add_named(&tables, lfirst_node(VacuumRelation, cell));
    return tables;
}

// The server decides who may, and warns.
List *permitted(List *relations, bool vacuum) {
    List *kept = NIL;
    ListCell *cell = nullptr;
    foreach (cell, relations)
        if (may_vacuum(lfirst_node(VacuumRelation, cell)->oid, vacuum)) kept = lappend(kept, lfirst(cell));
    return kept;
}

bool is_for_analyze(const char *option) {
    return strcmp(option, "verbose") == 0 || strcmp(option, "skip_locked") == 0 || strcmp(option, "buffer_usage_limit") == 0;
}

// The same command, for these tables; with, for VACUUM, everything but ANALYZE; or else with what ANALYZE knows.
Command command_for(const Command &command, List *relations, bool analyze) {
    Command own = command;
    own.planned = static_cast<PlannedStmt *>(copyObjectImpl(command.planned));
    auto *statement = reinterpret_cast<VacuumStmt *>(own.planned->utilityStmt);
    List *options = NIL;
    ListCell *cell = nullptr;
    foreach (cell, statement->options) {
        const char *name = lfirst_node(DefElem, cell)->defname;
        if (analyze ? is_for_analyze(name) : strcmp(name, "analyze") != 0) options = lappend(options, lfirst(cell));
    }
    statement->options = options;
    statement->rels = relations;
    statement->is_vacuumcmd = !analyze;
    return own;
}

void proceed_with(const Command &command, List *relations) {
    if (relations == NIL) return;
    MemoryContext context = CurrentMemoryContext;
    Command own = command;
    own.planned = static_cast<PlannedStmt *>(copyObjectImpl(command.planned));
    reinterpret_cast<VacuumStmt *>(own.planned->utilityStmt)->rels = relations;
    proceed(own);
    // It may have committed on its way.
    MemoryContextSwitchTo(context);
}

void vacuum_blindly(const Command &command, List *relations) {
    ListCell *cell = nullptr;
    if (relations == NIL) return;
    const auto *vacuum = command.as<VacuumStmt>();
    const bool full = has_option(vacuum, "full");
    foreach (cell, relations) {
        refuse_user_function(user_function_below(lfirst_node(VacuumRelation, cell)->oid, !full));
        if (full) refuse_unbuilt_index(lfirst_node(VacuumRelation, cell)->oid);
    }
    // Column lists are for ANALYZE.
    List *whole = NIL;
    foreach (cell, relations) whole = lappend(whole, relation_of(lfirst_node(VacuumRelation, cell)->oid, NIL));
    const Command own = command_for(command, whole, false);
    MemoryContext context = CurrentMemoryContext;
    run_blindly([&] { proceed(own); });
    MemoryContextSwitchTo(context);
}

// Extended statistics may stand on expressions that are not immutable: functions of the server's that write somewhere, too.
bool has_mutable_statistics(Oid relid) {
    Relation rel = table_open(relid, AccessShareLock);
    bool found = false;
    ListCell *cell = nullptr;
    foreach (cell, RelationGetStatExtList(rel)) {
        HeapTuple tuple = SearchSysCache1(STATEXTOID, ObjectIdGetDatum(lfirst_oid(cell)));
        if (!HeapTupleIsValid(tuple)) continue;
        bool isnull = false;
        const Datum exprs = SysCacheGetAttr(STATEXTOID, tuple, Anum_pg_statistic_ext_stxexprs, &isnull);
        if (!isnull) found = found || contain_mutable_functions(static_cast<Node *>(stringToNode(TextDatumGetCString(exprs))));
        ReleaseSysCache(tuple);
    }
    table_close(rel, AccessShareLock);
    return found;
}

bool is_wanted(List *columns, const char *name) {
    ListCell *cell = nullptr;
    foreach (cell, columns)
        if (strcmp(strVal(lfirst(cell)), name) == 0) return true;
    return columns == NIL;
}

// Those of the wanted columns whose values no user's function compares or measures. all: none is left out.
List *plain_columns(Oid relid, List *wanted, bool *all) {
    Relation rel = table_open(relid, AccessShareLock);
    List *columns = NIL;
    *all = true;
    for (int i = 0; i < RelationGetDescr(rel)->natts; ++i) {
        const Form_pg_attribute att = TupleDescAttr(RelationGetDescr(rel), i);
        if (att->attisdropped || !is_wanted(wanted, NameStr(att->attname))) continue;
        if (OidIsValid(user_function_of_type(att->atttypid)))
            *all = false;
        else
            columns = lappend(columns, makeString(pstrdup(NameStr(att->attname))));
    }
    table_close(rel, AccessShareLock);
    return columns;
}

// An error that has nothing to do with what is evaluated stands.
bool analyzed(const Command &command, Oid relid, List *columns) {
    Command own = command_for(command, list_make1(relation_of(relid, columns)), true);
    // Within this transaction.
    own.context = PROCESS_UTILITY_QUERY;
    ErrorData *error = attempt([&own] {
        PushActiveSnapshot(GetTransactionSnapshot());
        run_blindly([&own] { proceed(own); });
        PopActiveSnapshot();
    });
    if (error != nullptr && error->sqlerrcode != ERRCODE_INSUFFICIENT_PRIVILEGE && shows_no_value(error->sqlerrcode))
        ReThrowError(error);
    return error == nullptr;
}

void warn(const char *what, Oid relid) {
    ereport(WARNING, (errmsg(what, get_rel_name(relid)), errdetail("It holds rows that are hidden by a retention policy."),
                      errhint("Set retention.reveal as a role that may.")));
}

// From all of it to nothing: what a user wrote is not given hidden rows, and the command goes on.
void analyze_blindly(const Command &command, const VacuumRelation *relation) {
    const Oid relid = relation->oid;
    bool all = false;
    List *columns = plain_columns(relid, relation->va_cols, &all);
    const bool harmless = !has_mutable_statistics(relid);
    if (harmless && all && analyzed(command, relid, relation->va_cols)) return;
    if (harmless && columns != NIL && analyzed(command, relid, columns))
        warn("analyzed only columns of table \"%s\", not its expressions", relid);
    else
        warn("skipping analyze of table \"%s\"", relid);
}

// As ANALYZE by itself does it: where it may, each table in a transaction of its own.
void commit_between(const Command &command) {
    if (IsInTransactionBlock(command.context == PROCESS_UTILITY_TOPLEVEL)) return;
    MemoryContext context = CurrentMemoryContext;
    if (ActiveSnapshotSet()) PopActiveSnapshot();
    CommitTransactionCommand();
    StartTransactionCommand();
    MemoryContextSwitchTo(context);
}

}  // namespace

void watch_vacuum(const Command &command) {
    const auto *vacuum = command.as<VacuumStmt>();
    const Tables tables = tables_of(vacuum);
    if (tables.blind == NIL) return proceed(command);
    proceed_with(command, tables.rest);
    List *blind = permitted(tables.blind, vacuum->is_vacuumcmd);
    if (vacuum->is_vacuumcmd) vacuum_blindly(command, blind);
    if (vacuum->is_vacuumcmd && !has_option(vacuum, "analyze")) return;
    ListCell *cell = nullptr;
    foreach (cell, blind) {
        commit_between(command);
        analyze_blindly(command, lfirst_node(VacuumRelation, cell));
    }
}

}  // namespace pg_retention
