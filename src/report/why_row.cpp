// The policies, starts and dates of one row.
#include "report/why.hpp"

#include "clock/decide.hpp"
#include "core/time/schedule.hpp"
#include "pg/attempt.hpp"
#include "pg/names.hpp"
#include "pg/security.hpp"
#include "pg/time.hpp"
#include "policy/attached.hpp"
#include "policy/rights.hpp"
#include "schema/extension.hpp"

extern "C" {
#include "access/table.h"
#include "access/tableam.h"
#include "executor/tuptable.h"
#include "mb/pg_wchar.h"
#include "utils/lsyscache.h"
#include "utils/snapmgr.h"
}

namespace pg_retention {

namespace {

core::Moment moment_of_start(core::Start start, const PgZone &zone) {
    constexpr int kDate = 10;
    core::Moment moment = moment_at(core::instant_of(start), zone);
    moment.is_day = core::comes(moment) && start % 2 != 0;
    if (moment.is_day) moment.local = moment.local.substr(0, kDate);
    return moment;
}

HeapTuple fetch(Relation leaf, const ItemPointerData &tid) {
    ItemPointerData place = tid;
    TupleTableSlot *slot = table_slot_create(leaf, nullptr);
    HeapTuple row =
        table_tuple_fetch_row_version(leaf, &place, GetActiveSnapshot(), slot) ? ExecCopySlotHeapTuple(slot) : nullptr;
    ExecDropSingleTupleTableSlot(slot);
    if (row == nullptr) elog(ERROR, "the row is not there");
    return row;
}

// The policy that the clock names, if that stands for the table. Before rows are stamped nobody goes by their clocks.
const Policy *policy_of_row(Oid leaf, core::Clock clock) {
    const Policy *policy = awaits_stamps(leaf) ? nullptr : policy_by_id(static_cast<int16_t>(core::policy_of(clock)));
    return policy != nullptr && is_part_of(leaf, policy->relid) ? policy : nullptr;
}

// A condition is its author's, and what it fails with may hold values of the row.
core::Standing standing_of(const AskedRow &row, const Policy &policy, bool *after_it) {
    if (row.policy != nullptr && row.policy->id == policy.id) {
        *after_it = true;
        return core::Standing::kTakes;
    }
    if (policy.mode == Mode::kOff) return core::Standing::kOff;
    if (!is_confirmed(policy)) return core::Standing::kUnconfirmed;
    bool has_it = false;
    if (attempt([&] { has_it = has_row(row.leaf, policy.id, row.row); }) != nullptr) return core::Standing::kFails;
    if (!has_it) return core::Standing::kNotItsRow;
    return *after_it ? core::Standing::kLater : core::Standing::kObserves;
}

std::span<const core::StandingPolicy> policies_of_row(const AskedRow &row) {
    const Oid leaf = RelationGetRelid(row.leaf);
    List *tables = with_ancestors(leaf);
    int n = 0, count = 0;
    const Policy **standing = policies_of_rows(leaf, tables, &n);
    const Policy *all = all_policies(&count);
    const auto found = room_for<core::StandingPolicy>(static_cast<uint64>(count));
    size_t told = 0;
    bool after_it = false;
    const auto tell = [&](const Policy &policy) {
        found[told++] = {kReader.text_in(policy.name), policy.id, policy.priority, standing_of(row, policy, &after_it)};
    };
    for (int i = 0; i < n; ++i) tell(*standing[i]);
    for (int i = 0; i < count; ++i)
        if (all[i].mode == Mode::kOff && list_member_oid(tables, all[i].relid)) tell(all[i]);
    return found.first(told);
}

core::WayEnd end_of(const LedTo &way) {
    switch (way.ends) {
        case WayEnds::kAtAColumn: return way.start == core::kNotStarted ? core::WayEnd::kUnset : core::WayEnd::kSet;
        case WayEnds::kAtNull: return core::WayEnd::kNoKey;
        case WayEnds::kAtNoRow: return core::WayEnd::kNoRow;
    }
    pg_unreachable();
}

std::span<const core::RowStart> starts_of(const AskedRow &row) {
    const Policy &policy = *row.policy;
    if (policy.mode == Mode::kOff) return {};
    const LedTo *ways = ways_of_row(row.leaf, policy.id, row.row);
    const auto starts = room_for<core::RowStart>(static_cast<uint64>(policy.n_starts));
    for (int i = 0; i < policy.n_starts; ++i) {
        const Path path = start_path(RelationGetRelid(row.leaf), policy, i);
        const bool in_row = path.n_hops == 0;
        starts[i].path = kReader.text_in(policy.starts[i]);
        starts[i].table = kReader.text_in(qualified_name(in_row ? policy.relid : path.relid));
        starts[i].column = kReader.text_in(get_attname(path.relid, path.column, false));
        starts[i].end = end_of(ways[i]);
        starts[i].at = moment_of_start(ways[i].start, row.zone);
        starts[i].counts = core::is_started(row.clock) && ways[i].start == core::start_of(row.clock);
    }
    return starts;
}

const core::RowTerms *terms_of(const Policy &policy) {
    auto *terms = static_cast<core::RowTerms *>(palloc0(sizeof(core::RowTerms)));
    terms->name = kReader.text_in(policy.name);
    terms->number = policy.id;
    terms->timezone = kReader.text_in(policy.zone().name());
    terms->reference = kReader.text_in(policy.reference);
    terms->acts = enforced(policy);
    terms->deletes = deletes(policy.action);
    terms->anonymises_if_referenced = policy.anonymises_if_referenced;
    terms->starts_all = policy.starts_all;
    terms->keep_for = policy.terms.keep_for;
    terms->quarantine_for = policy.terms.quarantine_for;
    terms->must_keep_for = policy.terms.has_floor ? &policy.terms.must_keep_for : nullptr;
    return terms;
}

core::State state_now(const AskedRow &row) {
    if (row.policy != nullptr) return core::state_of(row.clock, cutoffs_of(*row.policy, retention_now()));
    const bool unknown = row.clock == core::kUnknownClock || awaits_stamps(RelationGetRelid(row.leaf));
    return unknown ? core::State::kUnknown : core::State::kNone;
}

core::Micros since_when(core::State state, const core::Deadlines &dates, const AskedRow &row) {
    const bool asked_to_go = (core::flags_of(row.clock) & core::kKept) != 0;
    switch (state) {
        case core::State::kRetained: return core::instant_of(core::start_of(row.clock));
        case core::State::kQuarantined: return dates.hidden_from;
        case core::State::kDue: return asked_to_go ? dates.released_from : Max(dates.due_from, armed_until(*row.policy));
        case core::State::kKept: return asked_to_go ? core::kNever : dates.hidden_from;
        case core::State::kNone:
        case core::State::kUnknown:
        case core::State::kActive:
        case core::State::kAnonymised: return core::kNever;
    }
    pg_unreachable();
}

// From when on a sweep may take it, as far as that has a date.
core::Micros goes_from(const core::Deadlines &dates, const AskedRow &row) {
    const uint8_t flags = core::flags_of(row.clock);
    if ((flags & (core::kRestricted | core::kAnonymised)) != 0 || is_held(RelationGetRelid(row.leaf), row.clock))
        return core::kNever;
    if ((flags & core::kKept) != 0) return dates.released_from;
    if (!core::is_started(row.clock) || core::start_of(row.clock) > warned_start(*row.policy)) return core::kNever;
    return Max(dates.due_from, armed_until(*row.policy));
}

void add_dates(const AskedRow &row, core::RowFacts *facts) {
    const core::Start start = core::start_of(row.clock);
    const core::Deadlines dates = core::deadlines(start, row.policy->terms, row.zone);
    facts->since = facts->state == core::State::kRetained ? moment_of_start(start, row.zone)
                                                          : moment_at(since_when(facts->state, dates, row), row.zone);
    facts->start = moment_of_start(start, row.zone);
    facts->hidden = moment_at(dates.hidden_from, row.zone);
    facts->due = moment_at(dates.due_from, row.zone);
    facts->released = moment_at(dates.released_from, row.zone);
    facts->goes = moment_at(goes_from(dates, row), row.zone);
}

}  // namespace

core::Moment moment_at(core::Micros at, const PgZone &zone) {
    if (at == core::kNever || at == core::kAlways) return {};
    return {at, kReader.text_in(local_text(at, zone))};
}

core::RowFacts row_facts(Oid relid, Oid leaf, const ItemPointerData &tid, core::Clock clock, const char *key) {
    Relation rel = table_open(leaf, AccessShareLock);
    const Policy *policy = policy_of_row(leaf, clock);
    const AskedRow row = {rel, fetch(rel, tid), tid, clock, policy, policy != nullptr ? policy->zone() : default_zone()};
    core::RowFacts facts = {};
    facts.table = kReader.text_in(qualified_name(relid));
    facts.key = kReader.text_in(key);
    facts.is_governed = true;
    facts.asked = moment_at(retention_now(), row.zone);
    facts.timezone = kReader.text_in(row.zone.name());
    facts.state = state_now(row);
    facts.flags = core::flags_of(clock);
    facts.is_hidden = hides(clock) || facts.state == core::State::kUnknown;
    facts.is_mandatory = decide(leaf, clock, floors_in(leaf)).mandatory;
    facts.policies = policies_of_row(row);
    facts.restrictions = restrictions_of(row);
    if (is_held(leaf, clock)) facts.flags |= core::kHeld;
    if ((facts.flags & core::kHeld) != 0) facts.holds = holds_of(row);
    const bool is_done = (facts.flags & (core::kAnonymised | core::kAwaiting)) == core::kAnonymised;
    if (!is_done) facts.holdups = holdups_of(row);
    facts.blocked = blocked_row(row);
    if (policy != nullptr) {
        facts.terms = terms_of(*policy);
        facts.starts = starts_of(row);
        add_dates(row, &facts);
        facts.references = references_to(row);
        facts.columns = columns_of(row);
    }
    table_close(rel, NoLock);
    return facts;
}

}  // namespace pg_retention
