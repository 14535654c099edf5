// Puts the condition into every plan; what would be read without it is refused.
#include "schema/extension.hpp"
#include "schema/governed.hpp"
#include "pg/copy_watch.hpp"
#include "pg/compat.hpp"
#include "pg/guard.hpp"
#include "pg/mark.hpp"
#include "pg/security.hpp"
#include "pg/settings.hpp"
#include "pg/sql.hpp"
#include "visibility/binding.hpp"
#include "visibility/exempt.hpp"
#include "visibility/inject.hpp"
#include "visibility/paths.hpp"
#include "visibility/trust.hpp"
#include "visibility/visibility.hpp"

extern "C" {
#include "executor/executor.h"
#include "executor/spi.h"
#include "optimizer/cost.h"
#include "optimizer/paths.h"
#include "optimizer/planner.h"
#include "replication/walsender.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/rls.h"
}

namespace pg_retention {

namespace {

constinit planner_hook_type previous_planner = nullptr;
constinit set_rel_pathlist_hook_type previous_pathlist = nullptr;
constinit RelationHook previous_relation = nullptr;
constinit ExecutorCheckPerms_hook_type previous_perms = nullptr;
constinit Dynamic<bool> bypassed{false};  // the plan being made is exempt
constinit uint64 plans_seen = 0;

// Plans under the decision that was made of this one query. Whatever is planned in passing (constants are folded by calling functions)
// asks for its own, and without the server's flag.
PlannedStmt *plan_switched(Exemption as, RETENTION_PLAN_PARAMETERS) {
    const bool few = as == Exemption::kOwnForFew;
    const SecurityContext before = lower_flag();
    PlannedStmt *planned = nullptr;
    // A common value must not make one plan for all values a scan of the table. Where there is no index after all, the price
    // put on a scan must not make it worth compiling.
    during(bypassed, as != Exemption::kNone, [&] {
        during(&enable_seqscan, enable_seqscan && !few, [&] { planned = previous_planner(RETENTION_PLAN_ARGUMENTS); });
    });
    restore(before);
    if (few) planned->jitFlags = 0;
    return planned;
}

PlannedStmt *plan_governed(RETENTION_PLAN_PARAMETERS) {
    Dependencies dependencies = {};
    const bool raised = InNoForceRLSOperation();
    const List *copied = copy_watch.find == nullptr ? NIL : copy_watch.find(query);
    const bool governed = inject_condition(query, &dependencies);
    PlannedStmt *planned = nullptr;
    // Where nothing is to be switched, nothing is to be switched back after an error.
    const auto plan = [&] {
        planned = raised || bypassed ? plan_switched(Exemption::kNone, RETENTION_PLAN_ARGUMENTS)
                                     : previous_planner(RETENTION_PLAN_ARGUMENTS);
    };
    if (governed)
        during(estimated, is_all_of_server(query) ? query : nullptr, plan);
    else
        plan();
    if (dependencies.items != NIL) planned->invalItems = list_concat(planned->invalItems, dependencies.items);
    planned->dependsOnRole = planned->dependsOnRole || dependencies.role;
    if (copied != NIL) copy_watch.mark(planned, copied);
    if (governed) mark_governed(planned);
    return planned;
}

// Most statements read a few tables that do not matter, and nothing else.
bool is_plain(const Query *query) {
    if (query->hasSubLinks || query->cteList != NIL || query->stmt_location < -1) return false;
    ListCell *cell = nullptr;
    foreach (cell, query->rtable) {
        const auto *rte = lfirst_node(RangeTblEntry, cell);
        if (rte->rtekind == RTE_SUBQUERY || rte->rtekind == RTE_FUNCTION ||
            (rte->rtekind == RTE_RELATION && may_matter(rte->relid)))
            return false;
    }
    return true;
}

PlannedStmt *plan_decided(RETENTION_PLAN_PARAMETERS) {
    if (extension() == nullptr) return previous_planner(RETENTION_PLAN_ARGUMENTS);
    const Exemption as = exemption_of(query, InNoForceRLSOperation());
    if (as == Exemption::kNone) return plan_governed(RETENTION_PLAN_ARGUMENTS);
    // The plan takes it over, and is asked when it is executed.
    query->stmt_location = static_cast<int>(as);
    return plan_switched(as, RETENTION_PLAN_ARGUMENTS);
}

[[gnu::noinline]] PlannedStmt *plan_guarded(RETENTION_PLAN_PARAMETERS) {
    return guarded([&] { return plan_decided(RETENTION_PLAN_ARGUMENTS); });
}

// What needs a frame of its own stands apart.
PlannedStmt *plan(RETENTION_PLAN_PARAMETERS) {
    ++plans_seen;
    if (!bypassed && is_plain(query) && !InNoForceRLSOperation()) return previous_planner(RETENTION_PLAN_ARGUMENTS);
    return plan_guarded(RETENTION_PLAN_ARGUMENTS);
}

void pathlist(PlannerInfo *root, RelOptInfo *rel, Index rti, RangeTblEntry *rte) {
    if (previous_pathlist != nullptr) previous_pathlist(root, rel, rti, rte);
    if (bypassed || rte->rtekind != RTE_RELATION || !may_matter(rte->relid) || !is_governed_scan(rel, rte)) return;
    guarded([&] {
        require_condition(rel, rti, rte);
        offer_trusted_index_paths(root, rel);
    });
}

void relation(RETENTION_RELATION_PARAMETERS) {
    if (previous_relation != nullptr) previous_relation(RETENTION_RELATION_ARGUMENTS);
    if (bypassed || rel->reloptkind != RELOPT_OTHER_MEMBER_REL) return;
    guarded([&] {
        if (extension() != nullptr) inject_into_child(root, rel->relid);
    });
}

// The initial check of a new foreign key reads both tables in one query; row by row it sees hidden rows.
bool governed_in(List *entries) {
    ListCell *cell = nullptr;
    foreach (cell, entries) {
        auto *rte = lfirst_node(RangeTblEntry, cell);
        if (rte->rtekind == RTE_RELATION && is_governed(rte->relid)) return true;
    }
    return false;
}

[[gnu::noinline]] bool may_check_at_once(List *entries) {
    return guarded([&] { return extension() == nullptr || !governed_in(entries); });
}

bool check_perms(RETENTION_PERMS_PARAMETERS) {
    if (previous_perms != nullptr && !previous_perms(RETENTION_PERMS_ARGUMENTS)) return false;
    return complain || may_check_at_once(entries);
}

}  // namespace

void check_row_security(Oid relid) {
    if (settings::reveal) return;
    if (am_walsender)
        ereport(ERROR,
                (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
                 errmsg("replication would copy only a part of table \"%s\"", get_rel_name(relid)),
                 errhint("Give the replication role the right to read hidden rows: ALTER ROLE ... SET retention.reveal = on.")));
    if (row_security || refreshing) return;
    ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
                    errmsg("query would be affected by the retention policy of table \"%s\"", get_rel_name(relid)),
                    errhint("To read all rows, set retention.reveal as a role that may.")));
}

constinit Dynamic<bool> refreshing{false};

void init_planner() {
    previous_planner = planner_hook != nullptr ? planner_hook : standard_planner;
    planner_hook = plan;
    previous_pathlist = set_rel_pathlist_hook;
    set_rel_pathlist_hook = pathlist;
    previous_relation = RETENTION_RELATION_HOOK;
    RETENTION_RELATION_HOOK = relation;
    previous_perms = ExecutorCheckPerms_hook;
    ExecutorCheckPerms_hook = check_perms;
}

}  // namespace pg_retention

RETENTION_FUNCTION(pg_retention_hooks_in_place) {
    const uint64 before = pg_retention::plans_seen;
    SPI_connect();
    pg_retention::run_governed(pg_retention::kOnceReading, "SELECT 1");
    SPI_finish();
    PG_RETURN_BOOL(pg_retention::plans_seen > before);
}
