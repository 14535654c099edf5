#include "sweep/due_rows.hpp"

#include "schema/clock_index.hpp"
#include "schema/extension.hpp"
#include "pg/clock_datum.hpp"
#include "pg/sql.hpp"

extern "C" {
#include "access/nbtree.h"
#include "access/relscan.h"
#include "access/table.h"
#include "catalog/pg_type.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
}

namespace pg_retention {

namespace {

// That it has all rows which are pending, in the order of their clocks, and that this snapshot may go by it.
bool finds_all(Relation index, AttrNumber clock) {
    const Form_pg_index form = index->rd_index;
    if (!form->indisvalid || !is_clock_index(index, clock)) return false;
    return !form->indcheckxmin || TransactionIdPrecedes(HeapTupleHeaderGetXmin(index->rd_indextuple->t_data), TransactionXmin);
}

// Null: there is none.
Relation open_clock_index(Relation rel) {
    const AttrNumber clock = clock_column(RelationGetRelid(rel));
    ListCell *cell = nullptr;
    foreach (cell, RelationGetIndexList(rel)) {
        Relation index = index_open(lfirst_oid(cell), AccessShareLock);
        if (finds_all(index, clock)) return index;
        index_close(index, AccessShareLock);
    }
    return nullptr;
}

void set_key(ScanKey key, Relation index, StrategyNumber strategy, core::Clock clock) {
    const Oid type = index->rd_opcintype[0];
    const Oid operation = get_opfamily_member(index->rd_opfamily[0], type, type, static_cast<int16>(strategy));
    ScanKeyInit(key, 1, strategy, get_opcode(operation), clock_datum(clock));
}

// The first row that is there, or the last; its clock. Before it the index may have what earlier passes deleted, which this marks as dead.
bool find_end(Relation rel, Relation index, ScanKey keys, int n, ScanDirection direction, core::Clock *clock) {
    TupleTableSlot *slot = table_slot_create(rel, nullptr);
    IndexScanDesc scan = begin_index_scan(rel, index, GetActiveSnapshot(), n);
    index_rescan(scan, keys, n, nullptr, 0);
    const bool found = index_getnext_slot(scan, direction, slot);
    bool isnull = false;
    if (found) *clock = datum_clock(slot_getattr(slot, clock_column(RelationGetRelid(rel)), &isnull));
    index_endscan(scan);
    ExecDropSingleTupleTableSlot(slot);
    return found;
}

bool skip_dead(Relation rel, Relation index, DueRange *range) {
    ScanKeyData keys[2];
    set_key(&keys[0], index, BTGreaterEqualStrategyNumber, range->first);
    set_key(&keys[1], index, BTLessEqualStrategyNumber, range->last);
    return find_end(rel, index, keys, 2, ForwardScanDirection, &range->first);
}

void read_index(TIDBitmap *bitmap, Relation index, DueRange range) {
    ScanKeyData keys[2];
    set_key(&keys[0], index, BTGreaterEqualStrategyNumber, range.first);
    set_key(&keys[1], index, BTLessEqualStrategyNumber, range.last);
    IndexScanDesc scan = begin_bitmap_scan(index, GetActiveSnapshot(), 2);
    index_rescan(scan, keys, 2, nullptr, 0);
    (void) index_getbitmap(scan, bitmap);
    index_endscan(scan);
}

// Without an index each page may have some.
void add_all_pages(TIDBitmap *bitmap, Relation rel) {
    const BlockNumber blocks = RelationGetNumberOfBlocks(rel);
    for (BlockNumber block = 0; block < blocks; ++block) tbm_add_page(bitmap, block);
}

void read_due(DueRows *rows, Relation rel, DueRange range) {
    Relation index = open_clock_index(rel);
    const bool any = index == nullptr || skip_dead(rel, index, &range);
    if (any) {
        rows->bitmap = tbm_create(maintenance_work_mem * static_cast<Size>(1024), nullptr);
        if (index != nullptr)
            read_index(rows->bitmap, index, range);
        else
            add_all_pages(rows->bitmap, rel);
        rows->pages = begin_pages(rows->bitmap);
    }
    if (index != nullptr) index_close(index, AccessShareLock);
}

void add_tid(DueRows *rows, BlockNumber block, OffsetNumber offset) {
    if (rows->n == rows->room) {
        rows->room *= 2;
        rows->tids =
            static_cast<ItemPointerData *>(repalloc_huge(rows->tids, sizeof(ItemPointerData) * static_cast<Size>(rows->room)));
    }
    ItemPointer tid = &rows->tids[rows->n++];
    ItemPointerSet(tid, block, offset);
}

bool add_page(DueRows *rows) {
    OffsetNumber offsets[MaxHeapTuplesPerPage];
    BlockNumber block = 0;
    int n = 0;
    if (rows->pages == nullptr) return false;
    if (!next_page(rows->pages, &block, offsets, &n)) {
        rows->pages = nullptr;
        return false;
    }
    if (n < 0)
        for (int i = 0; i < static_cast<int>(MaxHeapTuplesPerPage); ++i)
            add_tid(rows, block, static_cast<OffsetNumber>(FirstOffsetNumber + i));
    for (int i = 0; i < n; ++i) add_tid(rows, block, offsets[i]);
    return true;
}

int compare_tids(const void *a, const void *b) {
    return ItemPointerCompare(static_cast<ItemPointer>(const_cast<void *>(a)), static_cast<ItemPointer>(const_cast<void *>(b)));
}

bool is_left_out(const Look &look, ItemPointer tid) {
    return look.n_but > 0 &&
           bsearch(tid, look.but, static_cast<size_t>(look.n_but), sizeof(ItemPointerData), compare_tids) != nullptr;
}

}  // namespace

bool spans_all_pending(Relation rel, DueRange range) {
    Relation index = open_clock_index(rel);
    core::Clock first = {}, last = {};
    if (index == nullptr) return false;
    const bool any = find_end(rel, index, nullptr, 0, ForwardScanDirection, &first) &&
                     find_end(rel, index, nullptr, 0, BackwardScanDirection, &last);
    index_close(index, AccessShareLock);
    return any && first >= range.first && last <= range.last;
}

void find_due(DueRows *rows, MemoryContext parent, Relation rel, DueRange range) {
    if (rows->found) return;
    forget_due(rows);
    rows->context = AllocSetContextCreate(parent, "pg_retention due rows", ALLOCSET_DEFAULT_SIZES);
    MemoryContext before = MemoryContextSwitchTo(rows->context);
    rows->room = 2 * static_cast<int>(MaxHeapTuplesPerPage);
    rows->tids = static_cast<ItemPointerData *>(palloc(sizeof(ItemPointerData) * static_cast<Size>(rows->room)));
    read_due(rows, rel, range);
    rows->found = true;
    MemoryContextSwitchTo(before);
}

bool has_more(DueRows *rows) {
    while (rows->handed_out == rows->n)
        if (!add_page(rows)) return false;
    return true;
}

bool next_due(DueRows *rows, ItemPointer tid) {
    if (!has_more(rows)) return false;
    *tid = rows->tids[rows->handed_out++];
    return true;
}

void hand_out_again(DueRows *rows) { rows->handed_out = 0; }

void finish_batch(DueRows *rows) {
    rows->n -= rows->handed_out;
    std::memmove(rows->tids, rows->tids + rows->handed_out, sizeof(ItemPointerData) * static_cast<size_t>(rows->n));
    rows->handed_out = 0;
}

void forget_due(DueRows *rows) {
    if (rows->context != nullptr) MemoryContextDelete(rows->context);
    *rows = DueRows{};
}

Look begin_look(Relation rel, DueRange range, Datum but) {
    Look look = {};
    look.rel = rel;
    look.clock = clock_column(RelationGetRelid(rel));
    look.range = range;
    look.snapshot = GetActiveSnapshot();
    look.blocks = RelationGetNumberOfBlocks(rel);
    look.fetch = begin_index_fetch(rel);
    look.slot = table_slot_create(rel, nullptr);
    Datum *values = nullptr;
    look.n_but = elements_of(but, TIDOID, &values);
    look.but = static_cast<ItemPointerData *>(palloc(sizeof(ItemPointerData) * static_cast<size_t>(look.n_but + 1)));
    for (int i = 0; i < look.n_but; ++i) look.but[i] = *reinterpret_cast<ItemPointerData *>(DatumGetPointer(values[i]));
    qsort(look.but, static_cast<size_t>(look.n_but), sizeof(ItemPointerData), compare_tids);
    return look;
}

bool is_still_due(Look *look, ItemPointerData tid) {
    bool again = false, isnull = false;
    if (ItemPointerGetBlockNumber(&tid) >= look->blocks) return false;
    if (!table_index_fetch_tuple(look->fetch, &tid, look->snapshot, look->slot, &again, nullptr)) return false;
    const Datum value = slot_getattr(look->slot, look->clock, &isnull);
    if (isnull) return false;
    return is_due(datum_clock(value), look->range) && !is_left_out(*look, &look->slot->tts_tid);
}

void end_look(const Look &look) {
    table_index_fetch_end(look.fetch);
    ExecDropSingleTupleTableSlot(look.slot);
}

}  // namespace pg_retention
