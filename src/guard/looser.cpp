#include "guard/looser.hpp"

#include "clock/relation_plan.hpp"
#include "pg/compat.hpp"
#include "pg/names.hpp"
#include "pg/security.hpp"
#include "pg/time.hpp"
#include "policy/attached.hpp"
#include "policy/holds.hpp"
#include "policy/policy_check.hpp"
#include "policy/policy_triggers.hpp"
#include "policy/protected.hpp"
#include "schema/own.hpp"

extern "C" {
#include "access/table.h"
#include "access/tableam.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "utils/lsyscache.h"
#include "utils/snapmgr.h"
}

namespace pg_retention {

namespace {

const Policy *find(const Standing &standing, int32_t id) {
    for (int i = 0; i < standing.n; ++i)
        if (standing.policies[i].id == id) return &standing.policies[i];
    return nullptr;
}

bool same(const char *a, const char *b) { return a == b || (a != nullptr && b != nullptr && strcmp(a, b) == 0); }

bool same_floor(const core::Terms &a, const core::Terms &b) {
    return a.has_floor == b.has_floor && (!a.has_floor || core::compare(a.must_keep_for, b.must_keep_for) == 0);
}

bool same_terms(const core::Terms &a, const core::Terms &b) {
    return core::compare(a.keep_for, b.keep_for) == 0 && core::compare(a.quarantine_for, b.quarantine_for) == 0 &&
           same_floor(a, b);
}

// Takes the same rows, and they start at the same time.
bool takes_the_same(const Policy &a, const Policy &b) {
    if (a.mode != b.mode || a.timezone != b.timezone || a.priority != b.priority || a.written_for != b.written_for ||
        a.starts_all != b.starts_all || a.n_starts != b.n_starts || !same(a.applies_to, b.applies_to) ||
        !same_floor(a.terms, b.terms))
        return false;
    for (int i = 0; i < a.n_starts; ++i)
        if (strcmp(a.starts[i], b.starts[i]) != 0) return false;
    return true;
}

// What a row's dates are under a policy that enforces. Article 18 hides it under any.
bool is_hidden(core::Clock clock, const Policy &policy) {
    const auto flags = static_cast<uint8_t>(core::flags_of(clock) & ~core::kRestricted);
    return core::hidden(core::with_flags(clock, flags), cutoffs_of(policy, retention_now()));
}

core::Micros released_from(core::Clock clock, const Policy &policy) {
    if (!policy.terms.has_floor) return core::kAlways;
    const core::Start start = core::start_of(clock);
    return start == core::kNotStarted ? core::kNever : core::deadlines(start, policy.terms, policy.zone()).released_from;
}

bool is_mandatory(core::Clock clock, const Policy &policy) {
    return policy.terms.has_floor && core::start_of(clock) > cutoffs_of(policy, retention_now()).release;
}

bool any_clock(const Policy &was, core::Start from, core::Start until) {
    if (from > until) return false;
    return run_as(owner_of(was.relid), kAnyLatest,
                  psprintf("SELECT 1 FROM %s WHERE %s", qualified_name(was.relid), clock_range(clock_name(was.relid), 1, 2)),
                  clock_value(core::first_from(was.id, from)), clock_value(core::last_until(was.id, until)))
               .n > 0;
}

// Of those about which something was decided there are few that are pending.
bool any_exempt_clock(const Policy &was, const Policy *is) {
    const SqlRows found =
        run_as(owner_of(was.relid), kLatest,
               psprintf("SELECT DISTINCT %s FROM %s WHERE %s", clock_name(was.relid), qualified_name(was.relid),
                        pending_range(clock_name(was.relid), 1, 2)),
               clock_value(core::first_exempt(was.id)), clock_value(core::last_exempt(was.id, core::kNotStarted)));
    for (const SqlRow row : found) {
        const auto clock = row.get<core::Clock>(1);
        if (is_hidden(clock, was) && (is == nullptr || !is_hidden(clock, *is))) return true;
    }
    return false;
}

// At once, for rows keep their clocks: those of the policy whose deadline would be later than it was, or would not be enforced any more.
bool shows_own_rows(const Policy &was, const Policy *is) {
    if (clock_column(was.relid) == InvalidAttrNumber) return false;
    const core::Start hidden_until = cutoffs_of(was, retention_now()).hide;
    const core::Start still_hidden = is == nullptr ? -1 : cutoffs_of(*is, retention_now()).hide;
    SPI_connect();
    const bool shows = any_clock(was, Max(still_hidden + 1, 0), hidden_until) || any_exempt_clock(was, is);
    SPI_finish();
    return shows;
}

void judge_own_rows(const Policy &was, Looser *looser) {
    const Policy *is = policy_by_id(was.id);
    if (is != nullptr && is->mode != Mode::kEnforce) is = nullptr;
    if (is != nullptr && protects_less(was, *is)) {
        if (was.terms.has_floor) looser->releases = &was;
        if (whole_hold(was.relid, was.id) != nullptr || may_hold_rows(was.relid)) looser->unprotects = &was;
    }
    if (is != nullptr && was.timezone == is->timezone && same_terms(was.terms, is->terms)) return;
    if (was.terms.has_floor && (is == nullptr || shortens(was, *is))) looser->releases = &was;
    if (looser->shows == nullptr && shows_own_rows(was, is)) looser->shows = &was;
}

// Without a start there is no date to compare: any that is set later would have the shorter floor.
bool releases_earlier(core::Clock clock, const Policy &was, core::Clock after, const Policy &is) {
    const core::Micros until = released_from(after, is);
    return until < released_from(clock, was) || (until == core::kNever && was.id != is.id && shortens(was, is)) ||
           (was.id != is.id && protects_less(was, is));
}

// Once they are stamped anew.
void judge_row(const Standing &before, Relation rel, HeapTuple row, core::Clock clock, Looser *looser) {
    const Policy *was = find(before, core::policy_of(clock));
    if (was == nullptr || !enforced(*was)) return;
    const bool hidden = looser->shows == nullptr && is_hidden(clock, *was);
    const bool mandatory = looser->releases == nullptr && is_mandatory(clock, *was);
    if (!hidden && !mandatory) return;
    const core::Clock after = core::add_flags(
        compute_clock(rel, row, row, Cause{.before = clock, .enforced = Cause::Enforced::kReady}), core::decided_of(clock));
    const Policy *is = policy_by_id(static_cast<int16_t>(core::policy_of(after)));
    if (is != nullptr && is->mode != Mode::kEnforce) is = nullptr;
    if (hidden && (is == nullptr || !is_hidden(after, *is))) looser->shows = was;
    if (mandatory && (is == nullptr || releases_earlier(clock, *was, after, *is))) looser->releases = was;
}

// Reads until one of each kind is found.
void judge_table(const Standing &before, Oid relid, Looser *looser) {
    const AttrNumber column = clock_column(relid);
    if (column == InvalidAttrNumber) return;
    const ActingAs saved = act_as(owner_of(relid), true);
    PushActiveSnapshot(GetLatestSnapshot());
    Relation rel = table_open(relid, AccessShareLock);
    TupleTableSlot *slot = table_slot_create(rel, nullptr);
    MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "rows a policy would move", ALLOCSET_DEFAULT_SIZES);
    TableScanDesc scan = begin_scan(rel, GetActiveSnapshot());
    while ((looser->shows == nullptr || looser->releases == nullptr) &&
           table_scan_getnextslot(scan, ForwardScanDirection, slot)) {
        CHECK_FOR_INTERRUPTS();
        bool copied = false, isnull = false;
        const Datum value = slot_getattr(slot, column, &isnull);
        if (isnull) continue;
        const core::Clock clock = datum_clock(value);
        MemoryContext caller = MemoryContextSwitchTo(context);
        judge_row(before, rel, ExecFetchSlotHeapTuple(slot, false, &copied), clock, looser);
        MemoryContextSwitchTo(caller);
        MemoryContextReset(context);
    }
    table_endscan(scan);
    MemoryContextDelete(context);
    ExecDropSingleTupleTableSlot(slot);
    table_close(rel, NoLock);
    PopActiveSnapshot();
    leave(saved);
}

// Whether the rows that the policy has, or is to have once it is ready, may be another's afterwards, or start at another time. What does
// not enforce takes none.
bool moves_rows(const Standing &before, const Policy &is, bool stamping) {
    const Policy *was = find(before, is.id);
    if (is.mode != Mode::kEnforce && (was == nullptr || was->mode != Mode::kEnforce)) return false;
    if (was == nullptr || !takes_the_same(*was, is)) return true;
    // What it does not have yet is not found by its number.
    return (stamping || !enforced(*was)) && !same_terms(was->terms, is.terms);
}

// Which policies rows have is not what their clocks say before all of them are stamped.
bool any_being_stamped(List *tables) {
    ListCell *cell = nullptr;
    foreach (cell, tables)
        if (is_being_stamped(lfirst_oid(cell))) return true;
    return false;
}

bool may_move_rows(const Standing &before, Oid relid, List *tables) {
    const bool stamping = any_being_stamped(tables);
    int count = 0;
    const Policy *policy = all_policies(&count);
    for (int i = 0; i < count; ++i)
        if (policy[i].relid == relid && moves_rows(before, policy[i], stamping)) return true;
    // One that is gone and did not have its rows yet stood before others.
    for (int i = 0; i < before.n; ++i) {
        const Policy &was = before.policies[i];
        if (was.relid == relid && was.mode == Mode::kEnforce && (stamping || !was.ready) && policy_by_id(was.id) == nullptr)
            return true;
    }
    return false;
}

// Of an attached partition whose rows are not stamped yet nobody knows what would be released or shown: whatever its policies keep or hide.
void judge_unstamped(const Standing &before, Oid relid, Looser *looser) {
    List *tables = with_ancestors(relid);
    for (int i = 0; i < before.n; ++i) {
        const Policy &was = before.policies[i];
        if (!enforced(was) || !list_member_oid(tables, was.relid)) continue;
        if (looser->shows == nullptr) looser->shows = &was;
        if (looser->releases == nullptr && was.terms.has_floor) looser->releases = &was;
    }
}

// Rows of these tables are hidden or kept by a policy that enforces.
bool has_enforced(const Standing &before, List *tables) {
    for (int i = 0; i < before.n; ++i)
        if (enforced(before.policies[i]) && (tables == NIL || list_member_oid(tables, before.policies[i].relid))) return true;
    return false;
}

// moved: where they come from, rows may have had any policy.
void judge_tables(const Standing &before, Oid relid, bool moved, List *tables, Looser *looser) {
    if (!has_enforced(before, moved ? NIL : list_concat_copy(tables, with_ancestors(relid)))) return;
    ListCell *cell = nullptr;
    foreach (cell, tables) {
        const Oid table = lfirst_oid(cell);
        if (get_rel_relkind(table) != RELKIND_RELATION) continue;
        if (!moved && awaits_stamps(table))
            judge_unstamped(before, table, looser);
        else
            judge_table(before, table, looser);
    }
}

bool is_held_policy(int32_t id) { return whole_hold(InvalidOid, static_cast<int16_t>(id)) != nullptr; }

// Whether one of these, of which there are so many in the table or around it, may let rows of a held policy go, or take them. was, is: null:
// it is new, or gone.
bool moves_held(const Policy *was, const Policy *is, int n) {
    const bool held = is_held_policy(was != nullptr ? was->id : is->id);
    if (was == nullptr) return is->mode != Mode::kOff;
    if (is == nullptr) return held;
    if (held && n == 1) return !same(was->applies_to, is->applies_to);
    if (held && was->mode != is->mode && is->mode == Mode::kEnforce && was->priority == is->priority &&
        same(was->applies_to, is->applies_to))
        return false;
    return !takes_the_same(*was, *is);
}

// The policy as it was that a hold is on and whose rows may have another one afterwards; null: none. moved: the tables belong elsewhere.
const Policy *lets_held_go(const Standing &before, Oid relid, bool moved) {
    if (!any_hold()) return nullptr;
    List *around = list_concat_unique_oid(find_all_inheritors(relid, NoLock, nullptr), with_ancestors(relid));
    const Policy *held = nullptr;
    int count = 0, n = 0;
    const Policy *now = all_policies(&count);
    for (int i = 0; i < before.n; ++i)
        if (is_held_policy(before.policies[i].id) && (moved || list_member_oid(around, before.policies[i].relid)))
            held = &before.policies[i];
    if (held == nullptr || moved) return nullptr;
    for (int i = 0; i < count; ++i) n += list_member_oid(around, now[i].relid) ? 1 : 0;
    for (int i = 0; i < count; ++i)
        if (list_member_oid(around, now[i].relid) && moves_held(find(before, now[i].id), &now[i], n)) return held;
    for (int i = 0; i < before.n; ++i)
        if (list_member_oid(around, before.policies[i].relid) && policy_by_id(before.policies[i].id) == nullptr &&
            moves_held(&before.policies[i], nullptr, n))
            return held;
    return nullptr;
}

Looser judge(Oid relid, const Standing &before, bool moved) {
    Looser looser = {};
    looser.lets_go = lets_held_go(before, relid, moved);
    if (looser.lets_go != nullptr) return looser;
    for (int i = 0; i < before.n && !moved; ++i)
        if (before.policies[i].relid == relid && enforced(before.policies[i])) judge_own_rows(before.policies[i], &looser);
    if (looser.shows != nullptr && looser.releases != nullptr) return looser;
    List *tables = find_all_inheritors(relid, AccessShareLock, nullptr);
    if (moved || may_move_rows(before, relid, tables)) judge_tables(before, relid, moved, tables, &looser);
    return looser;
}

}  // namespace

void init_looser() { set_looser_judge(judge); }

}  // namespace pg_retention
