#include "subject/held.hpp"

#include "policy/held_rows.hpp"
#include "clock/stamp.hpp"
#include "pg/attempt.hpp"
#include "pg/names.hpp"
#include "pg/security.hpp"
#include "schema/condition.hpp"
#include "schema/own.hpp"
#include "subject/held_row.hpp"

extern "C" {
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/pg_type.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
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
    // Only where the library was not loaded meanwhile is the key another one. What is marked stays held.
    (void) attempt([&] { reach->keys = set_of_records(relid, reach->key_columns, n_key, keys, n); });
    reach->own_rows = get_rel_relkind(relid) != RELKIND_PARTITIONED_TABLE;
}

}  // namespace

Subject *held_human(const Model &model, List *holds, const char *kind_name) {
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

List *held_kinds(List *holds) {
    List *kinds = NIL;
    ListCell *cell = nullptr;
    foreach (cell, holds) {
        const auto *hold = static_cast<const Hold *>(lfirst(cell));
        if (hold->scope == HoldScope::kSubject && !has_word(kinds, hold->kind))
            kinds = lappend(kinds, const_cast<char *>(hold->kind));
    }
    return kinds;
}

namespace {

void add_persons(List **all, const Model &model, List *holds, const char *kind) {
    Subject *subject = held_human(model, holds, kind);
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
    List *all = NIL, *tables = NIL, *kinds = held_kinds(holds);
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
        if (reach.own_rows) appendStringInfo(sql, " AND t.tableoid OPERATOR(pg_catalog.=) %u", reach.relid);
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

char *is_unmarked(Oid relid) { return psprintf(" AND NOT %s", has_flag(psprintf("t.%s", clock_name(relid)), core::kHeld)); }

bool has_unmarked(const Reach &reach, Oid relid) {
    const Oid from = table_of(reach, relid);
    Parameters parameters = {};
    StringInfoData sql;
    initStringInfo(&sql);
    appendStringInfo(&sql, "SELECT 1 FROM %s t WHERE (", qualified_name(from));
    append_reached(&sql, reach, &parameters);
    appendStringInfo(&sql, ") IS TRUE%s", is_unmarked(from));
    return run_as(owner_of(reach.relid), kAnyLatest, sql.data, parameters).n > 0;
}

// Asked while tables go: where kinds and links do not fit meanwhile, what is marked is all that is known.
bool any_unmarked(Oid relid) {
    bool any = false;
    (void) attempt([&] {
        ListCell *cell = nullptr;
        connect_spi();
        foreach (cell, reaches_in(relid)) {
            const auto *reach = static_cast<const Reach *>(lfirst(cell));
            const int level = fix_reading();
            const ErrorData *error = attempt([&] { any = any || has_unmarked(*reach, relid); });
            restore_reading(level);
            // Where it cannot be asked of a row that is kept.
            any = any || (error != nullptr && reach->conditions != NIL);
        }
        SPI_finish();
    });
    return any;
}

void mark(Oid relid, const ClockRange *only) {
    ListCell *cell = nullptr;
    connect_spi();
    foreach (cell, lasting_reaches_in(relid)) {
        const auto *reach = static_cast<const Reach *>(lfirst(cell));
        Met met = {table_of(*reach, relid), reach, nullptr, {}, NIL, false};
        met.also = is_unmarked(met.relid);
        if (only != nullptr) {
            const int from = add_parameter(&met.parameters, clock_value(only->from)),
                      until = add_parameter(&met.parameters, clock_value(only->until));
            met.also = psprintf("%s AND %s", met.also, pending_range(psprintf("t.%s", clock_name(met.relid)), from, until));
        }
        (void) for_each_met(met, [](const MetRow &row) {
            ItemPointerData tid = row.tid;
            (void) write_clock(row.leaf, &tid, core::add_flags(row.clock, core::kHeld));
        });
    }
    SPI_finish();
}

}  // namespace

void init_held_rows() {
    held_rows = HeldRows{is_row_reached, leaves_hold, cannot_tell, leads_away, is_left_behind, note_person, any_unmarked, mark};
}

}  // namespace pg_retention
