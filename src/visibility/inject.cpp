#include "visibility/inject.hpp"

#include "policy/attached.hpp"
#include "schema/extension.hpp"
#include "schema/governed.hpp"
#include "schema/toast.hpp"
#include "pg/clock_datum.hpp"
#include "pg/compat.hpp"
#include "visibility/persons.hpp"
#include "visibility/visibility.hpp"

extern "C" {
#include "access/sysattr.h"
#include "catalog/pg_class.h"
#include "catalog/pg_statistic.h"
#include "catalog/pg_statistic_ext_data.h"
#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "optimizer/clauses.h"
#include "optimizer/optimizer.h"
#include "parser/parsetree.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
}

namespace pg_retention {

namespace {

struct Injection {
    bool governed;
    Dependencies *dependencies;
};

Node *call(Oid function, List *arguments) {
    return reinterpret_cast<Node *>(makeFuncExpr(function, BOOLOID, arguments, InvalidOid, InvalidOid, COERCE_EXPLICIT_CALL));
}

Node *call(Oid function, Node *argument) { return call(function, list_make1(argument)); }

// The clock, and of what persons the row is: the table, which columns these are, and what they hold.
List *clock_and_persons(Node *clock, const List *ways, Oid relid, Index rti) {
    AttrNumber columns[kMostOfRow];
    const int n = columns_of_ways(ways, columns);
    Const *of = makeConst(OIDOID, -1, InvalidOid, sizeof(Oid), ObjectIdGetDatum(relid), false, true);
    Const *which = makeConst(INT2VECTOROID, -1, InvalidOid, -1, PointerGetDatum(buildint2vector(columns, n)), false, false);
    List *arguments = list_make3(clock, of, which);
    for (int i = 0; i < n; ++i) {
        Oid type = InvalidOid, collation = InvalidOid;
        int32 modifier = -1;
        get_atttypetypmodcoll(relid, columns[i], &type, &modifier, &collation);
        arguments = lappend(arguments, makeVar(static_cast<int>(rti), columns[i], type, modifier, collation, 0));
    }
    // What does not fit any more begins with no column; the function takes one at least.
    return n > 0 ? arguments : lappend(arguments, makeBoolConst(false, true));
}

Node *condition_on(Oid relid, Index rti) {
    const List *ways = ways_to_persons(relid);
    if (ways == NIL) return call(extension()->visible_function, clock_of(relid, rti));
    return call(extension()->person_function, clock_and_persons(clock_of(relid, rti), ways, relid, rti));
}

// Each policy decides when the statement is executed.
List *conditions_on_unstamped(Oid relid, Index rti) {
    List *conditions = NIL;
    ListCell *cell = nullptr;
    if (has_foreign_clock(relid)) return list_make1(call(extension()->unknown_function, clock_of(relid, rti)));
    if (!is_settled(relid)) conditions = list_make1(call(extension()->unmanaged_function, clock_of(relid, rti)));
    if (!awaits_stamps(relid)) return conditions;
    foreach (cell, standing_policies(relid)) {
        const Datum id = Int16GetDatum(static_cast<const Policy *>(lfirst(cell))->id);
        Node *policy = reinterpret_cast<Node *>(makeConst(INT2OID, -1, InvalidOid, sizeof(int16), id, false, true));
        FuncExpr *condition = makeFuncExpr(extension()->unstamped_function, BOOLOID, list_make2(clock_of(relid, rti), policy),
                                           InvalidOid, InvalidOid, COERCE_EXPLICIT_CALL);
        conditions = lappend(conditions, condition);
    }
    return conditions;
}

Node *clock_constant(core::Clock clock) {
    return reinterpret_cast<Node *>(
        makeConst(extension()->clock_type, -1, InvalidOid, sizeof(int64), clock_datum(clock), false, true));
}

// The clock; of rows of that table, which are not stamped, one whose time was over long ago.
Node *clock_unless_in(Oid table, int16 policy_id, Node *clock, Index rti) {
    auto *of = makeVar(static_cast<int>(rti), TableOidAttributeNumber, OIDOID, -1, InvalidOid, 0);
    auto *is = makeConst(OIDOID, -1, InvalidOid, sizeof(Oid), ObjectIdGetDatum(table), false, true);
    auto *when = makeNode(CaseWhen);
    when->expr = reinterpret_cast<Expr *>(
        makeFuncExpr(F_OIDEQ, BOOLOID, list_make2(of, is), InvalidOid, InvalidOid, COERCE_EXPLICIT_CALL));
    when->result = reinterpret_cast<Expr *>(clock_constant(core::first_from(policy_id, 0)));
    auto *choice = makeNode(CaseExpr);
    choice->casetype = extension()->clock_type;
    choice->args = list_make1(when);
    choice->defresult = reinterpret_cast<Expr *>(clock);
    return reinterpret_cast<Node *>(choice);
}

// The clock; one that is unknown where it names a policy that is gone.
Node *clock_if_known(Node *clock, Oid relid) {
    if (is_settled(relid)) return clock;
    auto *when = makeNode(CaseWhen);
    when->expr = reinterpret_cast<Expr *>(call(extension()->unmanaged_function, clock));
    when->result = reinterpret_cast<Expr *>(clock);
    auto *choice = makeNode(CaseExpr);
    choice->casetype = extension()->clock_type;
    choice->args = list_make1(when);
    choice->defresult = reinterpret_cast<Expr *>(clock_constant(core::kUnknownClock));
    return reinterpret_cast<Node *>(choice);
}

void add_check(OnConflictExpr *conflict, Node *check) {
    conflict->onConflictWhere = make_and_qual(check, conflict->onConflictWhere);
}

void add_conflict_check(OnConflictExpr *conflict, Node *clock) {
    add_check(conflict, call(extension()->conflict_function, clock));
}

// In front of the statement's own condition, which some releases evaluate before any check of row security.
void refuse_conflict(Query *query, Oid relid, Index rti) {
    if (static_cast<int>(rti) != query->resultRelation || !reads_conflicting_row(query->onConflict)) return;
    ListCell *table = nullptr, *policy = nullptr;
    if (has_foreign_clock(relid)) return add_conflict_check(query->onConflict, clock_constant(core::kUnknownClock));
    foreach (table, unstamped_tables(relid))
        foreach (policy, standing_policies(lfirst_oid(table)))
            add_conflict_check(
                query->onConflict,
                clock_unless_in(lfirst_oid(table), static_cast<const Policy *>(lfirst(policy))->id, clock_of(relid, rti), rti));
    Node *clock = clock_if_known(clock_of(relid, rti), relid);
    const List *ways = ways_to_persons(relid);
    if (ways == NIL) return add_conflict_check(query->onConflict, clock);
    add_check(query->onConflict, call(extension()->person_conflict_function, clock_and_persons(clock, ways, relid, rti)));
}

// Statistics hold values of hidden rows, and so do TOAST tables. Whether they may be read is asked when the statement is executed.
Node *statistics_condition(const RangeTblEntry *rte, Index rti) {
    if (is_toast_of_governed(rte->relid)) {
        Const *toast = makeConst(OIDOID, -1, InvalidOid, sizeof(Oid), ObjectIdGetDatum(rte->relid), false, true);
        return call(extension()->statistics_function, reinterpret_cast<Node *>(toast));
    }
    if (!is_statistics_catalog(rte->relid)) return nullptr;
    const bool extended = rte->relid == StatisticExtDataRelationId;
    static_assert(Anum_pg_statistic_starelid == Anum_pg_statistic_ext_data_stxoid);
    Var *of = makeVar(static_cast<int>(rti), Anum_pg_statistic_starelid, OIDOID, -1, InvalidOid, 0);
    return call(extended ? extension()->statistics_ext_function : extension()->statistics_function, reinterpret_cast<Node *>(of));
}

// INSERT reads nothing of its target. A dump as INSERTs, too, begins with row_security = off.
bool is_only_added_to(const Query *query, Index rti) {
    return query->commandType == CMD_INSERT && query->resultRelation == static_cast<int>(rti) &&
           !reads_conflicting_row(query->onConflict);
}

void inject_into_entry(Query *query, RangeTblEntry *rte, Index rti, Injection *injection) {
    if (is_governed(rte->relid)) {
        injection->governed = true;
        if (!is_only_added_to(query, rti)) check_row_security(rte->relid);
        rte->securityQuals = list_concat(conditions_on_unstamped(rte->relid, rti), rte->securityQuals);
        rte->securityQuals = lcons(condition_on(rte->relid, rti), rte->securityQuals);
        refuse_conflict(query, rte->relid, rti);
    } else if (Node *condition = statistics_condition(rte, rti)) {
        injection->governed = true;
        rte->securityQuals = lcons(condition, rte->securityQuals);
    } else if (rte->inh && has_governed_child(rte->relid)) {
        // A parent's own condition would not be its governed child's; the child's comes when the planner adds it. Then the
        // user's clauses must stand on a higher level of security, which a condition that is always true provides for.
        injection->governed = true;
        rte->securityQuals = lcons(makeBoolConst(true, false), rte->securityQuals);
    }
}

// As the planner would do it after this: the same function of the planner decides, on a planner state that knows only where
// to note what the plan depends on.
void expand_function(Query *query, RangeTblEntry *rte, Injection *injection) {
    auto *root = makeNode(PlannerInfo);
    root->parse = query;
    root->glob = makeNode(PlannerGlobal);
    root->planner_cxt = CurrentMemoryContext;
    rte->functions = reinterpret_cast<List *>(eval_const_expressions(root, reinterpret_cast<Node *>(rte->functions)));
    Query *body = inline_function(root, rte);
    Dependencies *dependencies = injection->dependencies;
    dependencies->items = list_concat(dependencies->items, root->glob->invalItems);
    dependencies->role = dependencies->role || root->glob->dependsOnRole;
    if (body == nullptr) return;
    rte->rtekind = RTE_SUBQUERY;
    rte->subquery = body;
    rte->security_barrier = false;
    rte->funcordinality = false;
}

bool inject(Node *node, void *context);

// Expressions read tables only through sub-queries. Where there are none, by the flag that the planner goes by, too, the walk
// through all expressions is spared to every statement.
void inject_into_parts(Query *query, Injection *injection) {
    if (query->hasSubLinks) {
        query_tree_walker(query, tree_walker_fn(inject), injection, 0);
        return;
    }
    ListCell *cell = nullptr;
    foreach (cell, query->cteList) (void) inject(lfirst_node(CommonTableExpr, cell)->ctequery, injection);
    foreach (cell, query->rtable) (void) inject(reinterpret_cast<Node *>(lfirst_node(RangeTblEntry, cell)->subquery), injection);
}

bool inject(Node *node, void *context) {
    if (node == nullptr) return false;
    if (!IsA(node, Query)) return expression_tree_walker(node, tree_walker_fn(inject), context);
    auto *query = reinterpret_cast<Query *>(node);
    auto *injection = static_cast<Injection *>(context);
    ListCell *cell = nullptr;
    foreach (cell, query->rtable) {
        auto *rte = lfirst_node(RangeTblEntry, cell);
        if (rte->rtekind == RTE_FUNCTION) expand_function(query, rte, injection);
    }
    // Sub-queries first: what is injected into this one needs no second visit.
    inject_into_parts(query, injection);
    Index rti = 0;
    foreach (cell, query->rtable) {
        auto *rte = lfirst_node(RangeTblEntry, cell);
        ++rti;
        if (rte->rtekind == RTE_RELATION) inject_into_entry(query, rte, rti, injection);
    }
    return false;
}

}  // namespace

bool is_statistics_catalog(Oid relid) { return relid == StatisticRelationId || relid == StatisticExtDataRelationId; }

bool inject_condition(Query *query, Dependencies *dependencies) {
    Injection injection = {false, dependencies};
    (void) inject(reinterpret_cast<Node *>(query), &injection);
    return injection.governed;
}

void inject_into_child(PlannerInfo *root, Index rti) {
    RangeTblEntry *rte = planner_rt_fetch(rti, root);
    if (rte->rtekind != RTE_RELATION || root->append_rel_array == nullptr || root->append_rel_array[rti] == nullptr) return;
    const Index parent = root->append_rel_array[rti]->parent_relid;
    const RangeTblEntry *above = planner_rt_fetch(parent, root);
    // A member of UNION ALL has its own condition already; a child of a governed parent inherits the parent's.
    if (above->rtekind != RTE_RELATION || rte->securityQuals != NIL || !is_governed(rte->relid)) return;
    List *conditions = conditions_on_unstamped(rte->relid, rti);
    // Of whom its parent knows nothing.
    const bool has_own_persons = own_ways_to_persons(rte->relid) != NIL;
    if (has_own_persons || !is_governed(above->relid)) conditions = lcons(condition_on(rte->relid, rti), conditions);
    // In the form that the planner has made of security quals by now: a list of lists.
    if (conditions != NIL) rte->securityQuals = list_make1(conditions);
}

}  // namespace pg_retention
