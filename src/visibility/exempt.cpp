#include "visibility/exempt.hpp"

#include "schema/extension.hpp"
#include "schema/governed.hpp"
#include "pg/compat.hpp"
#include "visibility/referential.hpp"
#include "visibility/trust.hpp"

extern "C" {
#include "rewrite/prs2lock.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
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

// The server puts the condition of a conditional INSTEAD rule into the statement itself.
bool is_conditioned(const Query *query) {
    if (query->commandType == CMD_SELECT || query->resultRelation == 0) return false;
    Relation rel = RelationIdGetRelation(list_nth_node(RangeTblEntry, query->rtable, query->resultRelation - 1)->relid);
    bool found = false;
    for (int i = 0; RelationIsValid(rel) && rel->rd_rules != nullptr && i < rel->rd_rules->numLocks; ++i) {
        const RewriteRule *rule = rel->rd_rules->rules[i];
        found = found || (rule->event == query->commandType && rule->isInstead && rule->qual != nullptr);
    }
    if (RelationIsValid(rel)) RelationClose(rel);
    return found;
}

[[noreturn]] void refuse_unknown(Oid relid) {
    ereport(ERROR,
            (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
             errmsg("cannot read governed table \"%s\" inside the check of a foreign key", get_rel_name(relid)),
             errdetail("The statement is not one of the foreign key's own."),
             errhint("Do not let a rule rewrite what a foreign key does, nor a cast or an operator of a key read tables.")));
    pg_unreachable();
}

// Some policy of row security has become a part of the query.
bool find_row_security(Node *node, void *context) {
    if (node == nullptr) return false;
    if (!IsA(node, Query)) return expression_tree_walker(node, tree_walker_fn(find_row_security), context);
    auto *query = reinterpret_cast<Query *>(node);
    ListCell *cell = nullptr;
    foreach (cell, query->rtable)
        if (lfirst_node(RangeTblEntry, cell)->securityQuals != NIL) return true;
    return query->withCheckOptions != NIL || query_tree_walker(query, tree_walker_fn(find_row_security), context, 0);
}

// Our own statements act beyond row security, as the owner: what a policy reads or calls would see what they see.
[[noreturn]] void refuse_row_security() {
    ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
                    errmsg("row security of a table would see rows that are hidden by a retention policy"),
                    errhint("Let the owner of the table do it.")));
    pg_unreachable();
}

// Its condition would see what the statement sees.
[[noreturn]] void refuse_rule(const Query *query) {
    const char *table = query->resultRelation == 0
                          ? ""
                          : get_rel_name(list_nth_node(RangeTblEntry, query->rtable, query->resultRelation - 1)->relid);
    ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                    errmsg("a conditional rule of table \"%s\" stands in the way of pg_retention", table),
                    errhint("Write the rule as a trigger.")));
    pg_unreachable();
}

[[noreturn]] void refuse_user_code(Oid relid) {
    ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                    errmsg("a foreign key of governed table \"%s\" compares its keys with a function that a user wrote",
                           get_rel_name(relid)),
                    errdetail("The function would be given keys of hidden rows."),
                    errhint("Give both sides of the key the same type, or a cast and an operator of the server's.")));
    pg_unreachable();
}

}  // namespace

Exemption exemption_of(const Query *query, bool raised) {
    const Exemption own = exemption_at(query->stmt_location);
    if (is_own(own) && is_conditioned(query)) refuse_rule(query);
    if (is_own(own) && find_row_security(const_cast<Node *>(reinterpret_cast<const Node *>(query)), nullptr))
        refuse_row_security();
    if (is_own(own)) return own;
    Oid relid = InvalidOid;
    // What rules add is their authors', and no exception.
    if (!raised || query->querySource != QSRC_ORIGINAL ||
        !find_governed(const_cast<Node *>(reinterpret_cast<const Node *>(query)), &relid))
        return Exemption::kNone;
    if (!is_referential_query(query)) refuse_unknown(relid);
    if (!compares_by_trusted_functions(query)) refuse_user_code(relid);
    return Exemption::kReferential;
}

}  // namespace pg_retention
