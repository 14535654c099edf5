#include "subject/doom.hpp"

#include <algorithm>

#include "schema/extension.hpp"
#include "policy/policy_cache.hpp"
#include "clock/decide.hpp"
#include "clock/stamp.hpp"
#include "pg/names.hpp"
#include "policy/held_rows.hpp"
#include "schema/own.hpp"
#include "pg/security.hpp"
#include "rows/anonymise.hpp"
#include "subject/held.hpp"

extern "C" {
#include "access/table.h"
#include "access/tableam.h"
#include "catalog/pg_type.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
}

namespace pg_retention {

namespace {

constexpr int kFixedColumns = 3;  // ctid, clock, whether the personal columns are anonymised

// A table that only joins: every column is part of the primary key or of a key that refers to something, and there are two of these.
enum class Joining : uint8_t {
    kNo,
    kByKeys,  // by what may be unset
    kForGood  // by what may not: whoever is in a row cannot be taken out of it
};

// How many keys lead from the table's rows, whatever they consist of: one that refers to rows of many tables is one.
int count_references(const Model &model, Oid relid, int n_columns) {
    List *constraints = NIL;
    Bitmapset *logical = nullptr;
    ListCell *cell = nullptr;
    for (AttrNumber column = 1; column <= n_columns; ++column) {
        Hop hop = {};
        if (find_foreign_key(relid, column, &hop)) constraints = list_append_unique_oid(constraints, hop.constraint);
    }
    foreach (cell, model.links) {
        const LinkPath &path = static_cast<const Link *>(lfirst(cell))->path;
        for (int i = 0; i < path.n_steps; ++i) {
            const Hop &key = path.steps[i].key;
            if (path.steps[i].named != InvalidAttrNumber || key.from_relid != relid) continue;
            AttrNumber last = 0;
            for (int k = 0; k < key.n_keys; ++k) last = Max(last, key.from[k]);
            logical = bms_add_member(logical, last);
        }
    }
    return list_length(constraints) + bms_num_members(logical);
}

Joining joining_of(const Model &model, Oid relid) {
    AttrNumber key[kMaxKeys];
    const int n_key = primary_key(relid, key);
    Relation rel = table_open(relid, AccessShareLock);
    TupleDesc desc = RelationGetDescr(rel);
    const Bitmapset *logical = logical_key_columns(model, relid);
    const int n_columns = desc->natts;
    bool pure = true, for_good = true;
    for (int i = 0; i < n_columns && pure; ++i) {
        const AttrNumber column = TupleDescAttr(desc, i)->attnum;
        Hop hop = {};
        bool in_key = false;
        if (TupleDescAttr(desc, i)->attisdropped || column == clock_column(relid)) continue;
        for (int k = 0; k < n_key; ++k) in_key = in_key || key[k] == column;
        for_good = for_good && (in_key || TupleDescAttr(desc, i)->attnotnull);
        pure = in_key || find_foreign_key(relid, column, &hop) || bms_is_member(column, logical);
    }
    table_close(rel, NoLock);
    if (!pure || count_references(model, relid, n_columns) < 2) return Joining::kNo;
    return for_good ? Joining::kForGood : Joining::kByKeys;
}

// Another person, not erased yet, whom the row is about, be it by the same link: several live in one home.
bool is_shared(const Doomed &row) {
    ListCell *cell = nullptr;
    foreach (cell, row.others) {
        const auto *other = static_cast<const Other *>(lfirst(cell));
        if (is_alive(*other) && is_owner(other->link->role)) return true;
    }
    return false;
}

// By any link: a like goes with who liked, and with who wrote what was liked.
bool leads_to_subject_as(const Doomed &row, LinkRole role) {
    if (row.link->role == role) return true;
    ListCell *cell = nullptr;
    foreach (cell, row.others) {
        const auto *other = static_cast<const Other *>(lfirst(cell));
        if (other->is_subject && other->link->role == role) return true;
    }
    return false;
}

Fate instead_of_anonymising(Fate fate) { return fate == Fate::kAnonymise ? Fate::kDelete : fate; }

Fate fate_of_action(PolicyAction action) {
    switch (action) {
        case PolicyAction::kDelete: return Fate::kDelete;
        case PolicyAction::kAnonymise: return Fate::kAnonymise;
    }
    pg_unreachable();
}

// An erasure cannot be undone: floors of policies that only observe, or that wait for their rows to be stamped, stand against it, too.
Verdict floor_of(const Doomed &row) {
    const Verdict says = decide(row.leaf, row.clock, Floors::kObserved),
                  would = decide(row.leaf, row.in_the_end, Floors::kObserved);
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
    if (is_held(row->leaf, row->clock) || (flags & core::kRestricted) != 0) {
        row->why = is_held(row->leaf, row->clock) ? "legal hold" : "restriction of processing (Article 18)";
        return Fate::kDefer;
    }
    if ((flags & core::kAnonymised) != 0) return (flags & core::kAwaiting) != 0 ? Fate::kDelete : Fate::kNothing;
    const Verdict verdict = floor_of(*row);
    if (!verdict.mandatory) return fate_of_action(policy.action);
    row->why = verdict.reference != nullptr ? verdict.reference : verdict.policy;
    row->until = verdict.until;
    return Fate::kKeep;
}

// joining: of the row's table. anonymised: of an ungoverned row; null when the table has no personal columns.
Fate fate_without_holds(const ReachedTable &table, Joining joining, Doomed *row, const bool *anonymised) {
    switch (row->link->role) {
        case LinkRole::kAbout:
        case LinkRole::kDeletedWith:
        case LinkRole::kSame: break;
        case LinkRole::kAccesses: return leads_to_subject_as(*row, LinkRole::kMentioned) ? Fate::kTakeOut : Fate::kNothing;
        case LinkRole::kMentioned: return Fate::kTakeOut;
    }
    const Policy *policy = find_policy(row);
    const bool goes_along = leads_to_subject_as(*row, LinkRole::kDeletedWith);
    const bool only_joins = joining == Joining::kForGood || (joining == Joining::kByKeys && !is_shared(*row));
    if (policy == nullptr && (only_joins || goes_along)) return Fate::kUnlink;
    if (goes_along) return instead_of_anonymising(fate_of_governed(*policy, row));
    if (is_shared(*row)) return Fate::kTakeOut;
    if (policy != nullptr) return fate_of_governed(*policy, row);
    if (anonymised == nullptr) {
        row->why = clock_column(table.relid) != InvalidAttrNumber ? "no policy has the row" : "no policy, and no personal column";
        return Fate::kNotCovered;
    }
    return *anonymised ? Fate::kNothing : Fate::kAnonymise;
}

// A row that a hold keeps stays as it is, also where the person would only be taken out of it; and where the person is held, what no policy
// governs, too.
Fate fate_of(const ReachedTable &table, Joining joining, Doomed *row, const bool *anonymised, bool is_held_person) {
    const Fate fate = fate_without_holds(table, joining, row, anonymised);
    if (fate == Fate::kNothing || fate == Fate::kDefer) return fate;
    const bool governed = clock_column(table.relid) != InvalidAttrNumber;
    if (governed ? !is_held(row->leaf, row->clock) : !is_held_person || fate == Fate::kTakeOut) return fate;
    row->why = "legal hold: to be asked for again when it is lifted";
    return Fate::kSpare;
}

// To the newest versions of the rows.
template <typename F>
void follow(Oid leaf, int n, F tid_of) {
    Relation rel = table_open(leaf, AccessShareLock);
    PushActiveSnapshot(GetLatestSnapshot());
    TableScanDesc scan = table_beginscan_tid(rel, GetActiveSnapshot());
    for (int i = 0; i < n; ++i) table_tuple_get_latest_tid(scan, tid_of(i));
    table_endscan(scan);
    PopActiveSnapshot();
    table_close(rel, AccessShareLock);
}

// Of one leaf. Its owner's reading is spared the other partitions; where that is somebody else, the table's owner reads through the table.
SqlRows read_places(const Subject &subject, const ReachedTable &table, List *links, const RowPlace *places, int n) {
    const Oid relid = table.relid, leaf = places[0].leaf, owner = owner_of(relid);
    const bool governed = clock_column(relid) != InvalidAttrNumber, alone = owner_of(leaf) == owner;
    const char *condition_met = governed ? nullptr : anonymised_condition(*subject.model, relid, nullptr);
    auto *tids = static_cast<ItemPointerData *>(palloc_extended(sizeof(ItemPointerData) * n, MCXT_ALLOC_HUGE));
    for (int i = 0; i < n; ++i) tids[i] = places[i].tid;
    StringInfoData sql;
    initStringInfo(&sql);
    appendStringInfo(&sql, "SELECT t.ctid, %s%s, %s", governed ? "t." : "", governed ? clock_name(relid) : "NULL",
                     condition_met != nullptr ? condition_met : "NULL");
    append_leads(&sql, links);
    appendStringInfo(&sql, " FROM %s%s t WHERE t.ctid = ANY ($1) AND t.tableoid = $2", alone ? "ONLY " : "",
                     qualified_name(alone ? leaf : relid));
    return run_as(owner, kKeptWriting, sql.data, typed(TIDARRAYOID, tid_array(tids, n)), leaf);
}

}  // namespace

void follow_newest(Doomed *rows, int n) {
    follow(rows->leaf, n, [rows](int i) { return &rows[i].tid; });
}

void follow_newest(RowPlace *places, int n) {
    follow(places->leaf, n, [places](int i) { return &places[i].tid; });
}

RowPlace *lock_doomed(const ReachedTable &table, int condition, int *n) {
    AttrNumber key[kMaxKeys];
    const int n_key = primary_key(table.relid, key);
    Parameters parameters = {};
    StringInfoData sql;
    initStringInfo(&sql);
    appendStringInfoString(&sql, "SELECT t.tableoid, t.ctid");
    append_rows_of(&sql, table, condition, &parameters);
    appendStringInfo(&sql, " ORDER BY %s FOR UPDATE OF t", column_list(table.relid, key, n_key, "t."));
    size_t room = 64;
    auto *places = static_cast<RowPlace *>(palloc(sizeof(RowPlace) * room));
    *n = 0;
    for_each_portion(owner_of(table.relid), kKeptOnce, sql.data, parameters, [&](const SqlRows &rows) {
        if (*n + rows.n > room)
            places = static_cast<RowPlace *>(repalloc_huge(places, sizeof(RowPlace) * (room = 2 * (*n + rows.n))));
        for (const SqlRow row : rows) places[(*n)++] = RowPlace{row.get<Oid>(1), row.get<ItemPointerData>(2)};
    });
    mark_held_rows(table.relid);
    // Rows that came one after the other mostly stand so.
    if (!std::is_sorted(places, places + *n, is_before)) std::sort(places, places + *n, is_before);
    return places;
}

Doomed *doomed_rows(const Subject &subject, const ReachedTable &table, int condition, RowPlace *places, int *n) {
    const Link *link = static_cast<const Condition *>(list_nth(table.conditions, condition))->link;
    List *links = links_elsewhere(subject, *link);
    SqlRows found = read_places(subject, table, links, places, *n);
    if (found.n < static_cast<uint64>(*n)) {
        // What was done to others of them had a trigger write to these.
        follow_newest(places, *n);
        found = read_places(subject, table, links, places, *n);
    }
    *n = static_cast<int>(found.n);
    auto *rows = static_cast<Doomed *>(palloc_extended(sizeof(Doomed) * (*n + 1), MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO));
    List **others = find_others(subject, links, found.table, *n, kFixedColumns + 1);
    const bool governed = clock_column(table.relid) != InvalidAttrNumber;
    const Joining joining = joining_of(*subject.model, table.relid);
    auto *tids = static_cast<ItemPointerData *>(palloc_extended(sizeof(ItemPointerData) * (*n + 1), MCXT_ALLOC_HUGE));
    for (int i = 0; i < *n; ++i) tids[i] = found[i].get<ItemPointerData>(1);
    const core::Clock *in_the_end =
        governed ? clocks_by_policies(places[0].leaf, tids, *n, Cause{.enforced = Cause::Enforced::kAll}) : nullptr;
    const bool foreign = has_foreign_clock(table.relid), held_person = is_held_person(subject);
    for (int i = 0; i < *n; ++i) {
        Doomed *row = &rows[i];
        row->leaf = places[0].leaf;
        row->tid = tids[i];
        row->clock = foreign ? core::kNoClock : found[i].get_or(2, core::kNoClock);
        row->in_the_end = governed ? in_the_end[i] : row->clock;
        row->link = link;
        row->others = others[i];
        const bool anonymised = found[i].get_or(3, false);
        row->fate = fate_of(table, joining, row, found[i].is_null(3) ? nullptr : &anonymised, held_person);
    }
    found.free();
    return rows;
}

}  // namespace pg_retention
