// A condition that can be read may still fail at a row: what a function of another language names is looked up when it runs. So it is tried on
// a few rows, as their owner, hidden ones included. What failed may name what they hold, so its words are not told.
#include "schema/condition.hpp"
#include "schema/extension.hpp"
#include "policy/policy_check.hpp"
#include "policy/rights.hpp"
#include "policy/said_of_policy.hpp"
#include "pg/attempt.hpp"
#include "pg/cause.hpp"
#include "pg/compat.hpp"
#include "pg/guard.hpp"
#include "pg/names.hpp"
#include "pg/security.hpp"
#include "pg/sql.hpp"

extern "C" {
#include "access/table.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "miscadmin.h"
#include "storage/bufmgr.h"
#include "storage/lmgr.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
}

namespace pg_retention {

namespace {

// At the beginning and at the end of each table, as long as that takes no time worth speaking of.
constexpr BlockNumber kBlocks = 2;
constexpr int kTables = 16;

char *condition_as_sql(const Policy &policy) {
    Relation rel = table_open(policy.relid, AccessShareLock);
    const ActingAs saved = act_as(rel->rd_rel->relowner, true);
    char *condition = condition_text(rel, policy.applies_to, "t");
    leave(saved);
    table_close(rel, AccessShareLock);
    return condition;
}

void ask_rows(const char *condition, Oid leaf) {
    Relation rel = table_open(leaf, NoLock);
    const BlockNumber blocks = RelationGetNumberOfBlocks(rel);
    table_close(rel, NoLock);
    const char *table = qualified_name(leaf);
    (void) run_as(
        owner_of(leaf), kOnce,
        psprintf("SELECT pg_catalog.count(%1$s) FROM (SELECT * FROM ONLY %2$s WHERE ctid OPERATOR(pg_catalog.<) '(%3$u,0)' UNION "
                 "ALL SELECT * FROM ONLY %2$s WHERE ctid OPERATOR(pg_catalog.>=) '(%4$u,0)') AS t",
                 condition, table, kBlocks, Max(kBlocks, blocks > kBlocks ? blocks - kBlocks : 0)));
}

// Who owns a partition of another's table has another's condition run for him; such a one is not tried.
void ask_tables(const Policy &policy) {
    SPI_connect();
    const char *condition = condition_as_sql(policy);
    ListCell *cell = nullptr;
    int tried = 0;
    foreach (cell, find_all_inheritors(policy.relid, NoLock, nullptr)) {
        const Oid leaf = lfirst_oid(cell);
        const bool its = get_rel_relkind(leaf) == RELKIND_RELATION && owner_of(leaf) == owner_of(policy.relid);
        if (!its || tried == kTables || !ConditionalLockRelationOid(leaf, AccessShareLock)) continue;
        ++tried;
        ask_rows(condition, leaf);
    }
    SPI_finish();
}

}  // namespace

char *condition_failure(const Policy &policy) {
    if (policy.mode == Mode::kOff || policy.applies_to == nullptr || get_rel_name(policy.relid) == nullptr ||
        !is_confirmed(policy) || !ConditionalLockRelationOid(policy.relid, AccessShareLock))
        return nullptr;
    bool timed_out = false;
    const ErrorData *error = attempt_in_time([&] { ask_tables(policy); }, &timed_out);
    return error == nullptr ? nullptr : psprintf("it fails at rows that are there: %s", cause_of(error));
}

}  // namespace pg_retention

RETENTION_FUNCTION(pg_retention_condition_failure) {
    return pg_retention::said_of_policy(fcinfo, [](const pg_retention::Policy &policy) {
        return pg_retention::condition_problem(policy) == nullptr ? pg_retention::condition_failure(policy) : nullptr;
    });
}
