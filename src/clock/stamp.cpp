#include "clock/stamp.hpp"

#include "schema/extension.hpp"
#include "clock/claims.hpp"
#include "clock/decide.hpp"
#include "clock/late_starts.hpp"
#include "clock/logged_change.hpp"
#include "clock/relation_plan.hpp"
#include "clock/with_clock.hpp"
#include "policy/attached.hpp"
#include "pg/clock_datum.hpp"
#include "pg/compat.hpp"
#include "pg/security.hpp"

extern "C" {
#include "access/heapam.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "executor/executor.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
}

namespace pg_retention {

namespace {

struct Writer {
    Relation rel;
    EState *estate;
    ResultRelInfo *target;
    TupleTableSlot *old_slot;
    TupleTableSlot *new_slot;
    AttrNumber column;
};

Writer open_writer(Oid relid) {
    Writer w = {};
    w.rel = table_open(relid, RowExclusiveLock);
    w.column = clock_column(relid);
    w.estate = CreateExecutorState();
    w.target = makeNode(ResultRelInfo);
    InitResultRelInfo(w.target, w.rel, 0, nullptr, 0);
    w.target->ri_TrigDesc = nullptr;  // stamping is not an event of the application
    ExecOpenIndices(w.target, false);
    w.old_slot = table_slot_create(w.rel, nullptr);
    w.new_slot = MakeSingleTupleTableSlot(RelationGetDescr(w.rel), &TTSOpsHeapTuple);
    return w;
}

void close_writer(Writer *w) {
    ExecCloseIndices(w->target);
    ExecDropSingleTupleTableSlot(w->old_slot);
    ExecDropSingleTupleTableSlot(w->new_slot);
    FreeExecutorState(w->estate);
    table_close(w->rel, NoLock);
}

// Locks the newest version of the row; false when it is gone or somebody else holds it.
bool lock_row(Writer *w, ItemPointer tid, bool skip_locked, bool *skipped) {
    TM_FailureData failure;
    ExecClearTuple(w->old_slot);
    const TM_Result result =
        table_tuple_lock(w->rel, tid, GetLatestSnapshot(), w->old_slot, GetCurrentCommandId(true), LockTupleNoKeyExclusive,
                         skip_locked ? LockWaitSkip : LockWaitBlock, TUPLE_LOCK_FLAG_FIND_LAST_VERSION, &failure);
    *skipped = result == TM_WouldBlock;
    return result == TM_Ok;
}

void put_clock(Writer *w, core::Clock clock) {
    bool fetched_copy = false;
    HeapTuple old = ExecFetchSlotHeapTuple(w->old_slot, true, &fetched_copy);
    HeapTuple fresh = with_clock(old, RelationGetDescr(w->rel), w->column, clock);
    fresh->t_self = w->old_slot->tts_tid;
    ExecForceStoreHeapTuple(fresh, w->new_slot, true);
    w->new_slot->tts_tableOid = RelationGetRelid(w->rel);
    TU_Indexes indexes = {};
    simple_table_tuple_update(w->rel, &w->old_slot->tts_tid, w->new_slot, GetActiveSnapshot(), &indexes);
    if (w->target->ri_NumIndices > 0 && needs_index_entries(indexes))
        insert_index_entries(w->target, w->new_slot, w->estate, indexes);
    log_change(w->rel, old, fresh);
    if (fetched_copy) heap_freetuple(old);
    ExecClearTuple(w->new_slot);
    ResetPerTupleExprContext(w->estate);
    note_start(RelationGetRelid(w->rel), clock);
}

core::Clock clock_in(Writer *w) {
    bool isnull = false;
    const Datum value = slot_getattr(w->old_slot, w->column, &isnull);
    return datum_clock(value);
}

// What comes with its partition, is written, repaired, or no longer anonymised, becomes over now: its quarantine runs from now. What a
// policy or a command makes so waits with the policy: policy/armed.
core::Clock clock_of_row(Relation rel, HeapTuple row, HeapTuple stored, const Cause &cause, List *declared_anew) {
    const core::Clock computed = compute_clock(rel, row, stored, cause);
    const uint8_t decided = decided_that_holds(rel, cause.before, computed, row, declared_anew);
    const core::Clock clock = core::add_flags(computed, decided);
    const bool is_filled = declared_anew != NIL && (core::decided_of(cause.before) & ~decided) != 0;
    if (came_attached(RelationGetRelid(rel))) {
        // Whoever has the clock already was hidden by it.
        const bool is_known = !has_foreign_clock(RelationGetRelid(rel)) &&
                              core::policy_of(clock) == core::policy_of(cause.before) &&
                              core::start_of(clock) == core::start_of(cause.before);
        return is_known ? clock : not_over_before(core::kNoClock, clock);
    }
    if (is_filled) return not_over_before(core::kNoClock, clock);
    return cause.is_change || cause.is_repair ? not_over_before(cause.before, clock) : clock;
}

Restamped restamp_locked(Writer *w, bool lock_ancestors, Cause cause, List *declared_anew) {
    Restamped result = {};
    bool copied = false;
    HeapTuple row = ExecFetchSlotHeapTuple(w->old_slot, true, &copied);
    result.before = clock_in(w);
    cause.before = result.before;
    result.after = clock_of_row(w->rel, row, lock_ancestors ? nullptr : row, cause, declared_anew);
    result.changed = result.before != result.after;
    if (copied) heap_freetuple(row);
    if (result.changed) put_clock(w, result.after);
    return result;
}

}  // namespace

struct Stamping {
    ActingAs saved;
    Writer writer;
};

Stamping *begin_stamping(Oid relid) {
    auto *stamping = static_cast<Stamping *>(palloc(sizeof(Stamping)));
    stamping->saved = act_as(owner_of(relid), true);
    PushActiveSnapshot(GetLatestSnapshot());
    stamping->writer = open_writer(relid);
    return stamping;
}

Restamped restamp(Stamping *stamping, ItemPointer tid, bool lock_ancestors, const Cause &cause) {
    Restamped result = {};
    bool skipped = false;
    if (lock_row(&stamping->writer, tid, false, &skipped)) result = restamp_locked(&stamping->writer, lock_ancestors, cause, NIL);
    CommandCounterIncrement();
    return result;
}

void end_stamping(Stamping *stamping) {
    close_writer(&stamping->writer);
    PopActiveSnapshot();
    leave(stamping->saved);
    pfree(stamping);
}

Restamped restamp_row(Oid relid, ItemPointer tid, bool lock_ancestors, const Cause &cause) {
    Stamping *stamping = begin_stamping(relid);
    const Restamped result = restamp(stamping, tid, lock_ancestors, cause);
    end_stamping(stamping);
    return result;
}

int64 restamp_blocks(Oid relid, BlockNumber from, BlockNumber to, List *declared_anew, int64 *skipped) {
    int64 written = 0;
    const ActingAs saved = act_as(owner_of(relid), true);
    PushActiveSnapshot(GetLatestSnapshot());
    const bool was_unwatched = awaits_stamps(relid);
    Writer w = open_writer(relid);
    TupleTableSlot *slot = table_slot_create(w.rel, nullptr);
    ItemPointerData low, high;
    ItemPointerSet(&low, from, 1);
    ItemPointerSet(&high, to - 1, MaxOffsetNumber);
    TableScanDesc scan = begin_range_scan(w.rel, GetActiveSnapshot(), &low, &high);
    while (table_scan_getnextslot_tidrange(scan, ForwardScanDirection, slot)) {
        CHECK_FOR_INTERRUPTS();
        bool copied = false, isnull = false;
        HeapTuple row = ExecFetchSlotHeapTuple(slot, true, &copied);
        const core::Clock now = datum_clock(slot_getattr(slot, w.column, &isnull));
        const Cause cause = {.before = now, .was_unwatched = was_unwatched};
        const bool differs = clock_of_row(w.rel, row, row, cause, declared_anew) != now;
        if (copied) heap_freetuple(row);
        if (!differs) continue;
        bool locked_by_other = false;
        ItemPointerData tid = slot->tts_tid;
        if (lock_row(&w, &tid, true, &locked_by_other))
            written += restamp_locked(&w, false, cause, declared_anew).changed ? 1 : 0;
        if (locked_by_other) ++*skipped;
    }
    table_endscan(scan);
    ExecDropSingleTupleTableSlot(slot);
    close_writer(&w);
    PopActiveSnapshot();
    leave(saved);
    CommandCounterIncrement();
    return written;
}

core::Clock *clocks_by_policies(Oid relid, const ItemPointerData *tids, int n, Cause cause) {
    auto *clocks = static_cast<core::Clock *>(palloc_extended(sizeof(core::Clock) * (n + 1), MCXT_ALLOC_HUGE));
    const ActingAs saved = act_as(owner_of(relid), true);
    Relation rel = table_open(relid, AccessShareLock);
    const AttrNumber column = clock_column(relid);
    TupleTableSlot *slot = table_slot_create(rel, nullptr);
    for (int i = 0; i < n; ++i) {
        ItemPointerData tid = tids[i];
        clocks[i] = core::kNoClock;
        if (!table_tuple_fetch_row_version(rel, &tid, SnapshotAny, slot)) continue;
        bool copied = false, isnull = false;
        cause.before = datum_clock(slot_getattr(slot, column, &isnull));
        HeapTuple row = ExecFetchSlotHeapTuple(slot, true, &copied);
        clocks[i] = compute_clock(rel, row, row, cause);
        if (copied) heap_freetuple(row);
    }
    ExecDropSingleTupleTableSlot(slot);
    table_close(rel, NoLock);
    leave(saved);
    return clocks;
}

bool write_clock(Oid relid, ItemPointer tid, core::Clock clock) {
    const ActingAs saved = act_as(owner_of(relid), true);
    PushActiveSnapshot(GetLatestSnapshot());
    Writer w = open_writer(relid);
    bool skipped = false;
    const bool found = lock_row(&w, tid, false, &skipped);
    if (found) put_clock(&w, clock);
    close_writer(&w);
    PopActiveSnapshot();
    leave(saved);
    CommandCounterIncrement();
    return found;
}

}  // namespace pg_retention
