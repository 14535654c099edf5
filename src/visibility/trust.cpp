#include "visibility/trust.hpp"

#include "pg/compat.hpp"

extern "C" {
#include "catalog/pg_language.h"
#include "catalog/pg_proc.h"
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

}  // namespace

bool is_trusted_function(Oid function) {
    HeapTuple tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
    if (!HeapTupleIsValid(tuple)) return false;
    const auto *form = reinterpret_cast<Form_pg_proc>(GETSTRUCT(tuple));
    const bool trusted = form->prolang == INTERNALlanguageId || form->prolang == ClanguageId || form->proleakproof;
    ReleaseSysCache(tuple);
    return trusted;
}

bool is_trusted(Node *expression) { return !find_untrusted(expression, nullptr); }

}  // namespace pg_retention
