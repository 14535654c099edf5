#include "visibility/paths.hpp"

#include "catalog/extension.hpp"
#include "catalog/governed.hpp"
#include "pg/compat.hpp"
#include "visibility/trust.hpp"

extern "C" {
#include "optimizer/paths.h"
#include "utils/lsyscache.h"
}

namespace pg_retention {

namespace {

struct Wanted {
    Oid function;
    Index rti;
};

bool calls_condition(Node *node, void *context) {
    if (node == nullptr) return false;
    auto *wanted = static_cast<Wanted *>(context);
    if (IsA(node, FuncExpr) && reinterpret_cast<FuncExpr *>(node)->funcid == wanted->function &&
        is_clock_of(static_cast<Node *>(linitial(reinterpret_cast<FuncExpr *>(node)->args)), wanted->rti))
        return true;
    return expression_tree_walker(node, tree_walker_fn(calls_condition), context);
}

bool has_condition(RelOptInfo *rel, Index rti) {
    Wanted wanted = {extension()->visible_function, rti};
    ListCell *cell = nullptr;
    foreach (cell, rel->baserestrictinfo)
        if (calls_condition(reinterpret_cast<Node *>(lfirst_node(RestrictInfo, cell)->clause), &wanted)) return true;
    return false;
}

// A level between the condition's and the user's clauses is the table's own row security.
bool has_row_security(const PlannerInfo *root, const RelOptInfo *rel) {
    ListCell *cell = nullptr;
    foreach (cell, rel->baserestrictinfo) {
        const Index level = lfirst_node(RestrictInfo, cell)->security_level;
        if (level > 0 && level < root->qual_security_level) return true;
    }
    return false;
}

void promote(RestrictInfo *clause, List **promoted);

// The arms of an OR are clauses of their own.
void promote_arms(Node *node, List **promoted) {
    if (node == nullptr) return;
    if (IsA(node, RestrictInfo)) return promote(reinterpret_cast<RestrictInfo *>(node), promoted);
    if (!IsA(node, BoolExpr)) return;
    ListCell *cell = nullptr;
    foreach (cell, reinterpret_cast<BoolExpr *>(node)->args) promote_arms(static_cast<Node *>(lfirst(cell)), promoted);
}

void promote(RestrictInfo *clause, List **promoted) {
    if (clause->orclause != nullptr) promote_arms(reinterpret_cast<Node *>(clause->orclause), promoted);
    if (clause->security_level == 0 || clause->leakproof || !is_trusted(reinterpret_cast<Node *>(clause->clause))) return;
    clause->leakproof = true;
    *promoted = lappend(*promoted, clause);
}

void demote(List *promoted) {
    ListCell *cell = nullptr;
    foreach (cell, promoted) static_cast<RestrictInfo *>(lfirst(cell))->leakproof = false;
}

}  // namespace

bool is_governed_scan(RelOptInfo *rel, const RangeTblEntry *rte) {
    return rte->rtekind == RTE_RELATION && !rte->inh && is_governed(rte->relid) && !IS_DUMMY_REL(rel);
}

void require_condition(RelOptInfo *rel, Index rti, RangeTblEntry *rte) {
    if (has_condition(rel, rti)) return;
    ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                    errmsg("cannot read governed table \"%s\" through this kind of statement", get_rel_name(rte->relid)),
                    errhint("Read it in a plain query, a view or a PL/pgSQL function.")));
}

void offer_trusted_index_paths(PlannerInfo *root, RelOptInfo *rel) {
    if (rel->indexlist == NIL || has_row_security(root, rel)) return;
    List *promoted = NIL;
    ListCell *cell = nullptr;
    foreach (cell, rel->baserestrictinfo) promote(lfirst_node(RestrictInfo, cell), &promoted);
    foreach (cell, rel->joininfo) promote(lfirst_node(RestrictInfo, cell), &promoted);
    if (promoted == NIL) return;
    create_index_paths(root, rel);
    // The clauses must be sorted behind the condition again.
    demote(promoted);
}

}  // namespace pg_retention
