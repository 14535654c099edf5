#include "visibility/persons.hpp"

#include "clock/ways.hpp"
#include "pg/guard.hpp"
#include "pg/invalidation.hpp"
#include "schema/extension.hpp"
#include "schema/link_front.hpp"
#include "schema/own_rows.hpp"

extern "C" {
#include "access/genam.h"
#include "access/table.h"
#include "catalog/indexing.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "utils/fmgroids.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
}

namespace pg_retention {

namespace {

// As with policies, the list holds while no change has come since its reading began: of what is declared, or of a relation on a path.
constinit MemoryContext context = nullptr;
constinit List *all_ways = NIL;
constinit List *kinds = NIL;   // of PersonWay, while the ways are read
constinit List *on_way = NIL;  // relations
constinit bool all_fit = false;
constinit uint64_t changes = 1;
constinit uint64_t read_at = 0;

// What does not fit may after any change.
void forget(Datum, Oid relid) {
    if (relid == InvalidOid || !all_fit || list_member_oid(on_way, relid)) ++changes;
}

int names_of(Datum array, Datum **names) {
    int n = 0;
    deconstruct_array(DatumGetArrayTypeP(array), NAMEOID, NAMEDATALEN, false, TYPALIGN_CHAR, names, nullptr, &n);
    return n;
}

PersonWay *new_way(const OwnRow &row, const char *path) {
    auto *way = static_cast<PersonWay *>(palloc0(sizeof(PersonWay)));
    way->kind = row.text("kind");
    way->relid = DatumGetObjectId(row.datum("relation"));
    way->path = path;
    return way;
}

void add_kind(const OwnRow &row) {
    PersonWay *way = new_way(row, "");
    bool isnull = false;
    Datum *names = nullptr;
    const Datum key = row.get("key", &isnull);
    const int n = isnull ? 0 : names_of(key, &names);
    way->kind_relid = way->relid;
    way->looked_up = true;
    way->fits = n > 0 && n <= kMaxKeys && get_rel_relkind(way->relid) != '\0';
    for (int i = 0; way->fits && i < n; ++i) {
        way->columns[way->n++] = get_attnum(way->relid, NameStr(*DatumGetName(names[i])));
        way->fits = way->columns[i] > 0;
    }
    if (!way->fits) way->n = 0;
    all_fit = all_fit && way->fits;
    on_way = list_append_unique_oid(on_way, way->relid);
    kinds = lappend(kinds, way);
}

const PersonWay *kind_of(const char *name) {
    ListCell *cell = nullptr;
    foreach (cell, kinds)
        if (strcmp(static_cast<const PersonWay *>(lfirst(cell))->kind, name) == 0)
            return static_cast<const PersonWay *>(lfirst(cell));
    return nullptr;
}

bool is_about(const char *role) {
    return strcmp(role, "about") == 0 || strcmp(role, "deleted_with") == 0 || strcmp(role, "same") == 0;
}

void take_first_columns(PersonWay *way) {
    Problem problem = {};
    auto *path = static_cast<LinkPath *>(palloc(sizeof(LinkPath)));
    way->fits = resolve_link(way->relid, way->path, way->kind_relid, path, &problem) && path->n_steps > 0;
    if (way->fits) {
        const Step &step = path->steps[0];
        const Given *given = step.down || step.repeats ? nullptr : step.key.given;
        for (int i = 0; i < step.n; ++i) way->columns[way->n++] = first_columns(*path)[i];
        for (int i = 0; given != nullptr && i < given->n; ++i) way->columns[way->n++] = given->columns[i];
        for (int i = 0; i < path->n_steps; ++i) on_way = list_append_unique_oid(on_way, path->steps[i].far_relid);
    }
    on_way = list_append_unique_oid(on_way, way->relid);
    all_fit = all_fit && way->fits;
    pfree(path);
}

void add_link(const OwnRow &row) {
    const char *path = row.text("path");
    if (!is_about(row.text("role"))) return;
    PersonWay *way = new_way(row, path);
    const PersonWay *kind = kind_of(way->kind);
    // A restore loads links before kinds, and a table that went takes its links along.
    if (kind == nullptr || get_rel_relkind(way->relid) == '\0') return;
    way->kind_relid = kind->relid;
    if (*path != '\0') all_ways = lappend(all_ways, way);
}

[[gnu::noinline]] void read() {
    const uint64_t before_reading = changes;
    if (context == nullptr) context = AllocSetContextCreate(TopMemoryContext, "pg_retention persons", ALLOCSET_SMALL_SIZES);
    MemoryContextReset(context);
    all_ways = kinds = on_way = NIL;
    all_fit = true;
    MemoryContext before = MemoryContextSwitchTo(context);
    on_way = list_make2_oid(own_table("subject_kind"), own_table("subject_link"));
    for_each_own_row(own_table("subject_kind"), add_kind);
    all_ways = list_copy(kinds);
    for_each_own_row(own_table("subject_link"), add_link);
    MemoryContextSwitchTo(before);
    read_at = before_reading;
}

List *ways_now() {
    if (read_at != changes) read();
    return all_ways;
}

// Those that a table is a partition of or inherits from, itself first.
List *with_parents(Oid relid) {
    List *tables = list_make1_oid(relid);
    Relation inherits = table_open(InheritsRelationId, AccessShareLock);
    for (int i = 0; i < list_length(tables); ++i) {
        ScanKeyData key;
        ScanKeyInit(&key, Anum_pg_inherits_inhrelid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(list_nth_oid(tables, i)));
        SysScanDesc scan = systable_beginscan(inherits, InheritsRelidSeqnoIndexId, true, nullptr, 1, &key);
        for (HeapTuple tuple; HeapTupleIsValid(tuple = systable_getnext(scan));)
            tables = list_append_unique_oid(tables, reinterpret_cast<Form_pg_inherits>(GETSTRUCT(tuple))->inhparent);
        systable_endscan(scan);
    }
    table_close(inherits, AccessShareLock);
    return tables;
}

PersonWay *as_seen_from(Oid relid, const PersonWay &way) {
    auto *own = static_cast<PersonWay *>(palloc(sizeof(PersonWay)));
    *own = way;
    for (int i = 0; i < own->n; ++i) own->columns[i] = own_column(relid, way.relid, way.columns[i]);
    return own;
}

// Where a path leads through is found out when its table is asked about: of a thousand links a session needs few.
void look_up(PersonWay *way) {
    if (way->looked_up) return;
    MemoryContext before = MemoryContextSwitchTo(context);
    take_first_columns(way);
    way->looked_up = true;
    MemoryContextSwitchTo(before);
}

List *ways_from(Oid relid, const List *tables) {
    List *found = NIL;
    ListCell *cell = nullptr;
    foreach (cell, ways_now()) {
        auto *way = static_cast<PersonWay *>(lfirst(cell));
        if (!list_member_oid(tables, way->relid)) continue;
        look_up(way);
        found = lappend(found, as_seen_from(relid, *way));
    }
    return found;
}

}  // namespace

List *all_ways_to_persons(Oid relid) { return ways_now() == NIL ? NIL : ways_from(relid, with_parents(relid)); }

List *ways_to_persons(Oid relid) { return has_purposes() ? all_ways_to_persons(relid) : NIL; }

List *own_ways_to_persons(Oid relid) {
    return !has_purposes() || ways_now() == NIL ? NIL : ways_from(relid, list_make1_oid(relid));
}

int columns_of_ways(const List *ways, AttrNumber *columns) {
    int n = 0;
    const ListCell *cell = nullptr;
    foreach (cell, ways) {
        const auto *way = static_cast<const PersonWay *>(lfirst(cell));
        for (int i = 0; i < way->n; ++i) {
            int at = 0;
            while (at < n && columns[at] != way->columns[i]) ++at;
            if (at < n) continue;
            // Whoever asks for the rest misses it, and the statement fails.
            if (n < kMostOfRow) columns[n++] = way->columns[i];
        }
    }
    return n;
}

void tell_persons_changed() { CacheInvalidateRelcacheAll(); }

void init_persons() { watch_relations(forget); }

}  // namespace pg_retention

RETENTION_FUNCTION(pg_retention_tell_persons) {
    pg_retention::tell_persons_changed();
    return static_cast<Datum>(0);
}
