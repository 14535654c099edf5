#include "visibility/paths.hpp"

#include "schema/extension.hpp"
#include "schema/governed.hpp"
#include "pg/compat.hpp"
#include "visibility/trust.hpp"

extern "C" {
#include "access/sysattr.h"
#include "catalog/pg_am.h"
#include "optimizer/optimizer.h"
#include "optimizer/paths.h"
#include "utils/lsyscache.h"
}

namespace pg_retention {

namespace {

// rti: Index of the table.
bool calls_condition(Node *node, void *rti) {
    if (node == nullptr) return false;
    if (IsA(node, FuncExpr) && is_condition(reinterpret_cast<FuncExpr *>(node)->funcid) &&
        is_clock_of(static_cast<Node *>(linitial(reinterpret_cast<FuncExpr *>(node)->args)), *static_cast<Index *>(rti)))
        return true;
    return expression_tree_walker(node, tree_walker_fn(calls_condition), rti);
}

bool has_condition(RelOptInfo *rel, Index rti) {
    ListCell *cell = nullptr;
    foreach (cell, rel->baserestrictinfo)
        if (calls_condition(reinterpret_cast<Node *>(lfirst_node(RestrictInfo, cell)->clause), &rti)) return true;
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

struct Promotion {
    bool rechecked;  // the index's own scan may try the clause on a row before the condition is asked
    List *clauses;
};

void promote(RestrictInfo *clause, Promotion *promotion);

// The arms of an OR are clauses of their own.
void promote_arms(Node *node, Promotion *promotion) {
    if (node == nullptr) return;
    if (IsA(node, RestrictInfo)) return promote(reinterpret_cast<RestrictInfo *>(node), promotion);
    if (!IsA(node, BoolExpr)) return;
    ListCell *cell = nullptr;
    foreach (cell, reinterpret_cast<BoolExpr *>(node)->args) promote_arms(static_cast<Node *>(lfirst(cell)), promotion);
}

void promote(RestrictInfo *clause, Promotion *promotion) {
    if (clause->orclause != nullptr) promote_arms(reinterpret_cast<Node *>(clause->orclause), promotion);
    if (clause->security_level == 0 || clause->leakproof || !is_trusted(reinterpret_cast<Node *>(clause->clause))) return;
    if (promotion->rechecked && may_fail(reinterpret_cast<Node *>(clause->clause))) return;
    clause->leakproof = true;
    promotion->clauses = lappend(promotion->clauses, clause);
}

void demote(List *promoted) {
    ListCell *cell = nullptr;
    foreach (cell, promoted) static_cast<RestrictInfo *>(lfirst(cell))->leakproof = false;
}

// Some index holds a column of one of the clauses, or an expression, which may be of any.
bool may_match(const RelOptInfo *rel, List *indexes, List *clauses) {
    Bitmapset *columns = nullptr;
    ListCell *cell = nullptr;
    foreach (cell, clauses)
        pull_varattnos(reinterpret_cast<Node *>(lfirst_node(RestrictInfo, cell)->clause), rel->relid, &columns);
    foreach (cell, indexes) {
        const auto *index = lfirst_node(IndexOptInfo, cell);
        for (int i = 0; i < index->nkeycolumns; ++i)
            if (index->indexkeys[i] == 0 || bms_is_member(index->indexkeys[i] - FirstLowInvalidHeapAttributeNumber, columns))
                return true;
    }
    return false;
}

void offer(PlannerInfo *root, RelOptInfo *rel, List *indexes, bool rechecked) {
    Promotion promotion = {rechecked, NIL};
    ListCell *cell = nullptr;
    foreach (cell, rel->baserestrictinfo) promote(lfirst_node(RestrictInfo, cell), &promotion);
    foreach (cell, rel->joininfo) promote(lfirst_node(RestrictInfo, cell), &promotion);
    // Otherwise there would only be the paths that there are already.
    if (promotion.clauses != NIL && may_match(rel, indexes, promotion.clauses)) {
        rel->indexlist = indexes;
        create_index_paths(root, rel);
    }
    // The clauses must be sorted behind the condition again.
    demote(promotion.clauses);
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
    List *all = rel->indexlist;
    List *ordered = NIL;
    ListCell *cell = nullptr;
    foreach (cell, all)
        if (lfirst_node(IndexOptInfo, cell)->relam == BTREE_AM_OID) ordered = lappend(ordered, lfirst(cell));
    // A btree finds rows by comparing, whatever the clause; any other index may leave it to the scan to try the clause itself.
    if (ordered != NIL) offer(root, rel, ordered, false);
    if (list_length(ordered) < list_length(all)) offer(root, rel, all, true);
    rel->indexlist = all;
}

}  // namespace pg_retention
