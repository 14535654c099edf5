#include "clock/hops.hpp"

#include "schema/key_equality.hpp"
#include "pg/names.hpp"
#include "pg/security.hpp"

extern "C" {
#include "utils/datum.h"
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

// Null: it is to be asked by SQL.
const KeyLookup *lookup_of(HopPlans *plans, const Path &path, int i) {
    if (plans->lookups[i] == nullptr) {
        MemoryContext before = MemoryContextSwitchTo(plans->context);
        plans->lookups[i] = new_key_lookup(path.hops[i]);
        MemoryContextSwitchTo(before);
    }
    return plans->lookups[i]->is_usable ? plans->lookups[i] : nullptr;
}

// Where the way goes on from a hop: the columns of the next key, or the one that starts the clock.
int next_columns(const Path &path, int i, const AttrNumber **columns) {
    const bool last = i + 1 == path.n_hops;
    *columns = last ? &path.column : path.hops[i + 1].from;
    return last ? 1 : path.hops[i + 1].n_keys;
}

// What the lock was waited for is seen by the next statement. It may have the key taken over by another row, which is locked then.
SqlRows run_hop(const Path &path, HopPlans *plans, int i, bool locks, Datum *key) {
    constexpr int kTries = 10;
    for (int tries = 1;; ++tries) {
        const bool is_locked = !locks || run_prepared(hop_plan(plans->locking, path, i, true), key, 1).n > 0;
        const SqlRows found = run_prepared(hop_plan(plans->reading, path, i, false), key, 1);
        if (is_locked || found.n == 0 || tries == kTries) return found;
    }
}

// Values are copied: the result goes when SPI ends.
bool ask(const Path &path, HopPlans *plans, int i, const Reading &reading, Datum *key, int n, Datum *values, bool *nulls) {
    MemoryContext context = CurrentMemoryContext;
    connect_spi();
    const ActingAs saved = act_as(owner_of(path.hops[i].to_relid), true);
    const SqlRows found = reading.is_past ? run_prepared_before(reading.before, hop_plan(plans->reading, path, i, false), key, 1)
                                          : run_hop(path, plans, i, reading.locks, key);
    leave(saved);
    MemoryContextSwitchTo(context);
    const bool is_found = found.n > 0;
    for (int k = 0; k < n && is_found; ++k) {
        const SqlRow far = found.first();
        const Datum value = SPI_getbinval(far.tuple, far.desc, k + 1, &nulls[k]);
        Form_pg_attribute att = TupleDescAttr(far.desc, k);
        values[k] = nulls[k] ? 0 : datumCopy(value, att->attbyval, att->attlen);
    }
    SPI_finish();
    return is_found;
}

// Whether the hop leads to that row: its key is the same to the last bit. Where it is only equal the row is asked for.
bool leads_to(const KnownRow *known, const Hop &hop, const Datum *key) {
    if (known == nullptr || known->relid != hop.to_relid) return false;
    for (int k = 0; k < hop.n_keys; ++k) {
        bool isnull = false;
        const Datum value = heap_getattr(known->row, hop.to[k], known->desc, &isnull);
        Form_pg_attribute att = TupleDescAttr(known->desc, hop.to[k] - 1);
        if (isnull || getBaseType(att->atttypid) != getBaseType(get_atttype(hop.from_relid, hop.from[k])) ||
            !datumIsEqual(value, key[k], att->attbyval, att->attlen))
            return false;
    }
    return true;
}

// The values with which the way goes on. False: no row is there.
bool take_hop(const Path &path, HopPlans *plans, int i, const Reading &reading, Datum *key, Datum *values, bool *nulls) {
    const AttrNumber *columns = nullptr;
    const int n = next_columns(path, i, &columns);
    if (!reading.is_past && leads_to(reading.known, path.hops[i], key)) {
        for (int k = 0; k < n; ++k) values[k] = heap_getattr(reading.known->row, columns[k], reading.known->desc, &nulls[k]);
        return true;
    }
    const KeyLookup *lookup = reading.is_past ? nullptr : lookup_of(plans, path, i);
    if (lookup != nullptr) {
        const Found found = look_up(path.hops[i], *lookup, reading.locks, key, columns, n, values, nulls);
        if (found != Found::kNotTried) return found == Found::kRow;
    }
    return ask(path, plans, i, reading, key, n, values, nulls);
}

}  // namespace

Datum follow_hops(const Path &path, HopPlans *plans, const Reading &reading, HeapTuple row, TupleDesc desc, bool *isnull,
                  WayEnds *ends) {
    *ends = WayEnds::kAtAColumn;
    if (path.n_hops == 0) return heap_getattr(row, path.column, desc, isnull);
    Datum values[kMaxKeys] = {};
    *ends = WayEnds::kAtNull;
    *isnull = true;
    for (int k = 0; k < path.hops[0].n_keys; ++k) {
        values[k] = heap_getattr(row, path.hops[0].from[k], desc, isnull);
        if (*isnull) return 0;
    }
    for (int i = 0; i < path.n_hops; ++i) {
        Datum next[kMaxKeys] = {};
        bool nulls[kMaxKeys] = {};
        const bool found = take_hop(path, plans, i, reading, values, next, nulls);
        const bool last = i + 1 == path.n_hops;
        *ends = !found ? WayEnds::kAtNoRow : last ? WayEnds::kAtAColumn : WayEnds::kAtNull;
        *isnull = !found;
        for (int k = 0; k < (last ? 1 : path.hops[i + 1].n_keys); ++k) {
            *isnull = *isnull || nulls[k];
            values[k] = next[k];
        }
        if (*isnull) return 0;
    }
    return values[0];
}

void forget_hop_plans() {
    ListCell *cell = nullptr;
    foreach (cell, prepared) (void) SPI_freeplan(static_cast<SPIPlanPtr>(lfirst(cell)));
    list_free(prepared);
    prepared = NIL;
}

}  // namespace pg_retention
