// A policy that no row can reach: another one takes all rows that it could have.
#include "schema/condition.hpp"
#include "policy/policy_check.hpp"
#include "policy/rights.hpp"
#include "policy/said_of_policy.hpp"
#include "pg/attempt.hpp"
#include "pg/compat.hpp"
#include "pg/guard.hpp"
#include "pg/security.hpp"

extern "C" {
#include "access/table.h"
#include "catalog/partition.h"
#include "nodes/makefuncs.h"
#include "optimizer/clauses.h"
#include "optimizer/optimizer.h"
#include "storage/lmgr.h"
#include "utils/rel.h"
}

namespace pg_retention {

namespace {

// In the form in which conditions are compared.
List *clauses_of(const Policy &policy) {
    Relation rel = table_open(policy.relid, AccessShareLock);
    const ActingAs saved = act_as(rel->rd_rel->relowner, false);
    Node *condition = eval_const_expressions(nullptr, cook_condition(rel, policy.applies_to));
    leave(saved);
    table_close(rel, AccessShareLock);
    return make_ands_implicit(canonicalize_qual(reinterpret_cast<Expr *>(condition), false));
}

// As far as the planner can tell; conditions of different tables are not compared.
bool has_all_rows_of(const Policy &policy, const Policy &other) {
    if (policy.applies_to == nullptr) return true;
    if (other.applies_to == nullptr || other.relid != policy.relid || !is_confirmed(policy) || !is_confirmed(other)) return false;
    // Whoever looks does not wait for whoever changes the table.
    if (!ConditionalLockRelationOid(policy.relid, AccessShareLock)) return false;
    // A condition that can no longer be read is said elsewhere: condition_problem.
    bool implied = false;
    const ErrorData *error = attempt([&] { implied = predicate_implied_by(clauses_of(policy), clauses_of(other), false); });
    return error == nullptr && implied;
}

bool is_asked_before(const Policy &policy, const Policy &other) {
    const bool enforces = policy.mode == Mode::kEnforce, waits = other.mode != Mode::kEnforce;
    return enforces != waits ? goes_before(policy, other) : enforces;
}

}  // namespace

char *why_out_of_reach(const Policy &policy) {
    int count = 0;
    const Policy *other = all_policies(&count);
    List *above = get_rel_relispartition(policy.relid) ? get_partition_ancestors(policy.relid) : NIL;
    for (int i = 0; i < count; ++i) {
        if (other[i].id == policy.id || other[i].mode == Mode::kOff || !is_asked_before(other[i], policy)) continue;
        if (other[i].relid != policy.relid && !list_member_oid(above, other[i].relid)) continue;
        if (!has_all_rows_of(other[i], policy)) continue;
        if (!goes_before(other[i], policy))
            return psprintf("no row reaches it until it enforces: policy \"%s\" does, and takes them all", other[i].name);
        return psprintf("no row reaches it: policy \"%s\" comes before it and takes them all%s", other[i].name,
                        policy.terms.has_floor     ? ", whatever must_keep_for says"
                        : other[i].terms.has_floor ? "; a floor and a ceiling of the same rows stand in one policy"
                                                   : "");
    }
    return nullptr;
}

}  // namespace pg_retention

RETENTION_FUNCTION(pg_retention_out_of_reach) {
    return pg_retention::said_of_policy(fcinfo, [](const pg_retention::Policy &policy) {
        return policy.mode == pg_retention::Mode::kOff ? nullptr : pg_retention::why_out_of_reach(policy);
    });
}
