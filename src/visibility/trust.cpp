#include "visibility/trust.hpp"

#include <algorithm>

#include "schema/extension.hpp"
#include "pg/compat.hpp"
#include "pg/invalidation.hpp"

extern "C" {
#include "access/transam.h"
#include "catalog/pg_language.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
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

// Functions of operators that are indexed other than by comparing, none of which fails on any value.
constexpr Oid kSafe[] = {
    F_TS_MATCH_VQ,        F_TS_MATCH_QV,         F_JSONB_CONTAINS,
    F_JSONB_CONTAINED,    F_JSONB_EXISTS,        F_JSONB_EXISTS_ANY,
    F_JSONB_EXISTS_ALL,   F_ARRAYOVERLAP,        F_ARRAYCONTAINS,
    F_ARRAYCONTAINED,     F_RANGE_OVERLAPS,      F_RANGE_CONTAINS,
    F_RANGE_CONTAINED_BY, F_RANGE_CONTAINS_ELEM, F_ELEM_CONTAINED_BY_RANGE,
    F_RANGE_BEFORE,       F_RANGE_AFTER,         F_RANGE_OVERLEFT,
    F_RANGE_OVERRIGHT,    F_RANGE_ADJACENT,      F_NETWORK_SUB,
    F_NETWORK_SUBEQ,      F_NETWORK_SUP,         F_NETWORK_SUPEQ,
    F_NETWORK_OVERLAP,    F_STARTS_WITH,         F_TIDEQ,
};
constexpr Oid kLike[] = {F_TEXTLIKE,   F_TEXTNLIKE,   F_BPCHARLIKE,   F_BPCHARNLIKE,   F_NAMELIKE,   F_NAMENLIKE,
                         F_TEXTICLIKE, F_TEXTICNLIKE, F_BPCHARICLIKE, F_BPCHARICNLIKE, F_NAMEICLIKE, F_NAMEICNLIKE};

// What is wrong with a regular expression is found when it is planned, whatever the values are.
constexpr Oid kRegex[] = {F_TEXTREGEXEQ,     F_TEXTREGEXNE,     F_BPCHARREGEXEQ, F_BPCHARREGEXNE,
                          F_NAMEREGEXEQ,     F_NAMEREGEXNE,     F_TEXTICREGEXEQ, F_TEXTICREGEXNE,
                          F_BPCHARICREGEXEQ, F_BPCHARICREGEXNE, F_NAMEICREGEXEQ, F_NAMEICREGEXNE};

template <std::size_t N>
bool is_one_of(const Oid (&functions)[N], Oid function) {
    return std::find(functions, functions + N, function) != functions + N;
}

// An odd number of escapes at the end of a pattern is an error, once a value has matched what stands before.
bool is_whole_pattern(const Node *pattern) {
    if (!IsA(pattern, Const) || reinterpret_cast<const Const *>(pattern)->constisnull) return false;
    const auto *constant = reinterpret_cast<const Const *>(pattern);
    if (constant->consttype != TEXTOID && constant->consttype != BPCHAROID && constant->consttype != VARCHAROID) return false;
    const char *start = TextDatumGetCString(constant->constvalue);
    int escapes = 0;
    for (const char *at = start + strlen(start); at > start && at[-1] == '\\'; --at) ++escapes;
    return escapes % 2 == 0;
}

bool is_foreign(Oid function, void *) {
    return function >= FirstNormalObjectId && !is_condition(function) && function != extension()->conflict_function &&
           function != extension()->person_conflict_function;
}

// An estimator may call an operator's negator or commutator in its place, and one may be given to an operator that had none.
bool leads_to_own(Oid operation, int steps) {
    if (operation >= FirstNormalObjectId) return false;
    if (!OidIsValid(operation) || steps == 0) return true;
    return leads_to_own(get_negator(operation), steps - 1) && leads_to_own(get_commutator(operation), steps - 1);
}

// Whatever its arguments are.
bool never_fails(Oid operation) {
    const Oid function = get_opcode(operation);
    return is_one_of(kSafe, function) || compares(operation) || get_func_leakproof(function);
}

// What was found out holds while no operator, no member of an operator family and no function has changed.
struct Known {
    Oid operation;
    bool own;
    bool safe;
    uint64_t at;
};
constexpr Oid kPlaces = 64;
constinit Known known[kPlaces] = {};
constinit uint64_t changes = 1;

void forget_operators(Datum, SysCacheId, uint32) { ++changes; }

const Known *find_known(Oid operation) {
    Known *place = &known[operation % kPlaces];
    if (place->operation != operation || place->at != changes) {
        const uint64_t before = changes;
        *place = Known{operation, leads_to_own(operation, 2), never_fails(operation), before};
    }
    return place;
}

bool is_own_operator(Oid operation) { return find_known(operation)->own; }

bool may_operator_fail(Oid operation, List *arguments) {
    if (find_known(operation)->safe) return false;
    const Oid function = get_opcode(operation);
    // Prefix operators are none of the following.
    if (list_length(arguments) != 2) return true;
    const auto *pattern = static_cast<const Node *>(lsecond(arguments));
    if (is_one_of(kRegex, function)) return !IsA(pattern, Const);
    return !is_one_of(kLike, function) || !is_whole_pattern(pattern);
}

bool has_foreign_operator(Node *node) {
    switch (nodeTag(node)) {
        case T_OpExpr:
        case T_DistinctExpr:
        case T_NullIfExpr: return !is_own_operator(reinterpret_cast<OpExpr *>(node)->opno);
        case T_ScalarArrayOpExpr: return !is_own_operator(reinterpret_cast<ScalarArrayOpExpr *>(node)->opno);
        case T_RowCompareExpr: {
            ListCell *cell = nullptr;
            foreach (cell, reinterpret_cast<RowCompareExpr *>(node)->opnos)
                if (!is_own_operator(lfirst_oid(cell))) return true;
            return false;
        }
        default: return false;
    }
}

// What else an expression calculates, no index and no estimator tries on stored values.
bool find_failing(Node *node, void *context) {
    if (node == nullptr) return false;
    if (IsA(node, OpExpr) && reinterpret_cast<OpExpr *>(node)->opresulttype == BOOLOID &&
        may_operator_fail(reinterpret_cast<OpExpr *>(node)->opno, reinterpret_cast<OpExpr *>(node)->args))
        return true;
    if (IsA(node, ScalarArrayOpExpr) &&
        may_operator_fail(reinterpret_cast<ScalarArrayOpExpr *>(node)->opno, reinterpret_cast<ScalarArrayOpExpr *>(node)->args))
        return true;
    if (IsA(node, Query)) return query_tree_walker(reinterpret_cast<Query *>(node), tree_walker_fn(find_failing), context, 0);
    return expression_tree_walker(node, tree_walker_fn(find_failing), context);
}

bool find_foreign(Node *node, void *context) {
    if (node == nullptr) return false;
    if (IsA(node, Query)) return query_tree_walker(reinterpret_cast<Query *>(node), tree_walker_fn(find_foreign), context, 0);
    if (IsA(node, CoerceToDomain) || has_foreign_operator(node) || check_functions_in_node(node, is_foreign, context))
        return true;
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

bool may_fail(Node *expression) { return find_failing(expression, nullptr); }

bool is_all_of_server(Query *query) {
    auto *tree = reinterpret_cast<Node *>(query);
    return !find_foreign(tree, nullptr) && !find_failing(tree, nullptr);
}

void init_trust() {
    for (const auto cache : {OPEROID, AMOPOPID, PROCOID}) watch_catalog(cache, forget_operators);
}

bool is_trusted(Node *expression) { return !find_untrusted(expression, nullptr); }

}  // namespace pg_retention
