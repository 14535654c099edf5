#include "subject/carried.hpp"

#include "pg/names.hpp"
#include "pg/security.hpp"
#include "rows/anonymise.hpp"
#include "schema/foreign_key.hpp"
#include "schema/front.hpp"
#include "schema/own.hpp"

extern "C" {
#include "catalog/pg_type.h"
#include "utils/lsyscache.h"
}

namespace pg_retention {

namespace {

struct Search {
    const Subject *subject;
    const char **found;  // by row
    List *followed;      // OIDs of the keys on the way
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

// The keys by which rows of other tables go with those of this one: of Hop.
List *cascading_to(Oid relid) {
    List *hops = NIL;
    ListCell *cell = nullptr;
    foreach (cell, foreign_keys_of(relid)) {
        ForeignKey key = {};
        if (!load_foreign_key(lfirst_oid(cell), &key) || !key.cascades || key.inherited || key.referred != relid ||
            key.n > kMaxKeys)
            continue;
        auto *hop = static_cast<Hop *>(palloc(sizeof(Hop)));
        *hop = hop_of(key, lfirst_oid(cell));
        hops = lappend(hops, hop);
    }
    return hops;
}

// Those that say whom a row of the table is about; where it is a person, the person's own.
List *about_links(const Model &model, Oid relid) {
    List *links = NIL;
    ListCell *cell = nullptr;
    foreach (cell, model.links) {
        auto *link = static_cast<Link *>(lfirst(cell));
        if (link->relid == relid && link->role == LinkRole::kAbout) links = lappend(links, link);
    }
    return links;
}

void look_at(const Search &search, const Hop &key, const Front &front) {
    List *links = about_links(*search.subject->model, key.from_relid);
    if (links == NIL) return;
    Parameters parameters = {};
    StringInfoData sql;
    initStringInfo(&sql);
    appendStringInfoString(&sql, "SELECT f.row");
    append_leads(&sql, links);
    append_front_join(&sql, key.from_relid, key.from, key_equalities(key, Side::kReferring), front, &parameters);
    const SqlRows rows = read_as(owner_of(key.from_relid), sql.data, parameters);
    List **others = find_others(*search.subject, links, rows.table, static_cast<int>(rows.n), 2);
    for (uint64 i = 0; i < rows.n; ++i) {
        ListCell *cell = nullptr;
        foreach (cell, others[i])
            if (is_alive(*static_cast<const Other *>(lfirst(cell))))
                search.found[rows[i].get<int32>(1)] = qualified_name(key.from_relid);
    }
    rows.free();
}

void follow(Search *search, const Hop &key, const Front &front) {
    if (front.n == 0 || list_member_oid(search->followed, key.constraint)) return;
    look_at(*search, key, front);
    search->followed = lappend_oid(search->followed, key.constraint);
    ListCell *cell = nullptr;
    foreach (cell, cascading_to(key.from_relid)) {
        const auto *onward = static_cast<const Hop *>(lfirst(cell));
        follow(search, *onward,
               next_front(key.from_relid, key.from, key_equalities(key, Side::kReferring), onward->to, onward->n_keys, front));
    }
    search->followed = list_delete_last(search->followed);
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

const char **carried_from_others(const Subject &subject, const ReachedTable &table, const RowPlace *rows, int n) {
    auto **found = static_cast<const char **>(palloc0(sizeof(const char *) * (n + 1)));
    Search search = {&subject, found, NIL};
    const Oid leaf = rows[0].leaf;
    List *keys = cascading_to(table.relid);
    if (leaf != table.relid) keys = list_concat(keys, cascading_to(leaf));
    ListCell *cell = nullptr;
    foreach (cell, keys) {
        const auto *key = static_cast<const Hop *>(lfirst(cell));
        follow(&search, *key, front_of(*key, leaf, rows, n));
    }
    return found;
}

}  // namespace pg_retention
