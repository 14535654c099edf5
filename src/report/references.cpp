// Rows that refer to rows that are due, and to those that go with them, hop by hop. The first rows that are due are asked for: each table is read
// by its own owner, and counted for who may read it.
#include "report/keys.hpp"
#include "report/preview.hpp"

#include "policy/attached.hpp"
#include "pg/names.hpp"
#include "pg/security.hpp"
#include "schema/foreign_key.hpp"
#include "schema/front.hpp"
#include "schema/own.hpp"

extern "C" {
#include "catalog/pg_constraint.h"
#include "catalog/pg_type.h"
#include "utils/hsearch.h"
#include "utils/lsyscache.h"
}

namespace pg_retention {

namespace {

constexpr int kMostAsked = 1000;
constexpr int kMostHops = 10;
constexpr int kMostGoing = 100000;

// Keys to the table or to a partition of it, each once though each partition has it, too; and those to tables whose rows go along.
constexpr char kKeys[] =
    "WITH RECURSIVE member AS (SELECT $1 AS relid UNION SELECT i.inhrelid FROM member m JOIN pg_inherits i ON i.inhparent = m.relid "
    "JOIN pg_class c ON c.oid = i.inhrelid AND c.relispartition), "
    "k AS (SELECT c.* FROM pg_constraint c WHERE c.contype = 'f' AND c.confrelid IN (SELECT relid FROM member)), "
    "along AS (SELECT k.conrelid AS relid FROM k WHERE k.confdeltype = 'c' UNION SELECT c.conrelid FROM along a "
    "JOIN pg_constraint c ON c.confrelid = a.relid AND c.contype = 'f' AND c.confdeltype = 'c' AND c.conparentid = 0) "
    "SELECT k.oid, k.conname::text, false AS deep, k.conrelid::regclass::text FROM k WHERE k.conparentid = 0 OR NOT EXISTS (SELECT FROM k o WHERE o.oid <> k.oid "
    "AND (o.conrelid = k.conrelid OR o.conrelid IN (SELECT p.relid FROM pg_partition_ancestors(k.conrelid) p)) "
    "AND (o.confrelid = k.confrelid OR o.confrelid IN (SELECT p.relid FROM pg_partition_ancestors(k.confrelid) p))) "
    "UNION ALL SELECT c.oid, c.conname::text, true, c.conrelid::regclass::text FROM along a JOIN pg_constraint c ON c.confrelid = a.relid AND c.contype = 'f' "
    "AND c.conparentid = 0 AND c.confrelid NOT IN (SELECT relid FROM member) ORDER BY 3, 4, 2";

// A row of a plain table or partition.
struct Place {
    Oid leaf;
    ItemPointerData tid;
    uint16 none;  // places are compared as bytes
};
static_assert(sizeof(Place) == sizeof(Oid) + sizeof(ItemPointerData) + sizeof(uint16));

Place place_of(Oid leaf, const ItemPointerData &tid) { return {leaf, tid, 0}; }

struct Places {
    int n;
    int room;
    Place *at;
};

void append(Places *places, const Place &place) {
    if (places->n == places->room) {
        places->room = Max(2 * places->room, kMostAsked);
        const Size size = sizeof(Place) * static_cast<Size>(places->room);
        places->at = static_cast<Place *>(places->at == nullptr ? palloc(size) : repalloc(places->at, size));
    }
    places->at[places->n++] = place;
}

HTAB *set_of_places() {
    HASHCTL form = {};
    form.keysize = sizeof(Place);
    form.entrysize = sizeof(Place);
    form.hcxt = CurrentMemoryContext;
    return hash_create("rows of a preview", kMostAsked, &form, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
}

bool has(HTAB *set, const Place &place) { return hash_search(set, &place, HASH_FIND, nullptr) != nullptr; }

// False: it was there.
bool add(HTAB *set, const Place &place) {
    bool found = false;
    (void) hash_search(set, &place, HASH_ENTER, &found);
    return !found;
}

// One foreign key.
struct Edge {
    ForeignKey key;
    const char *name;
    bool is_deep;      // to a table whose rows go along
    const char *open;  // why it is not counted; null: it is
    HTAB *rows;        // those that refer by it; of a key that keeps, those that are referred to
};

struct Walk {
    const Preview *preview;
    List *edges;   // of Edge
    HTAB *due;     // rows that are asked for
    HTAB *kept;    // of them, those that stay: others refer to them
    HTAB *along;   // rows that go with them
    bool is_cut;   // there are more
    bool is_most;  // of what goes along: a key that is not counted may keep some
};

// What rows hold in the columns that are referred to.
struct Asked {
    int n;
    Place *places;
    Datum *columns[kMaxKeys];
    bool *nulls[kMaxKeys];
};

Places due_places(const Preview &preview) {
    Places places = {};
    ListCell *cell = nullptr;
    foreach (cell, preview.leaves) {
        const Oid leaf = lfirst_oid(cell);
        const How how = {PlanKind::kOnce, Sees::kCaller, kMostAsked - places.n, true};
        const char *clock = clock_name(leaf);
        if (places.n == kMostAsked) break;
        const SqlRows found = run_as(
            owner_of(leaf), how,
            psprintf("SELECT ctid FROM ONLY %s WHERE %s ORDER BY %s", qualified_name(leaf), pending_range(clock, 1, 2), clock),
            clock_value(core::first_from(preview.policy->id, 0)),
            clock_value(core::last_until(preview.policy->id, preview.cutoffs.due)));
        for (const SqlRow row : found) append(&places, place_of(leaf, row.get<ItemPointerData>(1)));
        found.free();
    }
    return places;
}

void ask_leaf(const ForeignKey &key, Oid leaf, const Place *places, int n, Asked *asked) {
    auto *tids = static_cast<Datum *>(palloc(sizeof(Datum) * static_cast<Size>(n)));
    int n_tids = 0;
    for (int i = 0; i < n; ++i)
        if (places[i].leaf == leaf) tids[n_tids++] = PointerGetDatum(&places[i].tid);
    const SqlRows found = run_as(owner_of(leaf), kOnceReading,
                                 psprintf("SELECT t.ctid, %s FROM ONLY %s t WHERE t.ctid OPERATOR(pg_catalog.=) ANY ($1)",
                                          column_list(key.referred, key.referred_columns, key.n, "t."), qualified_name(leaf)),
                                 typed(get_array_type(TIDOID), array_of(tids, n_tids, TIDOID)));
    for (const SqlRow row : found) {
        asked->places[asked->n] = place_of(leaf, row.get<ItemPointerData>(1));
        for (int k = 0; k < key.n; ++k)
            asked->columns[k][asked->n] = SPI_getbinval(row.tuple, row.desc, k + 2, &asked->nulls[k][asked->n]);
        ++asked->n;
    }
}

Asked ask(const ForeignKey &key, const Place *places, int n) {
    Asked asked = {};
    List *leaves = NIL;
    ListCell *cell = nullptr;
    for (int i = 0; i < n; ++i) leaves = list_append_unique_oid(leaves, places[i].leaf);
    asked.places = static_cast<Place *>(palloc(sizeof(Place) * static_cast<Size>(n + 1)));
    for (int k = 0; k < key.n; ++k) {
        asked.columns[k] = static_cast<Datum *>(palloc0(sizeof(Datum) * static_cast<Size>(n + 1)));
        asked.nulls[k] = static_cast<bool *>(palloc0(static_cast<Size>(n + 1)));
    }
    foreach (cell, leaves)
        if (is_part_of(lfirst_oid(cell), key.referred)) ask_leaf(key, lfirst_oid(cell), places, n, &asked);
    return asked;
}

// body(referred, referring): of rows that refer by the key to some of these, so many at most.
template <typename F>
void for_each_reference(Walk *walk, const ForeignKey &key, const Place *places, int n, F body) {
    const Asked asked = ask(key, places, n);
    const Front front = first_front(key.referred, key.referred_columns, key.n, asked.columns, asked.nulls, asked.n);
    const How how = {PlanKind::kOnce, Sees::kCaller, kMostGoing, false};
    Parameters parameters = {};
    StringInfoData sql;
    if (front.n == 0) return;
    initStringInfo(&sql);
    appendStringInfoString(&sql, "SELECT f.row, t.tableoid, t.ctid");
    append_front_join(&sql, key.referring, key.referring_columns, key_equalities(hop_of(key), Side::kReferring), front,
                      &parameters);
    const SqlRows found = run_as(owner_of(key.referring), how, sql.data, parameters);
    for (const SqlRow row : found) body(asked.places[row.get<int32>(1)], place_of(row.get<Oid>(2), row.get<ItemPointerData>(3)));
    if (found.n == kMostGoing) walk->is_cut = true;
    found.free();
}

const char *part_of(const ForeignKey &key) {
    if (key.keeps) return "restrict";
    return key.cascades ? "cascades" : "set null";
}

const char *what_becomes(const Preview &preview, const ForeignKey &key) {
    const bool anonymised = preview.policy->anonymises_if_referenced;
    if (key.keeps)
        return anonymised ? "rows that are due and referred to: anonymised, and deleted when no row refers to them any more"
                          : "rows that are due and referred to: they stay until no row refers to them any more";
    return key.cascades ? "rows that refer to rows that are due: deleted with them"
                        : "rows that refer to rows that are due: they refer to none, or to the default, afterwards";
}

const char *why_not_counted(const ForeignKey &key) {
    if (!may_read(key.referring)) return "you may not read the table";
    return key.period || key.n > kMaxKeys ? "the key is not a plain one" : nullptr;
}

List *load_edges(const Preview &preview) {
    List *edges = NIL;
    for (const SqlRow row : own(kKeys, preview.policy->relid)) {
        auto *edge = static_cast<Edge *>(palloc0(sizeof(Edge)));
        if (!load_foreign_key(row.get<Oid>(1), &edge->key)) continue;
        edge->name = row.text(2);
        edge->is_deep = row.get<bool>(3);
        edge->open = preview.known == Known::kExactly ? why_not_counted(edge->key) : "";
        edge->rows = set_of_places();
        edges = lappend(edges, edge);
    }
    return edges;
}

// Nobody knows what refers to rows that nobody counts.
void open_beyond(List *edges) {
    bool more = true;
    while (more) {
        more = false;
        ListCell *cell = nullptr, *other = nullptr;
        foreach (cell, edges) {
            const auto *edge = static_cast<const Edge *>(lfirst(cell));
            if (edge->open == nullptr || !edge->key.cascades) continue;
            foreach (other, edges) {
                auto *beyond = static_cast<Edge *>(lfirst(other));
                if (!beyond->is_deep || beyond->open != nullptr || beyond->key.referred != edge->key.referring) continue;
                beyond->open = psprintf("nor are all rows of %s", qualified_name(edge->key.referring));
                more = true;
            }
        }
    }
}

// Rows that are due and stay, because a row refers to them that is not due itself.
void find_kept(Walk *walk, const Places &due) {
    ListCell *cell = nullptr;
    foreach (cell, walk->edges) {
        const auto *edge = static_cast<const Edge *>(lfirst(cell));
        if (edge->is_deep || !edge->key.keeps) continue;
        if (edge->open != nullptr) {
            walk->is_most = true;
            continue;
        }
        for_each_reference(walk, edge->key, due.at, due.n, [&](const Place &referred, const Place &referring) {
            (void) add(edge->rows, referred);
            if (!has(walk->due, referring)) (void) add(walk->kept, referred);
        });
    }
}

// By one key, from rows that go: adds to next what goes with them.
void follow(Walk *walk, const Edge &edge, const Places &going, Places *next) {
    for (int from = 0; from < going.n; from += kMostAsked)
        for_each_reference(walk, edge.key, going.at + from, Min(kMostAsked, going.n - from),
                           [&](const Place &referred, const Place &referring) {
                               if (edge.key.keeps) {
                                   (void) add(edge.rows, referred);
                                   return;
                               }
                               if (has(walk->due, referring) && !has(walk->kept, referring)) return;
                               (void) add(edge.rows, referring);
                               if (edge.key.cascades && add(walk->along, referring)) append(next, referring);
                           });
}

void walk_along(Walk *walk, Places going) {
    for (int hop = 0; going.n > 0; ++hop) {
        Places next = {};
        ListCell *cell = nullptr;
        if (hop == kMostHops || hash_get_num_entries(walk->along) > kMostGoing) {
            walk->is_cut = true;
            return;
        }
        foreach (cell, walk->edges) {
            const auto *edge = static_cast<const Edge *>(lfirst(cell));
            // Of the rows that are due it is known which ones are kept.
            if (edge->open == nullptr && (edge->is_deep || !edge->key.keeps)) follow(walk, *edge, going, &next);
        }
        going = next;
    }
}

void count_references(Walk *walk) {
    const Places due = due_places(*walk->preview);
    Places going = {};
    for (int i = 0; i < due.n; ++i) (void) add(walk->due, due.at[i]);
    find_kept(walk, due);
    for (int i = 0; i < due.n; ++i)
        if (!has(walk->kept, due.at[i])) append(&going, due.at[i]);
    walk_along(walk, going);
}

void put_edge(const Walk &walk, const Edge &edge) {
    const Preview &preview = *walk.preview;
    StringInfoData detail;
    initStringInfo(&detail);
    appendStringInfo(&detail, "key \"%s\"", edge.name);
    if (edge.is_deep)
        appendStringInfo(&detail, " to %s, whose rows go along", qualified_name(edge.key.referred));
    else
        appendStringInfo(&detail, ". %s", what_becomes(preview, edge.key));
    if (edge.open == nullptr && !edge.key.keeps && hash_get_num_entries(walk.kept) > 0)
        appendStringInfo(&detail, "; those that are due and %s, for others refer to them, change nothing here",
                         preview.policy->anonymises_if_referenced ? "anonymised instead" : "stay");
    if (edge.open != nullptr)
        appendStringInfo(&detail, "; not counted%s%s", edge.open[0] == '\0' ? "" : ": ", edge.open);
    else if (preview.due > kMostAsked)
        appendStringInfo(&detail, "; counted of the first %d rows that are due", kMostAsked);
    if (edge.open == nullptr && !edge.key.keeps && walk.is_most)
        appendStringInfoString(&detail, "; at most: a key that is not counted may keep rows that are due");
    if (edge.open == nullptr && walk.is_cut)
        appendStringInfo(&detail, "; more than %d rows, or %d keys, further on are not counted", kMostGoing, kMostHops);
    put(preview, part_of(edge.key), qualified_name(edge.key.referring),
        edge.open != nullptr ? kNotCounted : static_cast<int64>(hash_get_num_entries(edge.rows)), detail.data);
}

}  // namespace

void preview_references(const Preview &preview) {
    // What is anonymised stays where it is.
    if (!deletes(preview.policy->action)) return;
    Walk walk = {&preview, load_edges(preview), set_of_places(), set_of_places(), set_of_places(), false, false};
    open_beyond(walk.edges);
    if (preview.known == Known::kExactly) count_references(&walk);
    ListCell *cell = nullptr;
    foreach (cell, walk.edges) put_edge(walk, *static_cast<const Edge *>(lfirst(cell)));
}

}  // namespace pg_retention
