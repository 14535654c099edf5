#include "schema/clock_index.hpp"

#include "schema/extension.hpp"
#include "pg/clock_datum.hpp"
#include "pg/compat.hpp"

extern "C" {
#include "access/itup.h"
#include "access/nbtree.h"
#include "catalog/pg_am.h"
#include "catalog/pg_index.h"
#include "miscadmin.h"
#include "nodes/primnodes.h"
#include "storage/bufmgr.h"
#include "storage/bufpage.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
}

namespace pg_retention {

namespace {

enum class Found : uint8_t { kNone, kEntry, kGoOn };

// What the search is at.
struct Search {
    core::Clock first;
    core::Clock last;
    BlockNumber next;
};

// False: it has none, or one that is null.
bool read_key(Page page, OffsetNumber at, core::Clock *key) {
    const auto *tuple = reinterpret_cast<const IndexTupleData *>(PageGetItem(page, PageGetItemId(page, at)));
    if (IndexTupleHasNulls(tuple)) return false;
    int64 value = 0;
    std::memcpy(&value, reinterpret_cast<const char *>(tuple) + IndexInfoFindDataOffset(tuple->t_info), sizeof value);
    *key = datum_clock(Int64GetDatum(value));
    return true;
}

// The first entry of a page that is not before the one that is looked for; one past the last where all are. The first of an inner page is
// before everything, and has no key.
OffsetNumber first_not_before(Page page, const Search &search, bool is_leaf) {
    const auto *place = BTPageGetOpaque(page);
    auto from = static_cast<OffsetNumber>(P_FIRSTDATAKEY(place));
    auto end = static_cast<OffsetNumber>(PageGetMaxOffsetNumber(page) + 1);
    if (!is_leaf) ++from;
    while (from < end) {
        const auto middle = static_cast<OffsetNumber>(from + (end - from) / 2);
        core::Clock key;
        if (read_key(page, middle, &key) && key < search.first)
            from = static_cast<OffsetNumber>(middle + 1);
        else
            end = middle;
    }
    return from;
}

// Entries that are equal may go on over pages to the right.
Found look_in_leaf(Page page, Search *search) {
    const auto *place = BTPageGetOpaque(page);
    const OffsetNumber end = PageGetMaxOffsetNumber(page);
    for (OffsetNumber at = first_not_before(page, *search, true); at <= end; ++at) {
        core::Clock key;
        if (!read_key(page, at, &key)) return Found::kEntry;
        if (key > search->last) return Found::kNone;
        if (!ItemIdIsDead(PageGetItemId(page, at))) return Found::kEntry;
    }
    if (P_RIGHTMOST(place)) return Found::kNone;
    search->next = place->btpo_next;
    return Found::kGoOn;
}

// While a page is split, what is looked for may have moved to the right of where its parent says.
bool is_further_right(Page page, const Search &search) {
    core::Clock high;
    return !P_RIGHTMOST(BTPageGetOpaque(page)) && read_key(page, P_HIKEY, &high) && high < search.first;
}

Found look_in(Page page, Search *search) {
    const auto *place = BTPageGetOpaque(page);
    if (P_IGNORE(place) || is_further_right(page, *search)) {
        if (P_RIGHTMOST(place)) return Found::kEntry;
        search->next = place->btpo_next;
        return Found::kGoOn;
    }
    if (P_ISLEAF(place)) return look_in_leaf(page, search);
    const auto at = static_cast<OffsetNumber>(first_not_before(page, *search, false) - 1);
    if (at < P_FIRSTDATAKEY(place) || at > PageGetMaxOffsetNumber(page)) return Found::kEntry;
    search->next = BTreeTupleGetDownLink(reinterpret_cast<IndexTuple>(PageGetItem(page, PageGetItemId(page, at))));
    return Found::kGoOn;
}

// Block 0 says where the tree begins.
Found look_in_meta(Page page, Search *search) {
    const auto *meta = BTPageGetMeta(page);
    if (meta->btm_magic != BTREE_MAGIC || meta->btm_version < BTREE_MIN_VERSION || meta->btm_version > BTREE_VERSION)
        return Found::kEntry;
    if (meta->btm_root == P_NONE) return Found::kNone;
    search->next = meta->btm_fastroot;
    return Found::kGoOn;
}

}  // namespace

bool is_of_pending(const Node *condition, AttrNumber clock) {
    if (!IsA(condition, FuncExpr)) return false;
    const auto *call = reinterpret_cast<const FuncExpr *>(condition);
    if (get_func_namespace(call->funcid) != extension()->schema || strcmp(get_func_name(call->funcid), "pending") != 0)
        return false;
    const auto *argument = static_cast<const Node *>(linitial(call->args));
    return IsA(argument, Var) && reinterpret_cast<const Var *>(argument)->varattno == clock;
}

bool is_clock_index(Relation index, AttrNumber clock) {
    const Form_pg_index form = index->rd_index;
    if (form->indnkeyatts != 1 || form->indkey.values[0] != clock || index->rd_rel->relam != BTREE_AM_OID ||
        (index->rd_indoption[0] & INDOPTION_DESC) != 0)
        return false;
    const List *condition = RelationGetIndexPredicate(index);
    return list_length(condition) == 1 && is_of_pending(static_cast<const Node *>(linitial(condition)), clock);
}

bool may_have_entry(const ClockIndex &index, core::Clock first, core::Clock last) {
    Search search = {first, last, BTREE_METAPAGE};
    Found found = Found::kGoOn;
    for (bool meta = true; found == Found::kGoOn; meta = false) {
        CHECK_FOR_INTERRUPTS();
        Buffer buffer = read_permanent_block(index.tablespace, index.file, search.next);
        LockBuffer(buffer, BUFFER_LOCK_SHARE);
        Page page = BufferGetPage(buffer);
        found = meta ? look_in_meta(page, &search) : look_in(page, &search);
        UnlockReleaseBuffer(buffer);
    }
    return found == Found::kEntry;
}

}  // namespace pg_retention
