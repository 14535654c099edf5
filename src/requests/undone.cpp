#include "requests/undone.hpp"

#include <algorithm>

#include "pg/names.hpp"
#include "pg/security.hpp"
#include "pg/sql.hpp"

extern "C" {
#include "catalog/pg_type.h"
}

namespace pg_retention {

namespace {

bool goes_before(const UndoneRow &a, const UndoneRow &b) { return is_before(a.place, b.place); }

const Tally &reason_of(const Undone &undone, const UndoneRow &row) {
    return *static_cast<const Tally *>(list_nth(undone.reasons, row.why));
}

bool is_of(const Undone &undone, const UndoneRow &row, List *tables) {
    ListCell *cell = nullptr;
    foreach (cell, tables)
        if (static_cast<const ReachedTable *>(lfirst(cell))->relid == reason_of(undone, row).relid) return true;
    return false;
}

int number_of(Undone *undone, const Tally &reason) {
    ListCell *cell = nullptr;
    foreach (cell, undone->reasons) {
        const auto *known = static_cast<const Tally *>(lfirst(cell));
        if (known->outcome == reason.outcome && known->relid == reason.relid && same_words(known->why, reason.why))
            return foreach_current_index(cell);
    }
    auto *copy = static_cast<Tally *>(palloc(sizeof(Tally)));
    *copy = reason;
    if (reason.why != nullptr) copy->why = pstrdup(reason.why);
    undone->reasons = lappend(undone->reasons, copy);
    return list_length(undone->reasons) - 1;
}

bool is_there(const RowPlace &place) {
    const SqlRows found =
        read_as(owner_of(place.leaf), psprintf("SELECT FROM ONLY %s t WHERE t.ctid = $1", qualified_name(place.leaf)), place.tid);
    found.free();
    return found.n > 0;
}

}  // namespace

void add_undone(Undone *undone, const Tally &reason, Oid leaf, const ItemPointerData &tid) {
    MemoryContext before = MemoryContextSwitchTo(undone->context);
    if (undone->n == undone->room) {
        undone->room = Max(2 * undone->room, 64);
        undone->rows =
            static_cast<UndoneRow *>(undone->rows == nullptr ? palloc(sizeof(UndoneRow) * undone->room)
                                                             : repalloc_huge(undone->rows, sizeof(UndoneRow) * undone->room));
    }
    undone->rows[undone->n++] = UndoneRow{RowPlace{leaf, tid}, number_of(undone, reason), false};
    MemoryContextSwitchTo(before);
}

void add_undone(Undone *undone, const Undone &more) {
    for (int i = 0; i < more.n; ++i)
        add_undone(undone, reason_of(more, more.rows[i]), more.rows[i].place.leaf, more.rows[i].place.tid);
}

void begin_meeting(Undone *undone, List *tables) {
    for (int i = 0; i < undone->n; ++i)
        if (is_of(*undone, undone->rows[i], tables)) follow_newest(&undone->rows[i].place, 1);
    std::sort(undone->rows, undone->rows + undone->n, goes_before);
}

void meet(Undone *undone, const Doomed *rows, int n) {
    for (int i = 0; i < n; ++i) {
        UndoneRow *end = undone->rows + undone->n;
        UndoneRow *found =
            std::lower_bound(undone->rows, end, UndoneRow{RowPlace{rows[i].leaf, rows[i].tid}, 0, false}, goes_before);
        for (; found != end && found->place.leaf == rows[i].leaf &&
               ItemPointerEquals(&found->place.tid, const_cast<ItemPointer>(&rows[i].tid));
             ++found)
            found->met = true;
    }
}

void end_meeting(Undone *undone) {
    int kept = 0;
    for (int i = 0; i < undone->n; ++i) {
        UndoneRow row = undone->rows[i];
        if (!row.met) follow_newest(&row.place, 1);
        if (!row.met && is_there(row.place)) undone->rows[kept++] = row;
    }
    undone->n = kept;
}

void add_to(List **tallies, MemoryContext context, const Undone &undone) {
    for (int i = 0; i < undone.n; ++i) {
        Tally one = reason_of(undone, undone.rows[i]);
        one.rows = 1;
        add_to(tallies, context, one);
    }
}

}  // namespace pg_retention
