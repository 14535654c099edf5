#include "subject/held_row.hpp"

#include "policy/held_rows.hpp"
#include "policy/provision.hpp"
#include "clock/stamp.hpp"
#include "pg/attempt.hpp"
#include "pg/compat.hpp"
#include "pg/names.hpp"
#include "pg/security.hpp"
#include "schema/own.hpp"
#include "subject/along.hpp"
#include "subject/held.hpp"
#include "subject/identity.hpp"
#include "visibility/persons.hpp"

extern "C" {
#include "access/htup_details.h"
#include "access/transam.h"
#include "access/xact.h"
#include "catalog/pg_inherits.h"
#include "storage/procarray.h"
#include "utils/datum.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
}

namespace pg_retention {

namespace {

// A way from the rows of a table to persons some of whom are held.
struct Way {
    Along along;
    int n;
    AttrNumber columns[2 * kMaxKeys];
    int n_held;
    char **held;  // keys as for_each_person_along writes them, in order
};

struct KnownTable {
    Oid relid;
    List *own;  // of Reach: of each hold on the table that is not on a person
    int n;
    Way *ways;
    int n_between;
    Way *between;      // the rest of ways that lead over it
    List *kinds;       // of Kind: whose persons its rows are
    bool cannot_tell;  // whose its rows are, or who is held
};

// Of one kind, those who are held.
struct KnownPersons {
    const char *kind;
    List *held;  // char *: keys as for_each_person_along writes them
};

// Kept until holds or anything in the schema change. Who is held lasts as long only where everybody tells of it: is_told_of_all, are_all_aware.
constinit MemoryContext context = nullptr;
constinit List *known = NIL;             // of KnownTable
constinit Model *known_model = nullptr;  // read when first needed
constinit List *known_persons = NIL;     // of KnownPersons
constinit List *identities = NIL;        // by which the humans that are held are known
constinit uint64_t known_at = 0;
constinit uint64_t holds_at = 0;
constinit TransactionId unaware = 0;  // transactions before this one may have written persons without knowing of the newest hold
constinit bool lasts = false;
constinit bool failed = false;  // what is known of some table is that nobody can tell
constinit LocalTransactionId asked_in = 0;
constinit CommandId asked_by = 0;

int compare_texts(const void *a, const void *b) { return strcmp(*static_cast<char *const *>(a), *static_cast<char *const *>(b)); }

// The rows of the kind that are these humans, as texts of keys.
List *rows_that_are(const Subject *subject, const Kind &kind) {
    List *found = NIL;
    if (subject == nullptr || subject->roots[kind.index].n == 0) return NIL;
    Parameters parameters = {};
    StringInfoData sql;
    initStringInfo(&sql);
    appendStringInfo(&sql, "SELECT %s", column_list(kind.relid, kind.keys, kind.n_keys, "t."));
    append_keys_join(&sql, kind, qualified_name(kind.relid), subject->roots[kind.index], &parameters);
    const SqlRows rows = read_as(owner_of(kind.relid), sql.data, parameters);
    for_each_key(kind, rows, 1, [&](const SqlRow &, const char *key) { found = lappend(found, canonical_key(key)); });
    return found;
}

// Of all who are held.
List *held_of_kind(const Model &model, List *holds, const Kind &kind) {
    List *found = NIL;
    ListCell *cell = nullptr;
    foreach (cell, held_kinds(holds))
        found = list_concat(found, rows_that_are(held_human(model, holds, static_cast<const char *>(lfirst(cell))), kind));
    return found;
}

// The same, kept with the model.
List *known_of_kind(List *holds, const char *kind) {
    ListCell *cell = nullptr;
    foreach (cell, known_persons) {
        const auto *persons = static_cast<const KnownPersons *>(lfirst(cell));
        if (strcmp(persons->kind, kind) == 0) return persons->held;
    }
    auto *persons = static_cast<KnownPersons *>(palloc(sizeof(KnownPersons)));
    *persons = KnownPersons{pstrdup(kind), held_of_kind(*known_model, holds, *kind_named(*known_model, kind))};
    known_persons = lappend(known_persons, persons);
    return persons->held;
}

// One that does not fit leads nowhere: retention.check() says so.
bool open_way(List *holds, const char *kind, Oid relid, const char *path, Way *way) {
    Problem problem = {};
    List *held = known_of_kind(holds, kind);
    if (held == NIL || !open_along(load_kind(kind), relid, path, &way->along, &problem)) return false;
    way->n = way->along.n + way->along.n_given;
    way->held = static_cast<char **>(palloc(sizeof(char *) * static_cast<size_t>(list_length(held))));
    for (; way->n_held < list_length(held); ++way->n_held)
        way->held[way->n_held] = static_cast<char *>(list_nth(held, way->n_held));
    qsort(way->held, static_cast<size_t>(way->n_held), sizeof(char *), compare_texts);
    return true;
}

bool open_own_way(List *holds, const PersonWay &from, Way *way) {
    if (!from.fits || !open_way(holds, from.kind, from.relid, from.path, way) || way->n != from.n) return false;
    for (int i = 0; i < from.n; ++i) way->columns[i] = from.columns[i];
    return true;
}

// What is left of a link's path where it leads on from the table.
bool open_rest(List *holds, const Link &link, int step, Oid relid, Way *way) {
    const LinkPath &path = link.path;
    if (!is_below(relid, path.steps[step].near_relid) ||
        !open_way(holds, link.kind->name, path.steps[step].near_relid, path.steps[step - 1].onward, way))
        return false;
    for (int i = 0; i < way->n; ++i) way->columns[i] = get_attnum(relid, way->along.names[i]);
    return true;
}

void add_between(KnownTable *table, List *holds) {
    ListCell *cell = nullptr;
    table->between =
        static_cast<Way *>(palloc0(sizeof(Way) * static_cast<size_t>(kMaxHops * list_length(known_model->links) + 1)));
    foreach (cell, known_model->links) {
        const auto *link = static_cast<const Link *>(lfirst(cell));
        for (int step = 1; is_owner(link->role) && step < link->path.n_steps; ++step)
            if (open_rest(holds, *link, step, table->relid, &table->between[table->n_between])) ++table->n_between;
    }
}

// Holds on single rows of one table are asked together, whose keys they are.
void add_own(KnownTable *table, List *holds) {
    ListCell *cell = nullptr;
    List *rows = NIL;
    foreach (cell, holds) {
        auto *hold = static_cast<Hold *>(lfirst(cell));
        const bool by_own = hold->scope == HoldScope::kRow || hold->scope == HoldScope::kCondition;
        if (!by_own || !is_below(table->relid, hold->relid)) continue;
        if (hold->scope == HoldScope::kRow)
            rows = lappend(rows, hold);
        else
            table->own = list_concat(table->own, reach_of(list_make1(hold)));
    }
    if (rows != NIL) table->own = list_concat(table->own, reach_of(rows));
}

void add_identities(List *holds) {
    ListCell *cell = nullptr;
    foreach (cell, held_kinds(holds)) {
        const Subject *human = held_human(*known_model, holds, static_cast<const char *>(lfirst(cell)));
        if (human != nullptr) identities = list_concat(identities, identities_of(*human));
    }
}

bool is_joined(const Kind &kind) {
    ListCell *cell = nullptr;
    foreach (cell, known_model->same)
        if (static_cast<const Link *>(lfirst(cell))->relid == kind.relid ||
            static_cast<const Link *>(lfirst(cell))->kind == &kind)
            return true;
    return false;
}

bool has_identity(const Kind &kind) { return kind.n_identifying > 0 || is_joined(kind); }

bool are_told(const Kind &kind) {
    ListCell *cell = nullptr;
    foreach (cell, find_all_inheritors(kind.relid, NoLock, nullptr))
        if (get_rel_relkind(lfirst_oid(cell)) != RELKIND_PARTITIONED_TABLE && !has_guard(lfirst_oid(cell))) return false;
    return true;
}

// Who is held is known from one command to the next where whoever writes another row of the same human says so: a trigger of a governed table does.
bool is_told_of_all() {
    ListCell *cell = nullptr;
    foreach (cell, known_model->kinds) {
        const auto *kind = static_cast<const Kind *>(lfirst(cell));
        if (has_identity(*kind) && !are_told(*kind)) return false;
    }
    return true;
}

// Everybody else who began before the newest hold was there has ended.
bool are_all_aware() {
    const Snapshot snapshot = GetLatestSnapshot();
    for (uint32 i = 0; i < snapshot->xcnt; ++i)
        if (TransactionIdPrecedes(snapshot->xip[i], unaware)) return false;
    // Those that began since the last one ended are not listed.
    for (TransactionId xid = snapshot->xmax; TransactionIdPrecedes(xid, unaware);) {
        if (!TransactionIdIsCurrentTransactionId(xid) && TransactionIdIsInProgress(xid)) return false;
        TransactionIdAdvance(xid);
    }
    return true;
}

void add_ways(KnownTable *table, List *holds, List *ways) {
    ListCell *cell = nullptr;
    if (known_model == nullptr) {
        const bool aware = are_all_aware();
        known_model = load_model();
        lasts = aware && is_told_of_all();
        add_identities(holds);
    }
    foreach (cell, ways)
        if (open_own_way(holds, *static_cast<const PersonWay *>(lfirst(cell)), &table->ways[table->n])) ++table->n;
    add_between(table, holds);
    foreach (cell, known_model->kinds) {
        const auto *kind = static_cast<const Kind *>(lfirst(cell));
        if (is_below(table->relid, kind->relid)) table->kinds = lappend(table->kinds, lfirst(cell));
    }
}

// As it is now, whatever the statement that asks sees: what is kept is for those after it.
bool read_ways(KnownTable *table, List *holds, List *ways) {
    return attempt([&] {
               PushActiveSnapshot(GetLatestSnapshot());
               add_ways(table, holds, ways);
               PopActiveSnapshot();
           }) == nullptr;
}

KnownTable *find_table(Oid relid) {
    MemoryContext before = MemoryContextSwitchTo(context);
    auto *found = static_cast<KnownTable *>(palloc0(sizeof(KnownTable)));
    List *holds = standing_holds(), *ways = all_ways_to_persons(relid);
    found->relid = relid;
    found->ways = static_cast<Way *>(palloc0(sizeof(Way) * static_cast<size_t>(list_length(ways) + 1)));
    add_own(found, holds);
    // A kind that does not fit the schema, or cannot be read, keeps nobody from writing rows, and lets none go.
    if (held_kinds(holds) != NIL && !read_ways(found, holds, ways)) {
        found->n = found->n_between = 0;
        found->kinds = NIL;
        found->cannot_tell = ways != NIL;
        known_model = nullptr;
        failed = true;
    }
    known = lappend(known, found);
    MemoryContextSwitchTo(before);
    return found;
}

// Of what has changed since, or may have changed and nobody said so, nothing is kept.
void forget_known() {
    if (context == nullptr) context = AllocSetContextCreate(TopMemoryContext, "pg_retention held persons", ALLOCSET_SMALL_SIZES);
    const LocalTransactionId transaction = own_lxid();
    const CommandId command = GetCurrentCommandId(false);
    const uint64_t reading = holds_reading();
    if (reading != holds_at) unaware = ReadNextTransactionId();
    const bool same_command = asked_in == transaction && asked_by == command;
    if (known_at == schema_changes() && holds_at == reading && ((known_model == nullptr && !failed) || lasts || same_command))
        return;
    known = identities = known_persons = NIL;
    known_model = nullptr;
    lasts = failed = false;
    MemoryContextReset(context);
    known_at = schema_changes();
    holds_at = reading;
    asked_in = transaction;
    asked_by = command;
}

KnownTable *known_table(Oid relid) {
    ListCell *cell = nullptr;
    forget_known();
    foreach (cell, known)
        if (static_cast<KnownTable *>(lfirst(cell))->relid == relid) return static_cast<KnownTable *>(lfirst(cell));
    return find_table(relid);
}

bool is_held_key(const Way &way, const char *key) {
    return bsearch(&key, way.held, static_cast<size_t>(way.n_held), sizeof(char *), compare_texts) != nullptr;
}

struct Following {
    const Way *way;
    List *led_to;  // char *
    bool any;      // a person, held or not
};

void follow_person(void *argument, int, const char *key) {
    auto *following = static_cast<Following *>(argument);
    following->any = true;
    if (is_held_key(*following->way, key)) following->led_to = lappend(following->led_to, pstrdup(key));
}

// The held persons to whom the row leads. One with a null on its way leads to nobody.
Following follow(Way *way, TupleDesc desc, HeapTuple row) {
    Following following = {way, NIL, false};
    Datum values[2 * kMaxKeys];
    bool nulls[2 * kMaxKeys];
    const Datum *columns[2 * kMaxKeys];
    const bool *are_null[2 * kMaxKeys];
    for (int i = 0; i < way->n; ++i) {
        values[i] = heap_getattr(row, way->columns[i], desc, &nulls[i]);
        columns[i] = &values[i];
        are_null[i] = &nulls[i];
        if (nulls[i]) return following;
    }
    if (!is_given(&way->along, values, nulls)) return following;
    // A person that is held is there, so the key alone tells.
    if (way->along.holds_key)
        follow_person(&following, 0, key_held(way->along, values));
    else
        for_each_person_along(way->along, columns, are_null, 1, follow_person, &following);
    return following;
}

List *led_to(Way *way, TupleDesc desc, HeapTuple row) { return follow(way, desc, row).led_to; }

bool differs(TupleDesc desc, HeapTuple was, HeapTuple is, AttrNumber column) {
    bool was_null = false, is_null = false;
    const Datum old_value = heap_getattr(was, column, desc, &was_null), new_value = heap_getattr(is, column, desc, &is_null);
    const Form_pg_attribute att = TupleDescAttr(desc, column - 1);
    return was_null != is_null || (!was_null && !datum_image_eq(old_value, new_value, att->attbyval, att->attlen));
}

bool differs(const Way &way, TupleDesc desc, HeapTuple was, HeapTuple is) {
    for (int i = 0; i < way.n; ++i)
        if (differs(desc, was, is, way.columns[i])) return true;
    return false;
}

// What the row referred to is gone: by a foreign key that is unset now, for example. Whoever it led to, it may be held for that.
bool leads_nowhere(Way *way, TupleDesc desc, HeapTuple row) {
    for (int i = 0; i < way->n; ++i)
        if (heap_attisnull(row, way->columns[i], desc)) return false;
    return !way->along.holds_key && !follow(way, desc, row).any;
}

SqlValue whole(Relation rel, HeapTuple row) {
    return typed(rel->rd_rel->reltype, heap_copy_tuple_as_datum(row, RelationGetDescr(rel)));
}

// A condition that fails for a row is met by it: the row is kept, and whoever writes it is not told what was asked.
bool meets_own(Relation rel, HeapTuple row, const Reach &reach) { return is_met(reach, whole(rel, row), RelationGetRelid(rel)); }

}  // namespace

bool is_row_reached(Relation rel, HeapTuple row) {
    connect_spi();
    KnownTable *table = known_table(RelationGetRelid(rel));
    bool reached = false;
    ListCell *cell = nullptr;
    foreach (cell, table->own) reached = reached || meets_own(rel, row, *static_cast<const Reach *>(lfirst(cell)));
    for (int i = 0; i < table->n && !reached; ++i) reached = led_to(&table->ways[i], RelationGetDescr(rel), row) != NIL;
    SPI_finish();
    return reached;
}

namespace {

// By the key of a person and the kind it is of, whichever way leads there.
List *held_persons(KnownTable *table, Relation rel, HeapTuple row) {
    List *found = NIL;
    ListCell *cell = nullptr;
    for (int i = 0; i < table->n; ++i)
        foreach (cell, led_to(&table->ways[i], RelationGetDescr(rel), row))
            found = lappend(found, psprintf("%s %s", table->ways[i].along.kind->name, static_cast<const char *>(lfirst(cell))));
    return found;
}

bool is_known_person(KnownTable *table, TupleDesc desc, HeapTuple row) {
    for (int i = 0; i < table->n; ++i)
        if (table->ways[i].along.path.n_steps == 0 && led_to(&table->ways[i], desc, row) != NIL) return true;
    return false;
}

bool differs(Relation rel, HeapTuple was, HeapTuple is, const Kind &kind, AttrNumber column) {
    return differs(RelationGetDescr(rel), was, is, get_attnum(RelationGetRelid(rel), get_attname(kind.relid, column, false)));
}

bool is_person(Relation rel, HeapTuple row, const Kind &kind) {
    Parameters parameters = {};
    const int number = add_parameter(&parameters, whole(rel, row));
    const char *sql = psprintf("SELECT 1 FROM (SELECT ($%d).*) t WHERE true%s", number, and_is_person(kind));
    return run_as(owner_of(kind.relid), kKeptReading, sql, parameters).n > 0;
}

// By the key it is the same person, by what it is known by another, or none.
bool leaves_human(KnownTable *table, Relation rel, HeapTuple was, HeapTuple is) {
    ListCell *cell = nullptr;
    if (table->kinds == NIL || !is_known_person(table, RelationGetDescr(rel), was)) return false;
    foreach (cell, table->kinds) {
        const auto *kind = static_cast<const Kind *>(lfirst(cell));
        for (int i = 0; i < kind->n_identifying; ++i)
            if (differs(rel, was, is, *kind, kind->identifying[i])) return true;
        for (int i = 0; i < kind->n_scope; ++i)
            if (differs(rel, was, is, *kind, kind->scope[i])) return true;
        if (kind->condition != nullptr && !is_person(rel, is, *kind)) return true;
    }
    return false;
}

// Of a row that is held by its key: under another one it would be the row of another hold, or of none.
bool has_another_key(Relation rel, HeapTuple was, HeapTuple is, const Reach &reach) {
    for (int i = 0; reach.keys.n > 0 && i < reach.keys.n_columns; ++i) {
        const char *name = get_attname(reach.relid, reach.key_columns[i], false);
        if (differs(RelationGetDescr(rel), was, is, get_attnum(RelationGetRelid(rel), name))) return true;
    }
    return false;
}

}  // namespace

bool leaves_hold(Relation rel, HeapTuple was, HeapTuple is) {
    connect_spi();
    KnownTable *table = known_table(RelationGetRelid(rel));
    bool left = table->cannot_tell;
    ListCell *cell = nullptr;
    foreach (cell, table->own) {
        const auto *reach = static_cast<const Reach *>(lfirst(cell));
        left = left || (meets_own(rel, was, *reach) && (has_another_key(rel, was, is, *reach) || !meets_own(rel, is, *reach)));
    }
    left = left || leaves_human(table, rel, was, is);
    for (int i = 0; i < table->n && !left; ++i)
        left =
            differs(table->ways[i], RelationGetDescr(rel), was, is) && leads_nowhere(&table->ways[i], RelationGetDescr(rel), was);
    List *now = left ? NIL : held_persons(table, rel, is);
    foreach (cell, left ? NIL : held_persons(table, rel, was))
        left = left || !has_word(now, static_cast<const char *>(lfirst(cell)));
    SPI_finish();
    return left;
}

namespace {

// A key says that the row is the same human as one who is held. Nobody refers by a foreign key to a row that is not there yet.
bool may_be_joined(KnownTable *table, Relation rel, HeapTuple row, const Kind &kind) {
    ListCell *cell = nullptr;
    bool refers = false;
    foreach (cell, known_model->same) {
        const auto *link = static_cast<const Link *>(lfirst(cell));
        if (link->kind == &kind && link->path.steps[0].named == InvalidAttrNumber) return true;
        refers = refers || link->relid == kind.relid;
    }
    for (int i = 0; i < table->n && refers; ++i)
        if (table->ways[i].along.path.n_steps > 0 && led_to(&table->ways[i], RelationGetDescr(rel), row) != NIL) return true;
    return false;
}

bool may_be_held_human(KnownTable *table, Relation rel, HeapTuple row, const Kind &kind) {
    return may_be_joined(table, rel, row, kind) || shares_identity(*known_model, kind, whole(rel, row), identities);
}

}  // namespace

bool cannot_tell(Oid relid) {
    connect_spi();
    const bool cannot = known_table(relid)->cannot_tell;
    SPI_finish();
    return cannot;
}

bool leads_away(Relation rel, HeapTuple was, HeapTuple is) {
    TupleDesc desc = RelationGetDescr(rel);
    ListCell *cell = nullptr;
    bool away = false;
    connect_spi();
    KnownTable *table = known_table(RelationGetRelid(rel));
    for (int i = 0; i < table->n_between && !away; ++i) {
        Way *way = &table->between[i];
        List *now = differs(*way, desc, was, is) ? led_to(way, desc, is) : NIL;
        foreach (cell, differs(*way, desc, was, is) ? led_to(way, desc, was) : NIL)
            away = away || !has_word(now, static_cast<const char *>(lfirst(cell)));
    }
    SPI_finish();
    return away;
}

bool is_left_behind(Relation rel, HeapTuple row, Oid to) {
    ListCell *cell = nullptr;
    bool left = false;
    connect_spi();
    foreach (cell, known_table(RelationGetRelid(rel))->own) {
        const auto *reach = static_cast<const Reach *>(lfirst(cell));
        left = left || (!is_below(to, reach->relid) && meets_own(rel, row, *reach));
    }
    SPI_finish();
    return left;
}

void note_person(Relation rel, HeapTuple row) {
    ListCell *cell = nullptr;
    bool may_be = false;
    connect_spi();
    KnownTable *table = known_table(RelationGetRelid(rel));
    if (table->kinds != NIL && !is_known_person(table, RelationGetDescr(rel), row))
        foreach (cell, table->kinds)
            may_be = may_be || may_be_held_human(table, rel, row, *static_cast<const Kind *>(lfirst(cell)));
    SPI_finish();
    if (may_be) tell_holds_changed();
}

List *holds_on(const Subject &subject, List *holds) {
    List *found = NIL;
    ListCell *cell = nullptr, *inner = nullptr;
    foreach (cell, held_kinds(holds)) {
        const auto *kind = static_cast<const char *>(lfirst(cell));
        List *keys = rows_that_are(&subject, *kind_named(*subject.model, kind));
        foreach (inner, keys == NIL ? NIL : holds) {
            const auto *hold = static_cast<const Hold *>(lfirst(inner));
            if (hold->scope == HoldScope::kSubject && strcmp(hold->kind, kind) == 0 && has_word(keys, canonical_key(hold->key)))
                found = lappend(found, lfirst(inner));
        }
    }
    return found;
}

bool is_held_person(const Subject &subject) {
    List *holds = standing_holds();
    ListCell *cell = nullptr, *inner = nullptr;
    if (held_kinds(holds) == NIL) return false;
    foreach (cell, subject.model->kinds) {
        const auto *kind = static_cast<const Kind *>(lfirst(cell));
        List *held = held_of_kind(*subject.model, holds, *kind);
        foreach (inner, held == NIL ? NIL : rows_that_are(&subject, *kind))
            if (has_word(held, static_cast<const char *>(lfirst(inner)))) return true;
    }
    return false;
}

}  // namespace pg_retention
