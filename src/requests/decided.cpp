#include "requests/decided.hpp"

#include <algorithm>

extern "C" {
#include "utils/memutils.h"
}

namespace pg_retention {

namespace {

void add(Decisions *decisions, Places *places, const Doomed &row) {
    if (places->n == places->room) {
        MemoryContext before = MemoryContextSwitchTo(decisions->context);
        places->room = Max(2 * places->room, 64);
        places->at = static_cast<RowPlace *>(places->at == nullptr ? palloc(sizeof(RowPlace) * places->room)
                                                                   : repalloc_huge(places->at, sizeof(RowPlace) * places->room));
        MemoryContextSwitchTo(before);
    }
    places->at[places->n++] = RowPlace{row.leaf, row.tid};
}

void follow(Places *places) {
    for (int from = 0, to = 0; from < places->n; from = to) {
        for (to = from + 1; to < places->n && places->at[to].leaf == places->at[from].leaf; ++to) {}
        follow_newest(&places->at[from], to - from);
    }
    std::sort(places->at, places->at + places->n, is_before);
}

bool is_known(const Decided &decided, const Doomed &row) {
    return std::binary_search(decided.shared.at, decided.shared.at + decided.n_known, RowPlace{row.leaf, row.tid}, is_before);
}

}  // namespace

bool leads_over_rows(const Model &model, Oid relid) {
    ListCell *cell = nullptr;
    foreach (cell, model.links) {
        const auto *link = static_cast<const Link *>(lfirst(cell));
        const LinkPath &path = link->path;
        if (link->relid != relid || path.n_steps == 0) continue;
        if (path.n_steps > 1 || path.steps[0].far_relid == relid) return true;
    }
    return false;
}

Decided *decided_of(Decisions *decisions, const ReachedTable &table, int condition) {
    ListCell *cell = nullptr;
    foreach (cell, decisions->all) {
        auto *decided = static_cast<Decided *>(lfirst(cell));
        if (decided->relid == table.relid && decided->condition == condition) return decided;
    }
    MemoryContext before = MemoryContextSwitchTo(decisions->context);
    auto *decided = static_cast<Decided *>(palloc0(sizeof(Decided)));
    decided->relid = table.relid;
    decided->condition = condition;
    decisions->all = lappend(decisions->all, decided);
    MemoryContextSwitchTo(before);
    return decided;
}

void begin_deciding(Decided *decided) {
    decided->deletable.n = 0;
    follow(&decided->shared);
    decided->n_known = decided->shared.n;
}

int decide(Decisions *decisions, Decided *decided, Doomed *rows, int n) {
    for (int i = 0; i < n; ++i) {
        const bool known = is_known(*decided, rows[i]);
        if (known && rows[i].fate != Fate::kNothing) rows[i].fate = Fate::kTakeOut;
        if (deletes(rows[i].fate)) add(decisions, &decided->deletable, rows[i]);
        if (rows[i].fate == Fate::kTakeOut && !known) add(decisions, &decided->shared, rows[i]);
    }
    const auto kept = std::partition(rows, rows + n, [](const Doomed &row) { return !deletes(row.fate); });
    return static_cast<int>(kept - rows);
}

int still_to_delete(Doomed *rows, int n) {
    return static_cast<int>(std::partition(rows, rows + n, [](const Doomed &row) { return deletes(row.fate); }) - rows);
}

void follow_deletable(Decided *decided) { follow(&decided->deletable); }

}  // namespace pg_retention
