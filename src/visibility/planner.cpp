// Puts the condition into every plan; what would be read without it is refused.
#include "catalog/extension.hpp"
#include "pg/compat.hpp"
#include "pg/guard.hpp"
#include "pg/internal.hpp"
#include "pg/settings.hpp"
#include "visibility/visibility.hpp"

extern "C" {
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "executor/executor.h"
#include "nodes/makefuncs.h"
#include "optimizer/paths.h"
#include "optimizer/planner.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/rls.h"
}

namespace pg_retention {

namespace {

constinit planner_hook_type previous_planner = nullptr;
constinit set_rel_pathlist_hook_type previous_pathlist = nullptr;
constinit ExecutorCheckPerms_hook_type previous_perms = nullptr;
constinit bool bypassed = false;  // the plan being made is exempt

// PostgreSQL's own referential queries, by flag and by form (ri_triggers.c); anything else under the flag is not.
bool is_referential_query(const char *text) {
    if (!InNoForceRLSOperation() || text == nullptr) return false;
    return strncmp(text, "SELECT 1 FROM ", 14) == 0 || strncmp(text, "DELETE FROM ", 12) == 0 ||
           strncmp(text, "UPDATE ", 7) == 0;
}

Node *condition_on(Oid function, Index rti, AttrNumber column) {
    Var *clock = makeVar(static_cast<int>(rti), column, extension()->clock_type, -1, InvalidOid, 0);
    return reinterpret_cast<Node *>(makeFuncExpr(function, BOOLOID, list_make1(clock), InvalidOid, InvalidOid,
                                                 COERCE_EXPLICIT_CALL));
}

bool inject(Node *node, void *context);

void inject_into_entries(Query *query) {
    ListCell *cell = nullptr;
    Index rti = 0;
    foreach (cell, query->rtable) {
        auto *rte = lfirst_node(RangeTblEntry, cell);
        ++rti;
        if (rte->rtekind != RTE_RELATION) continue;
        const AttrNumber column = clock_column(rte->relid);
        if (column == InvalidAttrNumber) continue;
        check_row_security(rte->relid);
        rte->securityQuals = lcons(condition_on(extension()->visible_function, rti, column), rte->securityQuals);
        if (static_cast<int>(rti) != query->resultRelation || query->onConflict == nullptr ||
            query->onConflict->action != ONCONFLICT_UPDATE)
            continue;
        auto *check = makeNode(WithCheckOption);
        check->kind = WCO_RLS_CONFLICT_CHECK;
        check->relname = get_rel_name(rte->relid);
        check->qual = condition_on(extension()->conflict_function, rti, column);
        query->withCheckOptions = lcons(check, query->withCheckOptions);
    }
}

bool inject(Node *node, void *context) {
    if (node == nullptr) return false;
    if (IsA(node, Query)) {
        auto *query = reinterpret_cast<Query *>(node);
        // Sub-queries first: what is injected into this one needs no second visit.
        query_tree_walker(query, tree_walker_fn(inject), context, 0);
        inject_into_entries(query);
        return false;
    }
    return expression_tree_walker(node, tree_walker_fn(inject), context);
}

PlannedStmt *plan_with_condition(Query *query, const char *text, int options, ParamListInfo params) {
    const bool exempt = extension() == nullptr || is_internal_query(text) || is_referential_query(text);
    const bool outer = bypassed;
    PlannedStmt *planned = nullptr;
    if (!exempt) (void) inject(reinterpret_cast<Node *>(query), nullptr);
    bypassed = exempt;
    PG_TRY();
    { planned = previous_planner(query, text, options, params); }
    PG_FINALLY();
    { bypassed = outer; }
    PG_END_TRY();
    return planned;
}

PlannedStmt *plan(Query *query, const char *text, int options, ParamListInfo params) {
    return guarded([&] { return plan_with_condition(query, text, options, params); });
}

struct Wanted {
    Oid function;
    Index rti;
};

bool calls_condition(Node *node, void *context) {
    if (node == nullptr) return false;
    auto *wanted = static_cast<Wanted *>(context);
    if (IsA(node, FuncExpr) && reinterpret_cast<FuncExpr *>(node)->funcid == wanted->function) {
        Node *argument = static_cast<Node *>(linitial(reinterpret_cast<FuncExpr *>(node)->args));
        if (IsA(argument, Var) && reinterpret_cast<Var *>(argument)->varno == static_cast<int>(wanted->rti)) return true;
    }
    return expression_tree_walker(node, tree_walker_fn(calls_condition), context);
}

void require_condition(RelOptInfo *rel, Index rti, RangeTblEntry *rte) {
    if (bypassed || rte->rtekind != RTE_RELATION || extension() == nullptr || IS_DUMMY_REL(rel)) return;
    if (clock_column(rte->relid) == InvalidAttrNumber || rte->inh) return;
    Wanted wanted = {extension()->visible_function, rti};
    ListCell *cell = nullptr;
    foreach (cell, rel->baserestrictinfo)
        if (calls_condition(reinterpret_cast<Node *>(lfirst_node(RestrictInfo, cell)->clause), &wanted)) return;
    ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                    errmsg("cannot read governed table \"%s\" through this kind of statement", get_rel_name(rte->relid)),
                    errhint("Read it in a plain query, a view or a PL/pgSQL function.")));
}

void pathlist(PlannerInfo *root, RelOptInfo *rel, Index rti, RangeTblEntry *rte) {
    if (previous_pathlist != nullptr) previous_pathlist(root, rel, rti, rte);
    guarded([&] { require_condition(rel, rti, rte); });
}

// The initial check of a new foreign key reads both tables in one query; row by row it sees hidden rows.
bool governed_in(List *entries) {
    ListCell *cell = nullptr;
    foreach (cell, entries) {
        auto *rte = lfirst_node(RangeTblEntry, cell);
        if (rte->rtekind == RTE_RELATION && clock_column(rte->relid) != InvalidAttrNumber) return true;
    }
    return false;
}

bool check_perms(List *entries, bool complain) {
    if (previous_perms != nullptr && !previous_perms(entries, complain)) return false;
    return guarded([&] { return complain || extension() == nullptr || !governed_in(entries); });
}

}  // namespace

void check_row_security(Oid relid) {
    if (row_security || settings::reveal) return;
    ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
                    errmsg("query would be affected by the retention policy of table \"%s\"", get_rel_name(relid)),
                    errhint("To read all rows, set retention.reveal as a role that may.")));
}

void init_planner() {
    previous_planner = planner_hook != nullptr ? planner_hook : standard_planner;
    planner_hook = plan;
    previous_pathlist = set_rel_pathlist_hook;
    set_rel_pathlist_hook = pathlist;
    previous_perms = ExecutorCheckPerms_hook;
    ExecutorCheckPerms_hook = check_perms;
}

}  // namespace pg_retention
