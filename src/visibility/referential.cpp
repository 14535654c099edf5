#include "visibility/referential.hpp"

#include <algorithm>

#include "schema/foreign_key.hpp"
#include "pg/compat.hpp"
#include "visibility/trust.hpp"

extern "C" {
#include "access/transam.h"
#include "nodes/makefuncs.h"
#include "optimizer/clauses.h"
#include "optimizer/optimizer.h"
}

namespace pg_retention {

namespace {

// The tables that the query reads or writes, wherever it does.
bool collect_tables(Node *node, void *tables) {
    if (node == nullptr) return false;
    if (!IsA(node, Query)) return expression_tree_walker(node, tree_walker_fn(collect_tables), tables);
    auto *query = reinterpret_cast<Query *>(node);
    ListCell *cell = nullptr;
    foreach (cell, query->rtable) {
        const auto *rte = lfirst_node(RangeTblEntry, cell);
        if (rte->rtekind != RTE_RELATION) continue;
        auto **found = static_cast<List **>(tables);
        *found = list_append_unique_oid(*found, rte->relid);
    }
    return query_tree_walker(query, tree_walker_fn(collect_tables), tables, 0);
}

// Below the casts that make a column and a parameter comparable.
const Node *without_casts(const Node *node) {
    for (;;) {
        if (IsA(node, RelabelType))
            node = reinterpret_cast<const Node *>(reinterpret_cast<const RelabelType *>(node)->arg);
        else if (IsA(node, CoerceViaIO))
            node = reinterpret_cast<const Node *>(reinterpret_cast<const CoerceViaIO *>(node)->arg);
        else if (IsA(node, ArrayCoerceExpr))
            node = reinterpret_cast<const Node *>(reinterpret_cast<const ArrayCoerceExpr *>(node)->arg);
        else if (IsA(node, CollateExpr))
            node = reinterpret_cast<const Node *>(reinterpret_cast<const CollateExpr *>(node)->arg);
        else if (IsA(node, FuncExpr) && reinterpret_cast<const FuncExpr *>(node)->funcformat != COERCE_EXPLICIT_CALL &&
                 reinterpret_cast<const FuncExpr *>(node)->args != NIL)
            node = static_cast<const Node *>(linitial(reinterpret_cast<const FuncExpr *>(node)->args));
        else
            return node;
    }
}

bool is_parameter(const Node *node) {
    node = without_casts(node);
    return IsA(node, Param) && reinterpret_cast<const Param *>(node)->paramkind == PARAM_EXTERN;
}

// The place in the list of columns of the one that is compared with a parameter by the key's own operator, or -1. A column may stand in
// a key twice: of places already taken the next.
int compared_column(const Node *clause, const ForeignKey &key, const AttrNumber *columns, const Bitmapset *taken) {
    if (!IsA(clause, OpExpr) || list_length(reinterpret_cast<const OpExpr *>(clause)->args) != 2) return -1;
    const auto *operation = reinterpret_cast<const OpExpr *>(clause);
    const auto *left = static_cast<const Node *>(linitial(operation->args));
    const auto *right = static_cast<const Node *>(lsecond(operation->args));
    const Node *column = without_casts(is_parameter(left) ? right : left);
    if (!is_parameter(is_parameter(left) ? left : right) || !IsA(column, Var)) return -1;
    const auto *var = reinterpret_cast<const Var *>(column);
    for (int i = 0; i < key.n; ++i)
        if (var->varlevelsup == 0 && var->varattno == columns[i] && !bms_is_member(i, taken))
            for (const auto &operators : key.operators)
                if (operators[i] == operation->opno) return i;
    return -1;
}

List *clauses_of(const Query *query) {
    return query->jointree == nullptr ? NIL : make_ands_implicit(reinterpret_cast<Expr *>(query->jointree->quals));
}

bool compares_key(const Query *query, const ForeignKey &key, const AttrNumber *columns) {
    Bitmapset *compared = nullptr;
    ListCell *cell = nullptr;
    foreach (cell, clauses_of(query)) {
        const int column = compared_column(static_cast<const Node *>(lfirst(cell)), key, columns, compared);
        if (column < 0) return false;
        compared = bms_add_member(compared, column);
    }
    return bms_num_members(compared) == key.n;
}

// UPDATE sets the columns that refer, and no others.
bool sets_key(const Query *query, const ForeignKey &key) {
    ListCell *cell = nullptr;
    foreach (cell, query->targetList) {
        const auto *target = lfirst_node(TargetEntry, cell);
        const auto *end = key.referring_columns + key.n;
        if (target->resjunk || std::find(key.referring_columns, end, target->resno) == end) return false;
    }
    return true;
}

bool has_nothing_else(const Query *query) {
    return list_length(query->rtable) == 1 && !query->hasSubLinks && !query->hasAggs && !query->hasWindowFuncs &&
           !query->hasTargetSRFs && query->cteList == NIL && query->setOperations == nullptr && query->groupClause == NIL &&
           query->havingQual == nullptr && query->distinctClause == NIL && query->sortClause == NIL &&
           query->returningList == NIL && query->onConflict == nullptr && query->limitCount == nullptr &&
           query->limitOffset == nullptr;
}

bool has_shape(const Query *query, const ForeignKey &key) {
    const Oid relid = linitial_node(RangeTblEntry, query->rtable)->relid;
    const bool referring = relid == key.referring && compares_key(query, key, key.referring_columns);
    switch (query->commandType) {
        case CMD_SELECT:
            return list_length(query->targetList) == 1 && IsA(linitial_node(TargetEntry, query->targetList)->expr, Const) &&
                   (referring || (relid == key.referred && compares_key(query, key, key.referred_columns)));
        case CMD_DELETE: return referring;
        case CMD_UPDATE: return referring && sets_key(query, key);
        default: return false;
    }
}

// Beside the key's own operators the statements for a PERIOD use those of ranges, and range_agg.
bool find_alien(Node *node, void *context) {
    if (node == nullptr) return false;
    const auto *key = static_cast<const ForeignKey *>(context);
    if (IsA(node, Query)) {
        auto *query = reinterpret_cast<Query *>(node);
        return query->commandType != CMD_SELECT || query->cteList != NIL || query->setOperations != nullptr ||
               query_tree_walker(query, tree_walker_fn(find_alien), context, QTW_EXAMINE_RTES_BEFORE);
    }
    if (IsA(node, RangeTblEntry)) {
        const RTEKind kind = reinterpret_cast<RangeTblEntry *>(node)->rtekind;
        return kind != RTE_RELATION && kind != RTE_SUBQUERY;
    }
    if (IsA(node, OpExpr)) {
        const Oid operation = reinterpret_cast<OpExpr *>(node)->opno;
        bool own = operation < FirstNormalObjectId;
        for (const auto &operators : key->operators)
            own = own || std::find(operators, operators + key->n, operation) != operators + key->n;
        if (!own) return true;
    }
    if (IsA(node, FuncExpr) && without_casts(node) == node && reinterpret_cast<FuncExpr *>(node)->funcid >= FirstNormalObjectId)
        return true;
    if (IsA(node, Aggref) && reinterpret_cast<Aggref *>(node)->aggfnoid >= FirstNormalObjectId) return true;
    return expression_tree_walker(node, tree_walker_fn(find_alien), context);
}

bool is_of(const Query *query, List *tables, const ForeignKey &key) {
    ListCell *cell = nullptr;
    foreach (cell, tables)
        if (lfirst_oid(cell) != key.referring && lfirst_oid(cell) != key.referred) return false;
    if (has_nothing_else(query) && has_shape(query, key)) return true;
    auto *tree = const_cast<Node *>(reinterpret_cast<const Node *>(query));
    return key.period && !find_alien(tree, const_cast<ForeignKey *>(&key));
}

bool is_user_function(Oid function, void *) { return !is_trusted_function(function); }

// A function that a user wrote, with a column somewhere in what it is given.
bool gives_column_away(Node *node, void *context) {
    if (node == nullptr) return false;
    if (IsA(node, Query))
        return query_tree_walker(reinterpret_cast<Query *>(node), tree_walker_fn(gives_column_away), context, 0);
    if (IsA(node, OpExpr)) set_opfuncid(reinterpret_cast<OpExpr *>(node));
    if (check_functions_in_node(node, is_user_function, context) && contain_var_clause(node)) return true;
    return expression_tree_walker(node, tree_walker_fn(gives_column_away), context);
}

}  // namespace

bool is_referential_query(const Query *query) {
    List *tables = NIL;
    (void) collect_tables(const_cast<Node *>(reinterpret_cast<const Node *>(query)), &tables);
    if (tables == NIL) return false;
    ListCell *cell = nullptr;
    foreach (cell, foreign_keys_of(linitial_oid(tables))) {
        ForeignKey key = {};
        if (load_foreign_key(lfirst_oid(cell), &key) && is_of(query, tables, key)) return true;
    }
    return false;
}

bool compares_by_trusted_functions(const Query *query) {
    return !gives_column_away(const_cast<Node *>(reinterpret_cast<const Node *>(query)), nullptr);
}

}  // namespace pg_retention
