#include "subject/carried.hpp"

#include "pg/names.hpp"
#include "pg/security.hpp"
#include "rows/anonymise.hpp"
#include "schema/foreign_key.hpp"
#include "schema/front.hpp"
#include "schema/own.hpp"

extern "C" {
#include "catalog/partition.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/hsearch.h"
#include "utils/lsyscache.h"
}

namespace pg_retention {

namespace {

// A row that would go with the row of this place.
struct Carried {
    int32 place;
    Oid leaf;
    ItemPointerData tid;
};

// Rows that would go with others, by one key, and are to be looked at.
struct Onward {
    const Hop *key;
    Front front;
};

struct Search {
    const Subject *subject;
    const char **found;  // by row
    HTAB *known;         // of Carried: keys may lead in a circle, and to one row by several ways
    List *onward;        // of Onward
};

// The key, as rows are followed by it.
Hop hop_of(const ForeignKey &key, Oid constraint) {
    Hop hop = {};
    hop.from_relid = key.referring;
    hop.to_relid = key.referred;
    hop.n_keys = key.n;
    std::memcpy(hop.from, key.referring_columns, sizeof(AttrNumber) * key.n);
    std::memcpy(hop.to, key.referred_columns, sizeof(AttrNumber) * key.n);
    std::memcpy(hop.equal, key.operators[0], sizeof(Oid) * key.n);
    hop.constraint = constraint;
    return hop;
}

// The tables that a row of this one may be referred to by: a key may refer to a partition, or to what that is a partition of.
List *family_of(Oid relid) {
    List *ancestors = get_rel_relispartition(relid) ? get_partition_ancestors(relid) : NIL;
    return list_concat(find_all_inheritors(relid, NoLock, nullptr), ancestors);
}

// The keys by which rows of other tables go with those of this one: of Hop.
List *cascading_to(Oid relid) {
    List *hops = NIL;
    ListCell *cell = nullptr, *inner = nullptr;
    foreach (cell, family_of(relid))
        foreach (inner, foreign_keys_of(lfirst_oid(cell))) {
            ForeignKey key = {};
            if (!load_foreign_key(lfirst_oid(inner), &key) || !key.cascades || key.inherited ||
                key.referred != lfirst_oid(cell) || key.n > kMaxKeys)
                continue;
            auto *hop = static_cast<Hop *>(palloc(sizeof(Hop)));
            *hop = hop_of(key, lfirst_oid(inner));
            hops = lappend(hops, hop);
        }
    return hops;
}

// Those that say whom a row of the table is about; where it is a person, the person's own. The link may be that of a table which this one is
// a partition or a child of, or of a partition of this one.
List *about_links(const Model &model, Oid relid) {
    List *links = NIL;
    ListCell *cell = nullptr;
    foreach (cell, model.links) {
        auto *link = static_cast<Link *>(lfirst(cell));
        const bool meant = link->relid == relid || list_member_oid(find_all_inheritors(link->relid, NoLock, nullptr), relid) ||
                           (get_rel_relispartition(link->relid) && list_member_oid(get_partition_ancestors(link->relid), relid));
        if (meant && is_owner(link->role)) links = lappend(links, link);
    }
    return links;
}

bool is_new(const Search &search, const SqlRow &row) {
    Carried one;
    bool found = false;
    std::memset(static_cast<void *>(&one), 0, sizeof one);
    one.place = row.get<int32>(1);
    one.leaf = row.get<Oid>(2);
    one.tid = row.get<ItemPointerData>(3);
    (void) hash_search(search.known, &one, HASH_ENTER, &found);
    return !found;
}

constexpr int kFixedColumns = 3;  // place, tableoid, ctid

// What the rows that are looked at for the first time hold in the columns that the key refers to, the first of which is in this column.
Front front_beyond(const Hop &key, const SqlRows &rows, const bool *fresh, int column) {
    const int n = static_cast<int>(rows.n);
    Datum *columns[kMaxKeys];
    bool *nulls[kMaxKeys];
    for (int k = 0; k < key.n_keys; ++k) {
        columns[k] = static_cast<Datum *>(palloc_extended(sizeof(Datum) * (n + 1), MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO));
        nulls[k] = static_cast<bool *>(palloc_extended(n + 1, MCXT_ALLOC_HUGE));
        for (int i = 0; i < n; ++i) {
            nulls[k][i] = !fresh[i] || rows[i].is_null(column + k);
            if (!nulls[k][i]) columns[k][i] = rows[i].datum(column + k);
        }
    }
    Front front = first_front(key.to_relid, key.to, key.n_keys, columns, nulls, n);
    Datum *places = nullptr;
    const int led = elements_of(front.rows, INT4OID, &places);
    for (int i = 0; i < led; ++i) places[i] = Int32GetDatum(rows[DatumGetInt32(places[i])].get<int32>(1));
    front.rows = array_of(places, led, INT4OID);
    return front;
}

// Looks at the rows that one key leads to, and adds what would go with them.
void follow(Search *search, const Onward &step) {
    const Hop &key = *step.key;
    List *links = about_links(*search->subject->model, key.from_relid), *keys = cascading_to(key.from_relid);
    Parameters parameters = {};
    StringInfoData sql;
    ListCell *cell = nullptr;
    int column = kFixedColumns + 1;
    initStringInfo(&sql);
    appendStringInfoString(&sql, "SELECT f.row, t.tableoid, t.ctid");
    foreach (cell, keys) {
        const auto *onward = static_cast<const Hop *>(lfirst(cell));
        appendStringInfo(&sql, ", %s", column_list(onward->to_relid, onward->to, onward->n_keys, "t."));
        column += onward->n_keys;
    }
    append_leads(&sql, links);
    append_front_join(&sql, key.from_relid, key.from, key_equalities(key, Side::kReferring), step.front, &parameters);
    const SqlRows rows = read_as(owner_of(key.from_relid), sql.data, parameters);
    List **others = find_others(*search->subject, links, rows.table, static_cast<int>(rows.n), column);
    auto *fresh = static_cast<bool *>(palloc_extended(rows.n + 1, MCXT_ALLOC_HUGE));
    for (uint64 i = 0; i < rows.n; ++i) {
        const auto place = rows[i].get<int32>(1);
        foreach (cell, others[i])
            if (is_alive(*static_cast<const Other *>(lfirst(cell)))) search->found[place] = qualified_name(key.from_relid);
        fresh[i] = is_new(*search, rows[i]) && search->found[place] == nullptr;
    }
    column = kFixedColumns + 1;
    foreach (cell, keys) {
        const auto *onward = static_cast<const Hop *>(lfirst(cell));
        auto *next = static_cast<Onward *>(palloc(sizeof(Onward)));
        *next = Onward{onward, front_beyond(*onward, rows, fresh, column)};
        if (next->front.n > 0) search->onward = lappend(search->onward, next);
        column += onward->n_keys;
    }
    rows.free();
}

// What the rows hold in the columns that the key refers to.
Front front_of(const Hop &key, Oid leaf, const RowPlace *rows, int n) {
    auto *tids = static_cast<ItemPointerData *>(palloc(sizeof(ItemPointerData) * n));
    for (int i = 0; i < n; ++i) tids[i] = rows[i].tid;
    const SqlRows found = read_as(
        owner_of(leaf),
        psprintf("SELECT r.place::int4, %s FROM unnest($1) WITH ORDINALITY r (tid, place) JOIN ONLY %s t ON t.ctid = r.tid",
                 column_list(key.to_relid, key.to, key.n_keys, "t."), qualified_name(leaf)),
        typed(TIDARRAYOID, tid_array(tids, n)));
    Datum *columns[kMaxKeys];
    bool *nulls[kMaxKeys];
    for (int k = 0; k < key.n_keys; ++k) {
        columns[k] = static_cast<Datum *>(palloc0(sizeof(Datum) * n));
        nulls[k] = static_cast<bool *>(palloc(sizeof(bool) * n));
        std::memset(nulls[k], true, sizeof(bool) * n);
        for (const SqlRow row : found) {
            const int place = row.get<int32>(1) - 1;
            nulls[k][place] = row.is_null(k + 2);
            if (!nulls[k][place]) columns[k][place] = row.datum(k + 2);
        }
    }
    const Front front = first_front(key.to_relid, key.to, key.n_keys, columns, nulls, n);
    found.free();
    return front;
}

}  // namespace

const char **carried_from_others(const Subject &subject, const RowPlace *rows, int n) {
    auto **found = static_cast<const char **>(palloc0(sizeof(const char *) * (n + 1)));
    HASHCTL control = {};
    control.keysize = control.entrysize = sizeof(Carried);
    control.hcxt = CurrentMemoryContext;
    Search search = {&subject, found, nullptr, NIL};
    const Oid leaf = rows[0].leaf;
    ListCell *cell = nullptr;
    foreach (cell, cascading_to(leaf)) {
        const auto *key = static_cast<const Hop *>(lfirst(cell));
        auto *first = static_cast<Onward *>(palloc(sizeof(Onward)));
        *first = Onward{key, front_of(*key, leaf, rows, n)};
        if (first->front.n > 0) search.onward = lappend(search.onward, first);
    }
    if (search.onward == NIL) return found;
    search.known = hash_create("pg_retention carried", 1024, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
    while (search.onward != NIL) {
        CHECK_FOR_INTERRUPTS();
        const Onward step = *static_cast<const Onward *>(llast(search.onward));
        search.onward = list_delete_last(search.onward);
        follow(&search, step);
    }
    hash_destroy(search.known);
    return found;
}

}  // namespace pg_retention
