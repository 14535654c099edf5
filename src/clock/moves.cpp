#include "clock/moves.hpp"

#include "schema/extension.hpp"
#include "policy/attached.hpp"

extern "C" {
#include "access/htup_details.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_trigger.h"
#include "executor/tuptable.h"
#include "nodes/execnodes.h"
#include "utils/hsearch.h"
#include "utils/reltrigger.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/lsyscache.h"
}

namespace pg_retention {

bool moves_between_partitions(Relation rel) {
    const Running *innermost = running;
    return rel->rd_rel->relispartition && innermost != nullptr && innermost->query->operation == CMD_UPDATE &&
           !innermost->query->plannedstmt->hasModifyingCTE;
}

bool may_move(Relation rel) {
    const Running *innermost = running;
    return rel->rd_rel->relispartition && innermost != nullptr &&
           (innermost->query->operation == CMD_UPDATE || innermost->query->operation == CMD_MERGE ||
            innermost->query->plannedstmt->hasModifyingCTE);
}

void may_leave(Relation rel, HeapTuple row, core::Clock clock) {
    static_cast<Running *>(running)->departure = Departure{RelationGetRelid(rel), row->t_self, clock};
}

bool has_moved(HeapTuple row) { return HeapTupleHeaderIndicatesMovedPartitions(row->t_data); }

namespace {

// A row that left and has come, for the moment when it is asked whether it may have gone.
struct Arrived {
    Oid relid;
    CommandId command;
    ItemPointerData tid;
    uint16 unused;  // all of it is hashed
};

// Of this transaction; in memory that goes with it.
constinit HTAB *arrived = nullptr;

void forget_arrived(void *) { arrived = nullptr; }

HTAB *all_arrived() {
    if (arrived != nullptr) return arrived;
    HASHCTL form = {};
    form.keysize = form.entrysize = sizeof(Arrived);
    form.hcxt = TopTransactionContext;
    arrived = hash_create("pg_retention rows that moved", 64, &form, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
    auto *callback =
        static_cast<MemoryContextCallback *>(MemoryContextAllocZero(TopTransactionContext, sizeof(MemoryContextCallback)));
    callback->func = forget_arrived;
    MemoryContextRegisterResetCallback(TopTransactionContext, callback);
    return arrived;
}

Arrived arrival_of(Oid relid, const ItemPointerData &tid, CommandId command) { return {relid, command, tid, 0}; }

// Whether a trigger that is not ours may keep a row from being inserted there.
bool may_swallow(Relation rel) {
    const TriggerDesc *triggers = rel->trigdesc;
    for (int i = 0; triggers != nullptr && i < triggers->numtriggers; ++i) {
        const Trigger &trigger = triggers->triggers[i];
        if (TRIGGER_FOR_BEFORE(trigger.tgtype) && TRIGGER_FOR_ROW(trigger.tgtype) && TRIGGER_FOR_INSERT(trigger.tgtype) &&
            get_func_namespace(trigger.tgfoid) != extension()->schema)
            return true;
    }
    return false;
}

// Or into any of the table's partitions: where a row was to go that has not come, nobody knows.
bool may_swallow(Oid top) {
    bool may = false;
    ListCell *cell = nullptr;
    List *partitions = find_all_inheritors(top, AccessShareLock, nullptr);
    foreach (cell, partitions) {
        Relation rel = table_open(lfirst_oid(cell), NoLock);
        may = may || may_swallow(rel);
        table_close(rel, NoLock);
    }
    list_free(partitions);
    return may;
}

// Where others are inserted, too: whether the one that left must be the next that comes.
bool must_be_next(Running *innermost, Oid from, Relation rel) {
    const Oid top = topmost(RelationGetRelid(rel));
    if (topmost(from) != top) return false;
    if (innermost->asked != top) innermost->may_swallow = may_swallow(top);
    innermost->asked = top;
    return !innermost->may_swallow;
}

// Whether the row that was updated is the one that this command has just moved.
bool has_left(const Departure &departure, CommandId command) {
    if (!OidIsValid(departure.relid)) return false;
    Relation rel = table_open(departure.relid, NoLock);
    TupleTableSlot *slot = table_slot_create(rel, nullptr);
    ItemPointerData tid = departure.tid;
    bool left = false;
    if (table_tuple_fetch_row_version(rel, &tid, SnapshotAny, slot)) {
        bool should_free = false;
        HeapTuple row = ExecFetchSlotHeapTuple(slot, false, &should_free);
        left = has_moved(row) && TransactionIdIsCurrentTransactionId(HeapTupleHeaderGetUpdateXid(row->t_data)) &&
               HeapTupleHeaderGetCmax(row->t_data) == command;
        if (should_free) heap_freetuple(row);
    }
    ExecDropSingleTupleTableSlot(slot);
    table_close(rel, NoLock);
    return left;
}

}  // namespace

Arrival arrive(Relation rel) {
    if (!may_move(rel)) return Arrival{};
    const bool moves = moves_between_partitions(rel);
    Running *innermost = running;
    const Departure from = innermost->departure;
    const CommandId command = innermost->query->estate->es_output_cid;
    innermost->departure = Departure{};
    if (!has_left(from, command) || !(moves || must_be_next(innermost, from.relid, rel))) return Arrival{};
    const Floors floors = floors_in(from.relid);
    // What a foreign table does with a row nobody here can keep.
    if (moves && rel->rd_rel->relkind == RELKIND_RELATION && !may_go(decide(from.relid, from.clock, floors))) {
        const Arrived key = arrival_of(from.relid, from.tid, command);
        (void) hash_search(all_arrived(), &key, HASH_ENTER, nullptr);
    }
    return Arrival{from, floors};
}

bool has_arrived(Relation rel, HeapTuple row) {
    if (arrived == nullptr) return false;
    const Arrived key = arrival_of(RelationGetRelid(rel), row->t_self, HeapTupleHeaderGetCmax(row->t_data));
    bool found = false;
    (void) hash_search(arrived, &key, HASH_REMOVE, &found);
    return found;
}

}  // namespace pg_retention
