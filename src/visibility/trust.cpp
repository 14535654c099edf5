#include "visibility/trust.hpp"

#include "catalog/extension.hpp"
#include "pg/compat.hpp"

extern "C" {
#include "access/transam.h"
#include "catalog/pg_language.h"
#include "catalog/pg_proc.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
}

namespace pg_retention {

namespace {

bool is_untrusted(Oid function, void *) { return !is_trusted_function(function); }

bool find_untrusted(Node *node, void *context) {
    if (node == nullptr) return false;
    if (IsA(node, SubLink) || IsA(node, SubPlan) || IsA(node, AlternativeSubPlan) || IsA(node, CoerceToDomain)) return true;
    if (check_functions_in_node(node, is_untrusted, context)) return true;
    return expression_tree_walker(node, tree_walker_fn(find_untrusted), context);
}

bool is_foreign(Oid function, void *) {
    return function >= FirstNormalObjectId && function != extension()->visible_function && function != extension()->conflict_function;
}

// An estimator may call an operator's negator or commutator in its place, and one may be given to an operator that had none.
bool is_own_operator(Oid operation, int steps) {
    if (operation >= FirstNormalObjectId) return false;
    if (!OidIsValid(operation) || steps == 0) return true;
    return is_own_operator(get_negator(operation), steps - 1) && is_own_operator(get_commutator(operation), steps - 1);
}

bool has_foreign_operator(Node *node) {
    switch (nodeTag(node)) {
        case T_OpExpr:
        case T_DistinctExpr:
        case T_NullIfExpr:
            return !is_own_operator(reinterpret_cast<OpExpr *>(node)->opno, 2);
        case T_ScalarArrayOpExpr:
            return !is_own_operator(reinterpret_cast<ScalarArrayOpExpr *>(node)->opno, 2);
        case T_RowCompareExpr: {
            ListCell *cell = nullptr;
            foreach (cell, reinterpret_cast<RowCompareExpr *>(node)->opnos)
                if (!is_own_operator(lfirst_oid(cell), 2)) return true;
            return false;
        }
        default:
            return false;
    }
}

bool find_foreign(Node *node, void *context) {
    if (node == nullptr) return false;
    if (IsA(node, Query)) return query_tree_walker(reinterpret_cast<Query *>(node), tree_walker_fn(find_foreign), context, 0);
    if (IsA(node, CoerceToDomain) || has_foreign_operator(node) || check_functions_in_node(node, is_foreign, context)) return true;
    return expression_tree_walker(node, tree_walker_fn(find_foreign), context);
}

}  // namespace

bool is_trusted_function(Oid function) {
    HeapTuple tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
    if (!HeapTupleIsValid(tuple)) return false;
    const auto *form = reinterpret_cast<Form_pg_proc>(GETSTRUCT(tuple));
    const bool trusted = form->prolang == INTERNALlanguageId || form->prolang == ClanguageId || form->proleakproof;
    ReleaseSysCache(tuple);
    return trusted;
}

bool is_all_of_server(Query *query) { return !find_foreign(reinterpret_cast<Node *>(query), nullptr); }

bool is_trusted(Node *expression) { return !find_untrusted(expression, nullptr); }

}  // namespace pg_retention
