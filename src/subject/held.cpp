#include "subject/held.hpp"

#include "policy/held_rows.hpp"
#include "clock/stamp.hpp"
#include "pg/attempt.hpp"
#include "pg/names.hpp"
#include "pg/security.hpp"
#include "schema/condition.hpp"
#include "schema/own.hpp"
#include "subject/along.hpp"
#include "visibility/persons.hpp"

extern "C" {
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/pg_type.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
}

namespace pg_retention {

namespace {

Reach *reach_in(List **all, Oid relid) {
    ListCell *cell = nullptr;
    foreach (cell, *all)
        if (static_cast<Reach *>(lfirst(cell))->relid == relid) return static_cast<Reach *>(lfirst(cell));
    auto *reach = static_cast<Reach *>(palloc0(sizeof(Reach)));
    reach->relid = relid;
    *all = lappend(*all, reach);
    return reach;
}

Datum jsonb_of(const char *json) { return DirectFunctionCall1(jsonb_in, CStringGetDatum(json)); }

// The keys of those that are alike: of the rows of one table, or of the persons of one kind.
template <typename F>
int keys_of(List *holds, Datum **keys, F is_one) {
    int n = 0;
    ListCell *cell = nullptr;
    *keys = static_cast<Datum *>(palloc(sizeof(Datum) * static_cast<size_t>(list_length(holds) + 1)));
    foreach (cell, holds) {
        const auto *hold = static_cast<const Hold *>(lfirst(cell));
        if (is_one(*hold)) (*keys)[n++] = jsonb_of(hold->key);
    }
    return n;
}

void add_rows(List **all, List *holds, Oid relid) {
    Datum *keys = nullptr;
    const int n = keys_of(holds, &keys, [=](const Hold &h) { return h.scope == HoldScope::kRow && h.relid == relid; });
    Reach *reach = reach_in(all, relid);
    const int n_key = primary_key(relid, reach->key_columns);
    reach->keys = set_of_records(relid, reach->key_columns, n_key, keys, n);
}

// Null: the kind is gone, or no longer fits.
Subject *persons_of(const Model &model, List *holds, const char *kind_name) {
    Datum *keys = nullptr;
    const int n =
        keys_of(holds, &keys, [=](const Hold &h) { return h.scope == HoldScope::kSubject && strcmp(h.kind, kind_name) == 0; });
    ListCell *cell = nullptr;
    foreach (cell, model.kinds) {
        const auto *kind = static_cast<const Kind *>(lfirst(cell));
        if (strcmp(kind->name, kind_name) != 0) continue;
        const KeySet persons = persons_with(*kind, keys, n);
        return persons.n == 0 ? nullptr : find_human(model, *kind, persons);
    }
    return nullptr;
}

List *kinds_in(List *holds) {
    List *kinds = NIL;
    ListCell *cell = nullptr;
    foreach (cell, holds) {
        const auto *hold = static_cast<const Hold *>(lfirst(cell));
        if (hold->scope == HoldScope::kSubject && !has_word(kinds, hold->kind))
            kinds = lappend(kinds, const_cast<char *>(hold->kind));
    }
    return kinds;
}

void add_persons(List **all, const Model &model, List *holds, const char *kind) {
    Subject *subject = persons_of(model, holds, kind);
    ListCell *cell = nullptr, *inner = nullptr;
    if (subject == nullptr) return;
    foreach (cell, reach_tables(subject)) {
        const auto *table = static_cast<const ReachedTable *>(lfirst(cell));
        if (clock_column(table->relid) == InvalidAttrNumber) continue;
        foreach (inner, table->conditions) {
            auto *condition = static_cast<Condition *>(lfirst(inner));
            if (!is_owner(condition->link->role) && condition->link->role != LinkRole::kSame) continue;
            Reach *reach = reach_in(all, table->relid);
            reach->persons = lappend(reach->persons, condition);
        }
    }
}

// One that can no longer be asked is met by every row: what it was meant for is not let go.
char *condition_of(Oid relid, const char *text) {
    char *condition = pstrdup("true");
    (void) attempt([&] {
        const ActingAs saved = act_as(owner_of(relid), true);
        Relation rel = table_open(relid, AccessShareLock);
        condition = condition_text(rel, text, "t", "condition");
        table_close(rel, NoLock);
        leave(saved);
    });
    return condition;
}

bool is_there(Oid relid) { return get_rel_name(relid) != nullptr && clock_column(relid) != InvalidAttrNumber; }

// While a table is being dropped its indexes are gone already.
bool has_key(Oid relid) {
    Relation rel = table_open(relid, AccessShareLock);
    const bool has = OidIsValid(naming_index(rel));
    table_close(rel, NoLock);
    return has;
}

}  // namespace

List *reach_of(List *holds) {
    List *all = NIL, *tables = NIL, *kinds = kinds_in(holds);
    ListCell *cell = nullptr;
    foreach (cell, holds) {
        const auto *hold = static_cast<const Hold *>(lfirst(cell));
        if (hold->scope == HoldScope::kRow && is_there(hold->relid) && has_key(hold->relid))
            tables = list_append_unique_oid(tables, hold->relid);
        if (hold->scope != HoldScope::kCondition || !is_there(hold->relid)) continue;
        Reach *reach = reach_in(&all, hold->relid);
        reach->conditions = lappend(reach->conditions, condition_of(hold->relid, hold->condition));
    }
    foreach (cell, tables) add_rows(&all, holds, lfirst_oid(cell));
    const Model *model = kinds == NIL ? nullptr : load_model();
    foreach (cell, kinds) add_persons(&all, *model, holds, static_cast<const char *>(lfirst(cell)));
    return all;
}

void append_reached(StringInfo sql, const Reach &reach, Parameters *parameters) {
    ListCell *cell = nullptr;
    const int from = sql->len;
    if (reach.keys.n > 0) {
        appendStringInfoChar(sql, '(');
        append_key_condition(sql, reach.relid, reach.key_columns, reach.keys, parameters);
        appendStringInfoChar(sql, ')');
    }
    foreach (cell, reach.conditions)
        appendStringInfo(sql, "%s(%s)", sql->len > from ? " OR " : "", static_cast<const char *>(lfirst(cell)));
    foreach (cell, reach.persons) {
        appendStringInfoString(sql, sql->len > from ? " OR (" : "(");
        append_condition(sql, reach.relid, *static_cast<const Condition *>(lfirst(cell)), parameters);
        appendStringInfoChar(sql, ')');
    }
    if (sql->len == from) appendStringInfoString(sql, "false");
}

namespace {

// The table or partition that has them.
Oid table_of(const Reach &reach, Oid relid) { return is_below(reach.relid, relid) ? reach.relid : relid; }

// " FROM app.invoices t WHERE (...) AND NOT flagged": what the table, or partition, has of it.
void append_unmarked(StringInfo sql, Oid relid, const Reach &reach, Parameters *parameters) {
    const Oid from = table_of(reach, relid);
    appendStringInfo(sql, " FROM %s t WHERE NOT %s AND (", qualified_name(from),
                     has_flag(psprintf("t.%s", clock_name(from)), core::kHeld));
    append_reached(sql, reach, parameters);
    appendStringInfoString(sql, ") IS TRUE");
}

List *reaches_in(Oid relid) {
    List *found = NIL;
    ListCell *cell = nullptr;
    foreach (cell, reach_of(standing_holds()))
        if (meets(*static_cast<const Reach *>(lfirst(cell)), relid)) found = lappend(found, lfirst(cell));
    return found;
}

// The same of holds that nobody lifts before the transaction ends.
List *lasting_reaches_in(Oid relid) {
    for (;;) {
        const uint64_t reading = holds_reading();
        List *found = reaches_in(relid);
        ListCell *cell = nullptr;
        foreach (cell, found) keep_lifts_off(table_of(*static_cast<const Reach *>(lfirst(cell)), relid));
        if (reading == holds_reading()) return found;
    }
}

// Asked while tables go: where kinds and links do not fit meanwhile, what is marked is all that is known.
bool any_unmarked(Oid relid) {
    bool any = false;
    (void) attempt([&] {
        ListCell *cell = nullptr;
        connect_spi();
        foreach (cell, reaches_in(relid)) {
            const auto *reach = static_cast<const Reach *>(lfirst(cell));
            Parameters parameters = {};
            StringInfoData sql;
            if (any) break;
            initStringInfo(&sql);
            appendStringInfoString(&sql, "SELECT 1");
            append_unmarked(&sql, relid, *reach, &parameters);
            any = run_as(owner_of(reach->relid), kAnyLatest, sql.data, parameters).n > 0;
        }
        SPI_finish();
    });
    return any;
}

void write_held(const SqlRows &rows) {
    for (const SqlRow row : rows) {
        auto tid = row.get<ItemPointerData>(2);
        (void) write_clock(row.get<Oid>(1), &tid, core::add_flags(row.get<core::Clock>(3), core::kHeld));
    }
}

// Whoever has one of them locked is waited for: he may be taking it away, or writing it so that it is no longer meant.
void mark(Oid relid, const ClockRange *only) {
    ListCell *cell = nullptr;
    connect_spi();
    foreach (cell, lasting_reaches_in(relid)) {
        const auto *reach = static_cast<const Reach *>(lfirst(cell));
        Parameters parameters = {};
        StringInfoData sql;
        initStringInfo(&sql);
        appendStringInfo(&sql, "SELECT t.tableoid, t.ctid, t.%s", clock_name(reach->relid));
        append_unmarked(&sql, relid, *reach, &parameters);
        if (only != nullptr) {
            const int from = add_parameter(&parameters, clock_value(only->from)),
                      until = add_parameter(&parameters, clock_value(only->until));
            appendStringInfo(&sql, " AND %s", pending_range(psprintf("t.%s", clock_name(reach->relid)), from, until));
        }
        appendStringInfoString(&sql, " ORDER BY t.tableoid, t.ctid FOR NO KEY UPDATE");
        for_each_portion(owner_of(reach->relid), kKeptWriting, sql.data, parameters, write_held);
    }
    SPI_finish();
}

// ---- one row, by what it holds

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
};

// Kept until holds or anything in the schema change.
constinit MemoryContext context = nullptr;
constinit List *known = NIL;  // of KnownTable
constinit uint64_t known_at = 0;
constinit uint64_t holds_at = 0;

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
    foreach (cell, kinds_in(holds))
        found = list_concat(found, rows_that_are(persons_of(model, holds, static_cast<const char *>(lfirst(cell))), kind));
    return found;
}

bool open_way(const Model &model, List *holds, const PersonWay &from, Way *way) {
    Problem problem = {};
    List *held = held_of_kind(model, holds, *kind_named(model, from.kind));
    // One that does not fit leads nowhere: retention.check() says so.
    if (held == NIL || !from.fits || !open_along(load_kind(from.kind), from.relid, from.path, &way->along, &problem))
        return false;
    if (way->along.n + way->along.n_given != from.n) return false;
    way->n = from.n;
    for (int i = 0; i < from.n; ++i) way->columns[i] = from.columns[i];
    way->held = static_cast<char **>(palloc(sizeof(char *) * static_cast<size_t>(list_length(held))));
    for (; way->n_held < list_length(held); ++way->n_held)
        way->held[way->n_held] = static_cast<char *>(list_nth(held, way->n_held));
    qsort(way->held, static_cast<size_t>(way->n_held), sizeof(char *), compare_texts);
    return true;
}

void add_own(KnownTable *table, List *holds) {
    ListCell *cell = nullptr;
    foreach (cell, holds) {
        auto *hold = static_cast<Hold *>(lfirst(cell));
        const bool by_own = hold->scope == HoldScope::kRow || hold->scope == HoldScope::kCondition;
        if (by_own && is_below(table->relid, hold->relid)) table->own = list_concat(table->own, reach_of(list_make1(hold)));
    }
}

void add_ways(KnownTable *table, List *holds, List *ways) {
    const Model *model = load_model();
    ListCell *cell = nullptr;
    foreach (cell, ways)
        if (open_way(*model, holds, *static_cast<const PersonWay *>(lfirst(cell)), &table->ways[table->n])) ++table->n;
}

KnownTable *find_table(Oid relid) {
    MemoryContext before = MemoryContextSwitchTo(context);
    auto *found = static_cast<KnownTable *>(palloc0(sizeof(KnownTable)));
    List *holds = standing_holds(), *ways = all_ways_to_persons(relid);
    found->relid = relid;
    found->ways = static_cast<Way *>(palloc0(sizeof(Way) * static_cast<size_t>(list_length(ways) + 1)));
    add_own(found, holds);
    // A kind that does not fit the schema, which retention.check() names, keeps nobody from writing rows.
    if (kinds_in(holds) != NIL) (void) attempt([&] { add_ways(found, holds, ways); });
    known = lappend(known, found);
    MemoryContextSwitchTo(before);
    return found;
}

KnownTable *known_table(Oid relid) {
    ListCell *cell = nullptr;
    if (context == nullptr) context = AllocSetContextCreate(TopMemoryContext, "pg_retention held persons", ALLOCSET_SMALL_SIZES);
    if (known_at != schema_changes() || holds_at != holds_reading()) {
        known = NIL;
        MemoryContextReset(context);
        known_at = schema_changes();
        holds_at = holds_reading();
    }
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
};

void follow_person(void *argument, int, const char *key) {
    auto *following = static_cast<Following *>(argument);
    if (is_held_key(*following->way, key)) following->led_to = lappend(following->led_to, pstrdup(key));
}

// The held persons to whom the row leads. One with a null on its way leads to nobody.
List *led_to(Way *way, TupleDesc desc, HeapTuple row) {
    Datum values[2 * kMaxKeys];
    bool nulls[2 * kMaxKeys];
    const Datum *columns[2 * kMaxKeys];
    const bool *are_null[2 * kMaxKeys];
    for (int i = 0; i < way->n; ++i) {
        values[i] = heap_getattr(row, way->columns[i], desc, &nulls[i]);
        columns[i] = &values[i];
        are_null[i] = &nulls[i];
        if (nulls[i]) return NIL;
    }
    if (!is_given(&way->along, values, nulls)) return NIL;
    Following following = {way, NIL};
    // A person that is held is there, so the key alone tells.
    if (way->along.holds_key)
        follow_person(&following, 0, key_held(way->along, values));
    else
        for_each_person_along(way->along, columns, are_null, 1, follow_person, &following);
    return following.led_to;
}

bool asks_own(Relation rel, HeapTuple row, const Reach &reach) {
    Parameters parameters = {};
    StringInfoData sql;
    const Datum whole = heap_copy_tuple_as_datum(row, RelationGetDescr(rel));
    initStringInfo(&sql);
    const int number = add_parameter(&parameters, typed(rel->rd_rel->reltype, whole));
    appendStringInfoString(&sql, "SELECT (");
    append_reached(&sql, reach, &parameters);
    appendStringInfo(&sql, ") IS TRUE FROM (SELECT ($%d).*) t", number);
    return run_as(rel->rd_rel->relowner, kKeptReading, sql.data, parameters).first().get<bool>(1);
}

// A condition that fails for a row is met by it: the row is kept, and whoever writes it is not told what was asked.
bool meets_own(Relation rel, HeapTuple row, const Reach &reach) {
    bool meets = true;
    if (reach.conditions == NIL) return asks_own(rel, row, reach);
    (void) attempt([&] { meets = asks_own(rel, row, reach); });
    return meets;
}

bool reaches(Relation rel, HeapTuple row) {
    connect_spi();
    KnownTable *table = known_table(RelationGetRelid(rel));
    bool reached = false;
    ListCell *cell = nullptr;
    foreach (cell, table->own) reached = reached || meets_own(rel, row, *static_cast<const Reach *>(lfirst(cell)));
    for (int i = 0; i < table->n && !reached; ++i) reached = led_to(&table->ways[i], RelationGetDescr(rel), row) != NIL;
    SPI_finish();
    return reached;
}

// By the key of a person and the kind it is of, whichever way leads there.
List *held_persons(KnownTable *table, Relation rel, HeapTuple row) {
    List *found = NIL;
    ListCell *cell = nullptr;
    for (int i = 0; i < table->n; ++i)
        foreach (cell, led_to(&table->ways[i], RelationGetDescr(rel), row))
            found = lappend(found, psprintf("%s %s", table->ways[i].along.kind->name, static_cast<const char *>(lfirst(cell))));
    return found;
}

bool leaves_one(Relation rel, HeapTuple was, HeapTuple is) {
    connect_spi();
    KnownTable *table = known_table(RelationGetRelid(rel));
    bool left = false;
    ListCell *cell = nullptr;
    foreach (cell, table->own) {
        const auto *reach = static_cast<const Reach *>(lfirst(cell));
        left = left || (meets_own(rel, was, *reach) && !meets_own(rel, is, *reach));
    }
    List *now = left ? NIL : held_persons(table, rel, is);
    foreach (cell, left ? NIL : held_persons(table, rel, was))
        left = left || !has_word(now, static_cast<const char *>(lfirst(cell)));
    SPI_finish();
    return left;
}

}  // namespace

bool is_held_person(const Subject &subject) {
    List *holds = standing_holds();
    ListCell *cell = nullptr, *inner = nullptr;
    if (kinds_in(holds) == NIL) return false;
    foreach (cell, subject.model->kinds) {
        const auto *kind = static_cast<const Kind *>(lfirst(cell));
        List *held = held_of_kind(*subject.model, holds, *kind);
        foreach (inner, held == NIL ? NIL : rows_that_are(&subject, *kind))
            if (has_word(held, static_cast<const char *>(lfirst(inner)))) return true;
    }
    return false;
}

void init_held_rows() { held_rows = HeldRows{reaches, leaves_one, any_unmarked, mark}; }

}  // namespace pg_retention
