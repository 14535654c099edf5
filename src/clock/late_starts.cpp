#include "clock/late_starts.hpp"

#include "schema/extension.hpp"
#include "policy/policy_cache.hpp"
#include "ledger/own_table.hpp"
#include "pg/compat.hpp"
#include "pg/guard.hpp"
#include "pg/invalidation.hpp"
#include "pg/time.hpp"
#include "pg/transaction.hpp"

extern "C" {
#include "access/genam.h"
#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/indexing.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/fmgroids.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/xid8.h"
}

namespace pg_retention {

namespace {

enum ProgressColumn { kPolicyId, kRelation, kColumnNumber, kDoneUntil, kTakenUntil, kProgressColumns };
enum LateColumn { kLatePolicy, kLateRelation, kFrom, kUntil, kWrittenSince, kRowId, kLateColumns };

struct Note {
    Oid leaf;
    int16_t policy_id;
    core::Start from;
    core::Start until;
};

// So many of one table and policy stand alone; after that they are one range.
constexpr int kMostNotes = 8;

constinit Note *notes = nullptr;  // in the transaction's context
constinit int n_notes = 0;
constinit int room = 0;

struct Progress {
    Oid leaf;
    int16_t policy_id;
    AttrNumber column;
};

// What is in retention.column_progress, but for how far it is.
constinit MemoryContext context = nullptr;
constinit Progress *progress = nullptr;
constinit int n_progress = 0;
constinit Oid watched = InvalidOid;
constinit uint64_t changes = 1;
constinit uint64_t read_at = 0;

void forget_progress(Datum, Oid relid) {
    if (relid == InvalidOid || relid == watched || watched == InvalidOid) ++changes;
}

struct Fields {
    Datum values[kProgressColumns];
    bool nulls[kProgressColumns];
};

void load_progress() {
    progress = nullptr;
    n_progress = 0;
    if (context == nullptr)
        context = AllocSetContextCreate(TopMemoryContext, "pg_retention column progress", ALLOCSET_SMALL_SIZES);
    MemoryContextReset(context);
    const uint64_t before_reading = changes;
    Relation table = open_own_table("column_progress", AccessShareLock);
    watched = RelationGetRelid(table);
    int places = 16, n = 0;
    auto *list = static_cast<Progress *>(MemoryContextAlloc(context, sizeof(Progress) * places));
    Snapshot snapshot = RegisterSnapshot(GetLatestSnapshot());
    SysScanDesc scan = systable_beginscan(table, InvalidOid, false, snapshot, 0, nullptr);
    while (HeapTuple tuple = systable_getnext(scan)) {
        Fields row;
        heap_deform_tuple(tuple, RelationGetDescr(table), row.values, row.nulls);
        if (n == places) list = static_cast<Progress *>(repalloc(list, sizeof(Progress) * (places *= 2)));
        list[n++] = Progress{DatumGetObjectId(row.values[kRelation]), DatumGetInt16(row.values[kPolicyId]),
                             DatumGetInt16(row.values[kColumnNumber])};
    }
    systable_endscan(scan);
    UnregisterSnapshot(snapshot);
    table_close(table, AccessShareLock);
    progress = list;
    n_progress = n;
    read_at = before_reading;
}

void lock_leaf(Oid leaf, LOCKMODE mode) {
    LockDatabaseObject(get_relname_relid("column_progress", extension()->schema), leaf, 0, mode);
}

// Up to which start a sweep has taken columns of the policy in this table; -1: none.
core::Start taken_until(Oid leaf, int16_t policy_id) {
    core::Start taken = -1;
    Relation table = open_own_table("column_progress", AccessShareLock);
    ScanKeyData key;
    ScanKeyInit(&key, kRelation + 1, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(leaf));
    Snapshot snapshot = RegisterSnapshot(GetLatestSnapshot());
    SysScanDesc scan = systable_beginscan(table, primary_key_index(table), true, snapshot, 1, &key);
    while (HeapTuple tuple = systable_getnext(scan)) {
        Fields row;
        heap_deform_tuple(tuple, RelationGetDescr(table), row.values, row.nulls);
        if (DatumGetInt16(row.values[kPolicyId]) == policy_id) taken = Max(taken, DatumGetInt64(row.values[kTakenUntil]));
    }
    systable_endscan(scan);
    UnregisterSnapshot(snapshot);
    table_close(table, AccessShareLock);
    return taken;
}

void enter(const Note &note, core::Start until) {
    Datum values[kLateColumns] = {Int16GetDatum(note.policy_id),
                                  ObjectIdGetDatum(note.leaf),
                                  Int64GetDatum(note.from),
                                  Int64GetDatum(until),
                                  FullTransactionIdGetDatum(GetTopFullTransactionId()),
                                  0};
    bool nulls[kLateColumns] = {};
    nulls[kRowId] = true;
    Relation table = open_own_table("column_late", RowExclusiveLock);
    CatalogTupleInsert(table, heap_form_tuple(RelationGetDescr(table), values, nulls));
    table_close(table, NoLock);
}

// A row hidden from the moment it is committed: no sweep will see its deadline pass, and copies of it have to be made anew.
bool is_over(const Note &note) {
    const Policy *policy = policy_by_id(note.policy_id);
    return policy != nullptr && note.from <= cutoffs_of(*policy, retention_now()).hide;
}

void enter_hidden(const Note &note) {
    Datum values[2] = {ObjectIdGetDatum(note.leaf), Int16GetDatum(note.policy_id)};
    bool nulls[2] = {};
    Relation table = open_own_table("hidden_late", RowExclusiveLock);
    CatalogTupleInsert(table, heap_form_tuple(RelationGetDescr(table), values, nulls));
    table_close(table, NoLock);
}

int by_leaf(const void *a, const void *b) {
    const auto *x = static_cast<const Note *>(a);
    const auto *y = static_cast<const Note *>(b);
    return x->leaf == y->leaf ? 0 : x->leaf < y->leaf ? -1 : 1;
}

void at_end(XactEvent event, void *) {
    if (notes == nullptr) return;
    if (event == XACT_EVENT_PRE_COMMIT || event == XACT_EVENT_PRE_PREPARE) {
        guarded([] { record_late_starts(); });
    } else if (event == XACT_EVENT_COMMIT || event == XACT_EVENT_ABORT || event == XACT_EVENT_PREPARE) {
        notes = nullptr;
        n_notes = room = 0;
    }
}

}  // namespace

void note_start(Oid leaf, core::Clock clock) {
    if (core::decided_of(clock) != 0 || core::policy_of(clock) == 0 || !core::is_started(clock)) return;
    const core::Start start = core::start_of(clock);
    const auto policy_id = static_cast<int16_t>(core::policy_of(clock));
    int same = 0;
    Note *last = nullptr;
    for (int i = 0; i < n_notes; ++i) {
        if (notes[i].leaf != leaf || notes[i].policy_id != policy_id) continue;
        if (notes[i].from <= start && start <= notes[i].until) return;
        last = &notes[i];
        ++same;
    }
    if (same >= kMostNotes) {
        last->from = Min(last->from, start);
        last->until = Max(last->until, start);
        return;
    }
    if (notes == nullptr) {
        room = kMostNotes;
        call_at_end(AtEnd::kLateStarts, at_end);
        notes = static_cast<Note *>(MemoryContextAlloc(TopTransactionContext, sizeof(Note) * room));
    }
    if (n_notes == room) notes = static_cast<Note *>(repalloc(notes, sizeof(Note) * (room *= 2)));
    notes[n_notes++] = Note{leaf, policy_id, start, start};
}

bool has_new_value(Relation leaf, core::Clock clock, HeapTuple before, HeapTuple after) {
    if (read_at != changes) load_progress();
    TupleDesc desc = RelationGetDescr(leaf);
    for (int i = 0; i < n_progress; ++i) {
        const Progress &column = progress[i];
        if (column.leaf != RelationGetRelid(leaf) || column.policy_id != core::policy_of(clock) || column.column > desc->natts)
            continue;
        bool was_null = false, is_null = false;
        const Datum old_value = heap_getattr(before, column.column, desc, &was_null);
        const Datum new_value = heap_getattr(after, column.column, desc, &is_null);
        Form_pg_attribute att = TupleDescAttr(desc, column.column - 1);
        if (was_null != is_null || (!is_null && !datumIsEqual(old_value, new_value, att->attbyval, att->attlen))) return true;
    }
    return false;
}

bool is_in_progress(Oid leaf, int16_t policy_id) {
    if (read_at != changes) load_progress();
    for (int i = 0; i < n_progress; ++i)
        if (progress[i].leaf == leaf && progress[i].policy_id == policy_id) return true;
    return false;
}

void record_late_starts() {
    const int n = n_notes;
    n_notes = 0;
    if (n == 0 || extension() == nullptr) return;
    qsort(notes, n, sizeof(Note), by_leaf);
    const Note *hidden = nullptr;
    for (int i = 0; i < n; ++i) {
        if ((hidden == nullptr || hidden->leaf != notes[i].leaf || hidden->policy_id != notes[i].policy_id) &&
            is_over(notes[i])) {
            hidden = &notes[i];
            enter_hidden(*hidden);
        }
        // Which also brings the news of what others have committed.
        if (i == 0 || notes[i].leaf != notes[i - 1].leaf) lock_leaf(notes[i].leaf, ShareLock);
        if (!is_in_progress(notes[i].leaf, notes[i].policy_id)) continue;
        const core::Start taken = taken_until(notes[i].leaf, notes[i].policy_id);
        if (notes[i].from <= taken) enter(notes[i], Min(notes[i].until, taken));
    }
    CommandCounterIncrement();
}

void lock_starts(Oid leaf) { lock_leaf(leaf, ExclusiveLock); }

void progress_changed() { CacheInvalidateRelcacheByRelid(get_relname_relid("column_progress", extension()->schema)); }

void init_late_starts() { watch_relations(forget_progress); }

}  // namespace pg_retention
