#include "clock/descend.hpp"

#include <algorithm>

#include "schema/key_equality.hpp"
#include "policy/policy_cache.hpp"
#include "clock/hops.hpp"
#include "clock/lost_key.hpp"
#include "clock/own_starts.hpp"
#include "clock/relation_plan.hpp"
#include "clock/stamp.hpp"
#include "clock/ways.hpp"
#include "clock/decide.hpp"
#include "pg/compat.hpp"
#include "pg/sql.hpp"
#include "pg/names.hpp"
#include "pg/security.hpp"

extern "C" {
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/partition.h"
#include "catalog/pg_type.h"
#include "executor/execdesc.h"
#include "executor/spi.h"
#include "utils/datum.h"
#include "utils/lsyscache.h"
#include "utils/snapmgr.h"
#include "utils/typcache.h"
}

namespace pg_retention {

namespace {

// A way that the change matters to.
struct Taken {
    const Way *way;
    bool lost;  // the key of the written row was set to its default
};

// A row below the one that was written, and the way on which it was found.
struct Row {
    Oid relid;
    ItemPointerData tid;
    const Taken *taken;
};

struct Rows {
    Row *rows;
    uint64 n;
    uint64 room;
};

HeapTuple written_row(const TriggerData *data) {
    return TRIGGER_FIRED_BY_UPDATE(data->tg_event) ? data->tg_newtuple : data->tg_trigtuple;
}

bool value_changed(const TriggerData *data, AttrNumber column) {
    TupleDesc desc = RelationGetDescr(data->tg_relation);
    bool old_null = false, new_null = false;
    const Datum before = heap_getattr(data->tg_trigtuple, column, desc, &old_null);
    const Datum after = heap_getattr(data->tg_newtuple, column, desc, &new_null);
    if (old_null || new_null) return old_null != new_null;
    Form_pg_attribute att = TupleDescAttr(desc, column - 1);
    return !datumIsEqual(before, after, att->attbyval, att->attlen);
}

AttrNumber own_column(const TriggerData *data, Oid path_relid, AttrNumber column) {
    return pg_retention::own_column(RelationGetRelid(data->tg_relation), path_relid, column);
}

bool matters(const TriggerData *data, const Path &path, int depth) {
    if (!TRIGGER_FIRED_BY_UPDATE(data->tg_event)) return true;
    const Oid relid = path.hops[depth].to_relid;
    // Whoever refers to the new key may have referred to another row before.
    for (int k = 0; k < path.hops[depth].n_keys; ++k)
        if (value_changed(data, own_column(data, relid, path.hops[depth].to[k]))) return true;
    if (depth + 1 == path.n_hops) return value_changed(data, own_column(data, relid, path.column));
    for (int k = 0; k < path.hops[depth + 1].n_keys; ++k)
        if (value_changed(data, own_column(data, relid, path.hops[depth + 1].from[k]))) return true;
    return false;
}

Operand column_of(Oid relid, AttrNumber column, int table) {
    return Operand{column_list(relid, &column, 1, psprintf("t%d.", table)), get_atttype(relid, column)};
}

// Of a hop, as the written row has it.
struct Key {
    int n;
    Datum values[kMaxKeys];
    Oid types[kMaxKeys];
    AttrNumber columns[kMaxKeys];  // of the written row
};

// numbers: of the key's columns in the table of the path. False where one of them is null.
bool read_key(const TriggerData *data, const Hop &hop, Oid numbered, const AttrNumber *numbers, HeapTuple row, Key *key) {
    TupleDesc desc = RelationGetDescr(data->tg_relation);
    key->n = hop.n_keys;
    for (int k = 0; k < hop.n_keys; ++k) {
        const AttrNumber column = key->columns[k] = own_column(data, numbered, numbers[k]);
        bool isnull = false;
        key->values[k] = heap_getattr(row, column, desc, &isnull);
        if (isnull) return false;
        key->types[k] = getBaseType(TupleDescAttr(desc, column - 1)->atttypid);
    }
    return true;
}

Parameters parameters_of(Key *key) { return Parameters{key->n, key->n, key->types, key->values}; }

// The rows of the policy's table whose path runs through the changed row at this depth.
void add_rows_below(const TriggerData *data, const Taken *taken, Rows *rows) {
    const Way *way = taken->way;
    const Path &path = way->path;
    const int depth = way->depth;
    StringInfoData sql;
    initStringInfo(&sql);
    appendStringInfo(&sql, "SELECT t0.tableoid, t0.ctid FROM %s t0", qualified_name(way->relid));
    for (int h = 0; h < depth; ++h) {
        appendStringInfo(&sql, " JOIN %s t%d ON ", qualified_name(path.hops[h].to_relid), h + 1);
        for (int k = 0; k < path.hops[h].n_keys; ++k) {
            appendStringInfoString(&sql, k == 0 ? "" : " AND ");
            append_equal(&sql, key_equality(path.hops[h], k, Side::kReferring),
                         column_of(path.hops[h].from_relid, path.hops[h].from[k], h),
                         column_of(path.hops[h].to_relid, path.hops[h].to[k], h + 1));
        }
    }
    const Hop &hop = path.hops[depth];
    Key key = {};
    if (!read_key(data, hop, hop.to_relid, hop.to, written_row(data), &key)) return;
    for (int k = 0; k < hop.n_keys; ++k) {
        appendStringInfoString(&sql, k == 0 ? " WHERE " : " AND ");
        append_equal(&sql, key_equality(hop, k, Side::kReferring), column_of(hop.from_relid, hop.from[k], depth),
                     Operand{psprintf("$%d", k + 1), key.types[k]});
    }
    const SqlRows found = run_here(kLatest, sql.data, parameters_of(&key));
    if (rows->n + found.n > rows->room) {
        rows->room = 2 * (rows->n + found.n);
        rows->rows = static_cast<Row *>(repalloc_huge(rows->rows, sizeof(Row) * rows->room));
    }
    for (const SqlRow below : found) rows->rows[rows->n++] = Row{below.get<Oid>(1), below.get<ItemPointerData>(2), taken};
    found.free();
}

int by_row(const void *a, const void *b) {
    const auto *x = static_cast<const Row *>(a);
    const auto *y = static_cast<const Row *>(b);
    if (x->relid != y->relid) return x->relid < y->relid ? -1 : 1;
    return ItemPointerCompare(const_cast<ItemPointer>(&x->tid), const_cast<ItemPointer>(&y->tid));
}

// Whether there is the row that a hop leads to. lock: " FOR UPDATE", or nothing.
bool is_found(const Hop &hop, Key *key, const char *lock) {
    StringInfoData sql;
    initStringInfo(&sql);
    appendStringInfo(&sql, "SELECT 1 FROM %s t WHERE ", qualified_name(hop.to_relid));
    append_key(&sql, hop, "t.", key->types);
    appendStringInfoString(&sql, lock);
    const ActingAs saved = act_as(owner_of(hop.to_relid), true);
    const bool found = run_here(kLatest, sql.data, parameters_of(key)).n > 0;
    leave(saved);
    return found;
}

// Whether a foreign key set the key by which the way goes on to its default: the row that it led to is gone. Who points it elsewhere leaves
// that where it is.
bool was_set_to_default(const TriggerData *data, const Path &path, int depth) {
    if (!TRIGGER_FIRED_BY_UPDATE(data->tg_event) || depth + 1 == path.n_hops || !path.hops[depth + 1].sets_default) return false;
    const Hop &hop = path.hops[depth + 1];
    Key key = {};
    return read_key(data, hop, hop.from_relid, hop.from, data->tg_trigtuple, &key) && !is_found(hop, &key, "") &&
           is_set_to_default(hop, key.columns, RelationGetDescr(data->tg_relation), data->tg_trigtuple, data->tg_newtuple);
}

// Whoever writes a row below has the written one locked, FOR KEY SHARE, and reads it afterwards: so either he has ended, and his row is
// found, or he waits for us. What changes neither a start nor a key holds nobody up.
void hold_ancestor(const TriggerData *data, const Hop &hop) {
    if (!TRIGGER_FIRED_BY_UPDATE(data->tg_event)) return;
    Key key = {};
    if (read_key(data, hop, hop.to_relid, hop.to, data->tg_newtuple, &key)) (void) is_found(hop, &key, " FOR UPDATE");
}

bool lead_by_one_key(const Hop &a, const Hop &b) {
    return a.to_relid == b.to_relid && a.n_keys == b.n_keys && std::equal(a.to, a.to + a.n_keys, b.to);
}

WrittenWay written_way(const TriggerData *data, const Taken &taken) {
    const Way &way = *taken.way;
    WrittenWay written = {way.policy_id, way.start, way.depth + 1 < way.path.n_hops, taken.lost, false, true, 0};
    if (written.relinks || !TRIGGER_FIRED_BY_UPDATE(data->tg_event)) return written;
    const AttrNumber column = own_column(data, way.path.hops[way.depth].to_relid, way.path.column);
    written.tells = true;
    written.was = heap_getattr(data->tg_trigtuple, column, RelationGetDescr(data->tg_relation), &written.was_null);
    return written;
}

// Of one row: once, whatever ways lead to it, for what one gives is judged beside the others.
void restamp_below(const TriggerData *data, const KnownRow *known, Stamping *stamping, Row *rows, int n) {
    auto *written = static_cast<WrittenWay *>(palloc(sizeof(WrittenWay) * n));
    bool relinks = false;
    for (int i = 0; i < n; ++i) {
        written[i] = written_way(data, *rows[i].taken);
        relinks = relinks || written[i].relinks;
    }
    const Cause cause = {.is_change = true, .written = written, .n_written = n, .known = known};
    const Restamped done = restamp(stamping, &rows[0].tid, relinks, cause);
    if (!done.changed) return;
    const Oid relid = rows[0].relid;
    check_clock_change(relid, as_it_was(relid, core::policy_of(done.after), done.before), done.after, floors_in(relid));
    note_own_start(done.before, done.after, true);
}

// Most updates change nothing that any way goes by.
bool matters_to_any(const TriggerData *data, const Ways &ways) {
    if (ways.n == 0 || !TRIGGER_FIRED_BY_UPDATE(data->tg_event)) return ways.n > 0;
    for (int i = 0; i < ways.n_columns; ++i)
        if (value_changed(data, ways.columns[i])) return true;
    return false;
}

// The written row need not be asked for by each of those below. Another trigger may have written it once more since: then it is.
bool is_newest(const TriggerData *data, HeapTuple row) {
    CommandCounterIncrement();
    PushActiveSnapshot(GetLatestSnapshot());
    TupleTableSlot *slot = table_slot_create(data->tg_relation, nullptr);
    const bool newest = table_tuple_fetch_row_version(data->tg_relation, &row->t_self, GetActiveSnapshot(), slot);
    ExecDropSingleTupleTableSlot(slot);
    PopActiveSnapshot();
    return newest;
}

void restamp_rows(const TriggerData *data, Rows *rows) {
    if (rows->n == 0) return;
    const KnownRow written = {RelationGetRelid(data->tg_relation), written_row(data), RelationGetDescr(data->tg_relation)};
    const KnownRow *known = is_newest(data, written.row) ? &written : nullptr;
    qsort(rows->rows, rows->n, sizeof(Row), by_row);
    MemoryContext of_one = AllocSetContextCreate(CurrentMemoryContext, "pg_retention row", ALLOCSET_SMALL_SIZES);
    uint64 next = 0;
    for (uint64 first = 0; first < rows->n;) {
        const Oid relid = rows->rows[first].relid;
        Stamping *stamping = begin_stamping(relid);
        for (; first < rows->n && rows->rows[first].relid == relid; first = next) {
            CHECK_FOR_INTERRUPTS();
            for (next = first + 1; next < rows->n && by_row(&rows->rows[first], &rows->rows[next]) == 0; ++next) {}
            MemoryContext before = MemoryContextSwitchTo(of_one);
            restamp_below(data, known, stamping, &rows->rows[first], static_cast<int>(next - first));
            MemoryContextSwitchTo(before);
            MemoryContextReset(of_one);
        }
        end_stamping(stamping);
    }
    MemoryContextDelete(of_one);
}

}  // namespace

void descend(const TriggerData *data) {
    const Ways ways = ways_through(data->tg_relation);
    if (!matters_to_any(data, ways)) return;
    SPI_connect();
    Rows rows = {static_cast<Row *>(palloc(sizeof(Row))), 0, 1};
    const Hop *held = nullptr;
    auto *taken = static_cast<Taken *>(palloc(sizeof(Taken) * static_cast<size_t>(ways.n)));
    for (int i = 0; i < ways.n; ++i) {
        const Way &way = ways.all[i];
        taken[i] = Taken{&way, false};
        if (!matters(data, way.path, way.depth)) continue;
        const Hop *hop = &way.path.hops[way.depth];
        if (held == nullptr || !lead_by_one_key(*held, *hop)) hold_ancestor(data, *hop);
        held = hop;
        taken[i].lost = was_set_to_default(data, way.path, way.depth);
        const ActingAs saved = act_as(owner_of(way.relid), true);
        add_rows_below(data, &taken[i], &rows);
        leave(saved);
    }
    restamp_rows(data, &rows);
    SPI_finish();
}

}  // namespace pg_retention
