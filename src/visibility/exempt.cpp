#include "visibility/exempt.hpp"

#include "catalog/extension.hpp"
#include "catalog/governed.hpp"
#include "pg/compat.hpp"
#include "visibility/referential.hpp"
#include "visibility/trust.hpp"

extern "C" {
#include "utils/lsyscache.h"
}

namespace pg_retention {

namespace {

// Some table that the query reads or writes is governed, or stands above one that is. *relid is the first.
bool find_governed(Node *node, void *relid) {
    if (node == nullptr) return false;
    if (!IsA(node, Query)) return expression_tree_walker(node, tree_walker_fn(find_governed), relid);
    auto *query = reinterpret_cast<Query *>(node);
    ListCell *cell = nullptr;
    foreach (cell, query->rtable) {
        const auto *rte = lfirst_node(RangeTblEntry, cell);
        if (rte->rtekind != RTE_RELATION || !(is_governed(rte->relid) || (rte->inh && has_governed_child(rte->relid)))) continue;
        *static_cast<Oid *>(relid) = rte->relid;
        return true;
    }
    return query_tree_walker(query, tree_walker_fn(find_governed), relid, 0);
}

// What the server asked, also where a rule with a condition has put that condition into it. What else rules add is their author's.
bool is_the_servers(const Query *query) {
    return query->querySource == QSRC_ORIGINAL || query->querySource == QSRC_QUAL_INSTEAD_RULE;
}

[[noreturn]] void refuse_unknown(Oid relid) {
    ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                    errmsg("cannot read governed table \"%s\" inside the check of a foreign key", get_rel_name(relid)),
                    errdetail("The statement is not one of the foreign key's own."),
                    errhint("Do not let a rule rewrite what a foreign key does, nor a cast or an operator of a key read tables.")));
    pg_unreachable();
}

[[noreturn]] void refuse_user_code(Oid relid) {
    ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                    errmsg("a foreign key of governed table \"%s\" compares its keys with a function that a user wrote", get_rel_name(relid)),
                    errdetail("The function would be given keys of hidden rows."),
                    errhint("Give both sides of the key the same type, or a cast and an operator of the server's.")));
    pg_unreachable();
}

}  // namespace

Exemption exemption_of(const Query *query, bool raised) {
    const Exemption own = exemption_at(query->stmt_location);
    if (own == Exemption::kOwn || own == Exemption::kOwnForFew) return own;
    Oid relid = InvalidOid;
    if (!raised || !is_the_servers(query) || !find_governed(const_cast<Node *>(reinterpret_cast<const Node *>(query)), &relid))
        return Exemption::kNone;
    if (!is_referential_query(query)) refuse_unknown(relid);
    if (!compares_by_trusted_functions(query)) refuse_user_code(relid);
    return Exemption::kReferential;
}

}  // namespace pg_retention
