#include "clock/hops.hpp"

#include "schema/key_equality.hpp"
#include "pg/names.hpp"
#include "pg/security.hpp"

extern "C" {
#include "utils/lsyscache.h"
#include "utils/memutils.h"
}

namespace pg_retention {

void append_key(StringInfo sql, const Hop &hop, const char *alias, const Oid *types) {
    for (int k = 0; k < hop.n_keys; ++k) {
        appendStringInfoString(sql, k == 0 ? "" : " AND ");
        append_equal(sql, key_equality(hop, k, Side::kReferenced),
                     Operand{column_list(hop.to_relid, &hop.to[k], 1, alias), get_atttype(hop.to_relid, hop.to[k])},
                     Operand{psprintf("$%d", k + 1), types[k]});
    }
}

namespace {

constinit List *prepared = NIL;

SPIPlanPtr prepare_hop(const Path &path, int i, bool lock) {
    const Hop &hop = path.hops[i];
    StringInfoData sql;
    initStringInfo(&sql);
    appendStringInfoString(&sql, "SELECT ");
    if (i + 1 < path.n_hops)
        for (int k = 0; k < path.hops[i + 1].n_keys; ++k)
            appendStringInfo(&sql, "%sa.%s", k == 0 ? "" : ", ",
                             quote_identifier(get_attname(hop.to_relid, path.hops[i + 1].from[k], false)));
    else
        appendStringInfo(&sql, "a.%s", quote_identifier(get_attname(hop.to_relid, path.column, false)));
    appendStringInfo(&sql, " FROM %s a WHERE ", qualified_name(hop.to_relid));
    Oid types[kMaxKeys];
    for (int k = 0; k < hop.n_keys; ++k) types[k] = getBaseType(get_atttype(hop.from_relid, hop.from[k]));
    append_key(&sql, hop, "a.", types);
    if (lock) appendStringInfoString(&sql, " FOR KEY SHARE");
    SPIPlanPtr plan = prepare_internal(sql.data, hop.n_keys, types);
    MemoryContext before = MemoryContextSwitchTo(TopMemoryContext);
    prepared = lappend(prepared, plan);
    MemoryContextSwitchTo(before);
    return plan;
}

SPIPlanPtr hop_plan(SPIPlanPtr *plans, const Path &path, int i, bool lock) {
    if (plans[i] == nullptr) plans[i] = prepare_hop(path, i, lock);
    return plans[i];
}

}  // namespace

Datum follow_hops(const Path &path, HopPlans *plans, const Reading &reading, HeapTuple row, TupleDesc desc, bool *isnull,
                  WayEnds *ends) {
    *ends = WayEnds::kAtAColumn;
    if (path.n_hops == 0) return heap_getattr(row, path.column, desc, isnull);
    Datum values[kMaxKeys];
    *ends = WayEnds::kAtNull;
    for (int k = 0; k < path.hops[0].n_keys; ++k) {
        values[k] = heap_getattr(row, path.hops[0].from[k], desc, isnull);
        if (*isnull) return 0;
    }
    for (int i = 0; i < path.n_hops; ++i) {
        const ActingAs saved = act_as(owner_of(path.hops[i].to_relid), true);
        // What the lock was waited for is seen by the next statement.
        if (reading.locks) (void) run_prepared(hop_plan(plans->locking, path, i, true), values, 1);
        SPIPlanPtr plan = hop_plan(plans->reading, path, i, false);
        const SqlRows found =
            reading.is_past ? run_prepared_before(reading.before, plan, values, 1) : run_prepared(plan, values, 1);
        leave(saved);
        *isnull = found.n == 0;
        if (*isnull) *ends = WayEnds::kAtNoRow;
        if (*isnull) return 0;
        const SqlRow far = found.first();
        const bool last = i + 1 == path.n_hops;
        if (last) *ends = WayEnds::kAtAColumn;
        for (int k = 0; k < (last ? 1 : path.hops[i + 1].n_keys); ++k) {
            values[k] = SPI_getbinval(far.tuple, far.desc, k + 1, isnull);
            if (*isnull) return 0;
        }
    }
    return values[0];  // NOLINT(clang-analyzer-core.uninitialized.UndefReturn): it was set, for each hop has a key
}

void forget_hop_plans() {
    ListCell *cell = nullptr;
    foreach (cell, prepared) (void) SPI_freeplan(static_cast<SPIPlanPtr>(lfirst(cell)));
    list_free(prepared);
    prepared = NIL;
}

}  // namespace pg_retention
