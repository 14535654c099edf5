#include "subject/doom.hpp"

#include "schema/extension.hpp"
#include "policy/policy_cache.hpp"
#include "clock/decide.hpp"
#include "clock/stamp.hpp"
#include "pg/names.hpp"
#include "schema/own.hpp"
#include "pg/security.hpp"

extern "C" {
#include "access/table.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
}

namespace pg_retention {

namespace {

constexpr int kFixedColumns = 4;  // tableoid, ctid, clock, whether the personal columns are anonymised

// Every column is part of the key or of a foreign key, and there are two of these.
bool is_pure_link(Oid relid) {
    AttrNumber key[kMaxKeys];
    const int n_key = primary_key(relid, key);
    Relation rel = table_open(relid, AccessShareLock);
    TupleDesc desc = RelationGetDescr(rel);
    bool pure = true;
    int references = 0;
    for (int i = 0; i < desc->natts && pure; ++i) {
        const AttrNumber column = TupleDescAttr(desc, i)->attnum;
        Hop hop = {};
        if (TupleDescAttr(desc, i)->attisdropped || column == clock_column(relid)) continue;
        bool known = find_foreign_key(relid, column, &hop);
        references += known ? 1 : 0;
        for (int k = 0; k < n_key; ++k) known = known || key[k] == column;
        pure = known;
    }
    table_close(rel, NoLock);
    return pure && references > 1;
}

// Another person, not erased yet, whom the row is about.
bool is_shared(const Doomed &row) {
    ListCell *cell = nullptr;
    foreach (cell, row.others) {
        const auto *other = static_cast<const Other *>(lfirst(cell));
        if (!other->is_subject && !other->is_erased && !other->link->mentioned && !leads_to_subject(row.others, other->link))
            return true;
    }
    return false;
}

Fate fate_of_action(PolicyAction action) {
    switch (action) {
        case PolicyAction::kDelete: return Fate::kDelete;
        case PolicyAction::kAnonymise: return Fate::kAnonymise;
    }
    pg_unreachable();
}

// An erasure cannot be undone: floors of policies that only observe, or that wait for their rows to be stamped, stand against it, too.
Verdict floor_of(const Doomed &row) {
    const Verdict says = decide(row.clock, Floors::kObserved), would = decide(row.in_the_end, Floors::kObserved);
    // One that waits to be stamped says that it has not started.
    return says.mandatory && (says.until != nullptr || !would.mandatory) ? says : would;
}

const Policy *policy_that_stands(core::Clock clock) {
    const Policy *policy = policy_by_id(static_cast<int16_t>(core::policy_of(clock)));
    return policy != nullptr && policy->mode != Mode::kOff ? policy : nullptr;
}

// By the policy that it has, or else by the one that it would have if all were enforced.
const Policy *find_policy(Doomed *row) {
    const Policy *policy = policy_that_stands(row->clock);
    if (policy != nullptr) return policy;
    policy = policy_that_stands(row->in_the_end);
    if (policy != nullptr) row->clock = core::add_flags(row->in_the_end, core::decided_of(row->clock));
    return policy;
}

Fate fate_of_governed(const Policy &policy, Doomed *row) {
    const uint8_t flags = core::flags_of(row->clock);
    if ((flags & (core::kHeld | core::kRestricted)) != 0) {
        row->why = (flags & core::kHeld) != 0 ? "legal hold" : "restriction of processing (Article 18)";
        return Fate::kDefer;
    }
    if ((flags & core::kAnonymised) != 0) return (flags & core::kAwaiting) != 0 ? Fate::kDelete : Fate::kNothing;
    const Verdict verdict = floor_of(*row);
    if (!verdict.mandatory) return fate_of_action(policy.action);
    row->why = verdict.reference != nullptr ? verdict.reference : verdict.policy;
    row->until = verdict.until;
    return Fate::kKeep;
}

// anonymised: of an ungoverned row; null when the table has no personal columns.
Fate fate_of(const ReachedTable &table, Doomed *row, const bool *anonymised) {
    if (row->link->mentioned) return Fate::kTakeOut;
    const Policy *policy = find_policy(row);
    if (policy == nullptr && is_pure_link(table.relid)) return Fate::kUnlink;
    if (is_shared(*row)) return Fate::kTakeOut;
    if (policy != nullptr) return fate_of_governed(*policy, row);
    if (anonymised == nullptr) {
        row->why = clock_column(table.relid) != InvalidAttrNumber ? "no policy has the row" : "no policy, and no personal column";
        return Fate::kNotCovered;
    }
    return *anonymised ? Fate::kNothing : Fate::kAnonymise;
}

}  // namespace

Doomed *doomed_rows(const Subject &subject, const ReachedTable &table, int condition, int *n) {
    const Oid relid = table.relid;
    const Link *link = static_cast<const Condition *>(list_nth(table.conditions, condition))->link;
    List *links = links_elsewhere(subject, *link);
    AttrNumber key[kMaxKeys];
    const int n_key = primary_key(relid, key);
    const bool governed = clock_column(relid) != InvalidAttrNumber;
    Parameters parameters = {};
    StringInfoData sql;
    initStringInfo(&sql);
    const char *condition_met = governed ? nullptr : anonymised_condition(*subject.model, relid, nullptr);
    appendStringInfo(&sql, "SELECT t.tableoid, t.ctid, %s%s, %s", governed ? "t." : "", governed ? clock_name(relid) : "NULL",
                     condition_met != nullptr ? condition_met : "NULL");
    append_leads(&sql, links);
    append_rows_of(&sql, table, condition, &parameters);
    appendStringInfo(&sql, " ORDER BY %s FOR UPDATE OF t", column_list(relid, key, n_key, "t."));
    const SqlRows found = write_as(owner_of(relid), sql.data, parameters);
    *n = static_cast<int>(found.n);
    auto *rows = static_cast<Doomed *>(palloc_extended(sizeof(Doomed) * (*n + 1), MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO));
    List **others = find_others(subject, links, found.table, *n, kFixedColumns + 1);
    for (int i = 0; i < *n; ++i) {
        Doomed *row = &rows[i];
        row->leaf = found[i].get<Oid>(1);
        row->tid = found[i].get<ItemPointerData>(2);
        row->clock = has_foreign_clock(relid) ? core::kNoClock : found[i].get_or(3, core::kNoClock);
        row->in_the_end =
            governed ? clock_by_policies(row->leaf, &row->tid, Cause{.enforced = Cause::Enforced::kAll}) : row->clock;
        row->link = link;
        row->others = others[i];
        const bool anonymised = found[i].get_or(4, false);
        row->fate = fate_of(table, row, found[i].is_null(4) ? nullptr : &anonymised);
    }
    found.free();
    return rows;
}

}  // namespace pg_retention
