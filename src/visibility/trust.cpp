#include "visibility/trust.hpp"

#include "catalog/extension.hpp"
#include "pg/compat.hpp"

extern "C" {
#include "access/transam.h"
#include "catalog/pg_language.h"
#include "catalog/pg_proc.h"
#include "utils/inval.h"
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
bool leads_to_own(Oid operation, int steps) {
    if (operation >= FirstNormalObjectId) return false;
    if (!OidIsValid(operation) || steps == 0) return true;
    return leads_to_own(get_negator(operation), steps - 1) && leads_to_own(get_commutator(operation), steps - 1);
}

// What was found out holds while no operator has changed.
struct Known {
    Oid operation;
    bool own;
    uint64_t at;
};
constexpr Oid kPlaces = 64;
constinit Known known[kPlaces] = {};
constinit uint64_t changes = 1;

void forget(Datum, SysCacheId, uint32) { ++changes; }

bool is_own_operator(Oid operation) {
    Known *place = &known[operation % kPlaces];
    if (place->operation != operation || place->at != changes) {
        const uint64_t before = changes;
        *place = Known{operation, leads_to_own(operation, 2), before};
    }
    return place->own;
}

bool has_foreign_operator(Node *node) {
    switch (nodeTag(node)) {
        case T_OpExpr:
        case T_DistinctExpr:
        case T_NullIfExpr:
            return !is_own_operator(reinterpret_cast<OpExpr *>(node)->opno);
        case T_ScalarArrayOpExpr:
            return !is_own_operator(reinterpret_cast<ScalarArrayOpExpr *>(node)->opno);
        case T_RowCompareExpr: {
            ListCell *cell = nullptr;
            foreach (cell, reinterpret_cast<RowCompareExpr *>(node)->opnos)
                if (!is_own_operator(lfirst_oid(cell))) return true;
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

void init_trust() { CacheRegisterSyscacheCallback(OPEROID, forget, 0); }

bool is_trusted(Node *expression) { return !find_untrusted(expression, nullptr); }

}  // namespace pg_retention
