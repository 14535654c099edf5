// Why the rows about one person are still there: those that are kept by the law or by somebody first, so many at most.
#include "report/why.hpp"

#include "clock/decide.hpp"
#include "pg/names.hpp"
#include "pg/security.hpp"
#include "pg/time.hpp"
#include "report/keys.hpp"
#include "schema/extension.hpp"
#include "schema/own.hpp"
#include "subject/subject.hpp"

extern "C" {
#include "utils/builtins.h"
}

namespace pg_retention {

namespace {

constexpr int kMostTold = 20;

struct RowToTell {
    Oid relid;
    Oid leaf;
    ItemPointerData tid;
    core::Clock clock;
    const char *key;
    int rank;
};

struct Chosen {
    int n;
    RowToTell rows[kMostTold];
    int64 all;
};

// The lower, the sooner it is told.
int rank_of(Oid leaf, core::Clock clock) {
    if ((core::flags_of(clock) & core::kRestricted) != 0 || is_held(leaf, clock)) return 0;
    const Policy *policy = policy_by_id(static_cast<int16_t>(core::policy_of(clock)));
    if (policy == nullptr) return 8;
    const bool mandatory = decide(leaf, clock).mandatory;
    switch (core::state_of(clock, cutoffs_of(*policy, retention_now()))) {
        case core::State::kKept: return 1;
        case core::State::kDue: return 2;
        case core::State::kQuarantined: return 3;
        case core::State::kRetained: return mandatory ? 4 : 5;
        case core::State::kActive: return mandatory ? 4 : 6;
        case core::State::kAnonymised: return 7;
        case core::State::kUnknown:
        case core::State::kNone: return 8;
    }
    pg_unreachable();
}

// Of equal ones the first that was found comes first. Null: others are told.
RowToTell *choose(Chosen *chosen, const RowToTell &row) {
    ++chosen->all;
    int place = chosen->n;
    while (place > 0 && chosen->rows[place - 1].rank > row.rank) --place;
    if (place == kMostTold) return nullptr;
    if (chosen->n < kMostTold) ++chosen->n;
    for (int i = chosen->n - 1; i > place; --i) chosen->rows[i] = chosen->rows[i - 1];
    chosen->rows[place] = row;
    return &chosen->rows[place];
}

void choose_rows_of(Chosen *chosen, const ReachedTable &table, int condition) {
    const KeyColumns key = key_columns_of(table.relid);
    Parameters parameters = {};
    StringInfoData sql;
    initStringInfo(&sql);
    appendStringInfo(&sql, "SELECT t.tableoid, t.ctid, t.%s, %s", clock_name(table.relid), key_list(table.relid, key));
    append_rows_of(&sql, table, condition, &parameters);
    if (key.n > 0) appendStringInfo(&sql, " ORDER BY %s", key_list(table.relid, key));
    MemoryContext context = CurrentMemoryContext;
    for_each_portion(owner_of(table.relid), kKeptReading, sql.data, parameters, [&](const SqlRows &rows) {
        for (const SqlRow row : rows) {
            const auto clock = row.get<core::Clock>(3);
            RowToTell *told = choose(chosen, {table.relid, row.get<Oid>(1), row.get<ItemPointerData>(2), clock, nullptr,
                                              rank_of(row.get<Oid>(1), clock)});
            if (told == nullptr) continue;
            MemoryContext portion = MemoryContextSwitchTo(context);
            told->key = key_json(table.relid, key, row, 4);
            MemoryContextSwitchTo(portion);
        }
    });
}

struct Untold {
    std::span<core::UntoldTable> tables;
    size_t n;
    void add(Oid relid, core::Untold why) { tables[n++] = {kReader.text_in(qualified_name(relid)), why}; }
};

// Rows that only mention the person, or that it may see, are about somebody else.
void choose_in(Chosen *chosen, Untold *untold, const ReachedTable &table) {
    bool any = false;
    for (int i = 0; i < list_length(table.conditions); ++i) {
        if (!is_owner(static_cast<const Condition *>(list_nth(table.conditions, i))->link->role)) continue;
        if (clock_column(table.relid) == InvalidAttrNumber)
            any = any || count_rows(table, i) > 0;
        else if (may_ask_of_all(table.relid))
            choose_rows_of(chosen, table, i);
        else
            any = true;
    }
    if (!any) return;
    untold->add(table.relid, clock_column(table.relid) == InvalidAttrNumber ? core::Untold::kUngoverned : core::Untold::kNoRight);
}

}  // namespace

core::PersonRows person_rows(FunctionCallInfo fcinfo) {
    const char *name = text_to_cstring(PG_GETARG_TEXT_PP(0));
    const Model *model = load_model();
    const Kind *kind = kind_named(*model, name);
    Subject *subject = find_human(*model, *kind, set_of(key_argument(kind->relid, kind->keys, kind->n_keys, fcinfo, 1)));
    List *tables = reach_tables(subject);
    auto *chosen = static_cast<Chosen *>(palloc0(sizeof(Chosen)));
    Untold untold = {room_for<core::UntoldTable>(static_cast<uint64>(list_length(tables))), 0};
    ListCell *cell = nullptr;
    foreach (cell, tables) choose_in(chosen, &untold, *static_cast<const ReachedTable *>(lfirst(cell)));
    const auto rows = room_for<core::RowFacts>(static_cast<uint64>(chosen->n));
    for (int i = 0; i < chosen->n; ++i) {
        const RowToTell &row = chosen->rows[i];
        rows[i] = row_facts(row.relid, row.leaf, row.tid, row.clock, row.key);
    }
    return {kReader.text_in(kind->name), kReader.text_in(key_json(*subject)), rows, chosen->all - chosen->n,
            untold.tables.first(untold.n)};
}

}  // namespace pg_retention
