// What the planner may know of a governed table, and what everybody else may: the statistics hold values of hidden rows.
#include "schema/extension.hpp"
#include "schema/governed.hpp"
#include "schema/toast.hpp"
#include "pg/clock_datum.hpp"
#include "pg/compat.hpp"
#include "pg/guard.hpp"
#include "pg/settings.hpp"
#include "visibility/binding.hpp"
#include "visibility/inject.hpp"
#include "visibility/trust.hpp"
#include "visibility/visibility.hpp"

extern "C" {
#include "access/transam.h"
#include "catalog/index.h"
#include "catalog/pg_class.h"
#include "catalog/pg_statistic.h"
#include "catalog/pg_statistic_ext.h"
#include "nodes/supportnodes.h"
#include "utils/lsyscache.h"
#include "utils/selfuncs.h"
#include "utils/syscache.h"
}

namespace pg_retention {

namespace {

// What is hidden is usually a small part.
constexpr double kUnknown = 0.95;

bool is_visible_now(const Binding &binding, Datum clock) { return is_visible(binding, datum_clock(clock)); }

// The share of the most common values that is visible; *covered: the share of the rows they stand for.
double common_share(HeapTuple statistics, const Binding &binding, double *covered) {
    AttStatsSlot slot;
    double visible = 0;
    if (!get_attstatsslot(&slot, statistics, STATISTIC_KIND_MCV, InvalidOid, ATTSTATSSLOT_VALUES | ATTSTATSSLOT_NUMBERS))
        return 0;
    for (int i = 0; i < slot.nvalues; ++i) {
        *covered += slot.numbers[i];
        if (is_visible_now(binding, slot.values[i])) visible += slot.numbers[i];
    }
    free_attstatsslot(&slot);
    return visible;
}

// Of the rest, by the bounds of the histogram.
double rest_share(HeapTuple statistics, const Binding &binding) {
    AttStatsSlot slot;
    if (!get_attstatsslot(&slot, statistics, STATISTIC_KIND_HISTOGRAM, InvalidOid, ATTSTATSSLOT_VALUES)) return kUnknown;
    int visible = 0;
    for (int i = 0; i < slot.nvalues; ++i) visible += is_visible_now(binding, slot.values[i]) ? 1 : 0;
    const double share = slot.nvalues == 0 ? kUnknown : static_cast<double>(visible) / slot.nvalues;
    free_attstatsslot(&slot);
    return share;
}

double estimate(SupportRequestSelectivity *request) {
    VariableStatData variable;
    examine_variable(request->root, static_cast<Node *>(linitial(request->args)), request->varRelid, &variable);
    double share = kUnknown;
    if (HeapTupleIsValid(variable.statsTuple)) {
        const Binding *binding = binding_of(CurrentMemoryContext);
        double covered = 0;
        const double common = common_share(variable.statsTuple, *binding, &covered);
        share = common + (covered < 1 ? (1 - covered) * rest_share(variable.statsTuple, *binding) : 0);
    }
    ReleaseVariableStats(variable);
    CLAMP_PROBABILITY(share);
    return share;
}

constinit get_relation_stats_hook_type previous_stats = nullptr;

bool is_estimated(const PlannerInfo *root) {
    while (root->parent_root != nullptr) root = root->parent_root;
    return root->parse == estimated;
}

bool may_select(Oid relid, AttrNumber column) {
    return pg_class_aclcheck(relid, GetUserId(), ACL_SELECT) == ACLCHECK_OK ||
           pg_attribute_aclcheck(relid, column, GetUserId(), ACL_SELECT) == ACLCHECK_OK;
}

// With a condition before it, an operator that is not leakproof is given no statistics, and the estimate is a guess: joins are
// planned for many times the rows there are. Here it may have them: whatever looks at the values came with the server, and so did
// their type. Not where the table has row security of its own, nor where the user may not read the column.
bool stats(PlannerInfo *root, RangeTblEntry *rte, AttrNumber column, VariableStatData *variable) {
    if (previous_stats != nullptr && previous_stats(root, rte, column, variable)) return true;
    if (estimated == nullptr || rte->rtekind != RTE_RELATION || column <= 0 || !is_estimated(root)) return false;
    return guarded([&] {
        if (!is_governed(rte->relid) || list_length(rte->securityQuals) != 1) return false;
        if (get_atttype(rte->relid, column) >= FirstNormalObjectId || !may_select(rte->relid, column)) return false;
        variable->statsTuple =
            SearchSysCache3(STATRELATTINH, ObjectIdGetDatum(rte->relid), Int16GetDatum(column), BoolGetDatum(rte->inh));
        if (!HeapTupleIsValid(variable->statsTuple)) return false;
        variable->freefunc = ReleaseSysCache;
        variable->acl_ok = true;
        return true;
    });
}

// An index over expressions has statistics of its own, and a parent has those of its children with it. A dump, which takes statistics
// along from 18 on, asks for all or an error.
bool statistics_visible(Oid relid) {
    if (settings::reveal) return true;
    if (is_toast_of_governed(relid)) refuse_toast(relid);
    const bool index = get_rel_relkind(relid) == RELKIND_INDEX || get_rel_relkind(relid) == RELKIND_PARTITIONED_INDEX;
    const Oid table = index ? IndexGetRelation(relid, true) : relid;
    if (!OidIsValid(table) || (!is_governed(table) && !has_governed_child(table))) return true;
    check_row_security(table);
    return false;
}

}  // namespace

constinit Dynamic<const Query *> estimated{nullptr};

void init_statistics() {
    previous_stats = get_relation_stats_hook;
    get_relation_stats_hook = stats;
}

}  // namespace pg_retention

RETENTION_FUNCTION(pg_retention_visible_support) {
    auto *request = reinterpret_cast<Node *>(PG_GETARG_POINTER(0));
    if (!IsA(request, SupportRequestSelectivity)) return static_cast<Datum>(0);
    auto *selectivity = reinterpret_cast<SupportRequestSelectivity *>(request);
    if (selectivity->is_join || pg_retention::extension() == nullptr) return static_cast<Datum>(0);
    selectivity->selectivity = pg_retention::estimate(selectivity);
    PG_RETURN_POINTER(request);
}

RETENTION_FUNCTION(pg_retention_statistics_visible) { PG_RETURN_BOOL(pg_retention::statistics_visible(PG_GETARG_OID(0))); }

RETENTION_FUNCTION(pg_retention_extended_statistics_visible) {
    HeapTuple tuple = SearchSysCache1(STATEXTOID, ObjectIdGetDatum(PG_GETARG_OID(0)));
    if (!HeapTupleIsValid(tuple)) PG_RETURN_BOOL(true);
    const Oid relid = reinterpret_cast<Form_pg_statistic_ext>(GETSTRUCT(tuple))->stxrelid;
    ReleaseSysCache(tuple);
    PG_RETURN_BOOL(pg_retention::statistics_visible(relid));
}
