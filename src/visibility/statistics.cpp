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

// Of the rows of a table.
struct Shares {
    double not_started;  // visible, for their clock has not started
    double started;      // visible, though it has
    bool any_hidden;
};

void add(Shares *shares, const Binding &binding, Datum value, double share) {
    const core::Clock clock = datum_clock(value);
    if (!is_visible(binding, clock))
        shares->any_hidden = true;
    else if (core::is_started(clock))
        shares->started += share;
    else
        shares->not_started += share;
}

// The most common values. Returns the share of the rows that they stand for.
double add_common(Shares *shares, HeapTuple statistics, const Binding &binding) {
    AttStatsSlot slot;
    double covered = 0;
    if (!get_attstatsslot(&slot, statistics, STATISTIC_KIND_MCV, InvalidOid, ATTSTATSSLOT_VALUES | ATTSTATSSLOT_NUMBERS))
        return 0;
    for (int i = 0; i < slot.nvalues; ++i) {
        covered += slot.numbers[i];
        add(shares, binding, slot.values[i], slot.numbers[i]);
    }
    free_attstatsslot(&slot);
    return covered;
}

// Of the rest, by the bounds of the histogram.
void add_rest(Shares *shares, HeapTuple statistics, const Binding &binding, double rest) {
    AttStatsSlot slot;
    if (rest <= 0) return;
    if (!get_attstatsslot(&slot, statistics, STATISTIC_KIND_HISTOGRAM, InvalidOid, ATTSTATSSLOT_VALUES) || slot.nvalues == 0) {
        shares->started += rest * kUnknown;
        return;
    }
    for (int i = 0; i < slot.nvalues; ++i) add(shares, binding, slot.values[i], rest / slot.nvalues);
    free_attstatsslot(&slot);
}

// What is visible, as the server estimates "start IS NULL OR start > cutoff", which one would write by hand: it takes the two for independent.
// That is fewer than there are, by a fourth at most. But plans that hang on it, of joins above all, are those that the condition by hand has.
double as_by_hand(const Shares &shares) {
    if (!shares.any_hidden) return 1;
    return shares.not_started + shares.started - shares.not_started * shares.started;
}

double estimate(SupportRequestSelectivity *request) {
    VariableStatData variable;
    examine_variable(request->root, static_cast<Node *>(linitial(request->args)), request->varRelid, &variable);
    double share = kUnknown;
    if (HeapTupleIsValid(variable.statsTuple)) {
        const Binding *binding = binding_of(CurrentMemoryContext);
        Shares shares = {};
        const double covered = add_common(&shares, variable.statsTuple, *binding);
        add_rest(&shares, variable.statsTuple, *binding, 1 - covered);
        share = as_by_hand(shares);
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
