#include "audit/row.hpp"

#include "audit/apart.hpp"
#include "audit/awaiting.hpp"
#include "clock/relation_plan.hpp"
#include "clock/start_value.hpp"
#include "policy/attached.hpp"
#include "policy/held_rows.hpp"
#include "policy/policy_cache.hpp"
#include "schema/own.hpp"
#include "sweep/columns.hpp"

extern "C" {
#include "access/table.h"
#include "access/tableam.h"
#include "catalog/pg_type.h"
#include "utils/snapmgr.h"
#include "nodes/pg_list.h"
}

namespace pg_retention {

namespace {

const char *policy_name(const AuditPlan &plan, int32_t id) {
    for (int i = 0; i < plan.n_policies; ++i)
        if (plan.policies[i].id == id) return plan.policies[i].name;
    const Policy *policy = policy_by_id(static_cast<int16_t>(id));
    return policy == nullptr ? nullptr : policy->name;
}

// False: the value cannot start a clock.
bool set_start(Datum value, const StartType &type, const PgZone &zone, WayNow *way) {
    if (!can_start(value, type)) return false;
    way->start = start_of_value(value, type, zone);
    return true;
}

// False: what stands at its end cannot start a clock. ends: of the result's rows, where the way was followed apart.
bool read_way(const AuditedWay &way, const PgZone &zone, const SqlRow &row, const Ends &ends, uint64 place, WayNow *out) {
    *out = WayNow{core::kNotStarted, false, way.defaults};
    if (way.apart != nullptr) {
        out->ends = !ends.leads[place];
        return !ends.is_set[place] || set_start(ends.values[place], way.type, zone, out);
    }
    out->ends = way.leads != 0 && !row.get<bool>(way.leads);
    return row.is_null(way.value) || set_start(row.datum(way.value), way.type, zone, out);
}

// A portion of rows, and what ways of each policy lead to that were followed apart.
struct Portion {
    const AuditPlan *plan;
    const SqlRows *rows;
    Ends **ends;   // by policy and way
    WayNow *ways;  // of the row that is looked at
};

bool read_ways(const Portion &portion, int policy, uint64 place, WaysNow *out) {
    *out = WaysNow{0, false, false, 0, portion.ways};
    if (policy < 0) return true;
    const AuditedPolicy &has = portion.plan->policies[policy];
    *out = WaysNow{has.id, has.anonymises, has.starts_all, has.n_ways, portion.ways};
    const PgZone zone(has.timezone);
    for (int i = 0; i < has.n_ways; ++i)
        if (!read_way(has.ways[i], zone, (*portion.rows)[place], portion.ends[policy][i], place, &portion.ways[i])) return false;
    return true;
}

Portion open_portion(const AuditPlan &plan, const SqlRows &rows) {
    Portion portion = {&plan, &rows, static_cast<Ends **>(palloc(sizeof(Ends *) * (plan.n_policies + 1))), nullptr};
    int most = 0;
    for (int i = 0; i < plan.n_policies; ++i) {
        const AuditedPolicy &policy = plan.policies[i];
        most = Max(most, policy.n_ways);
        portion.ends[i] = static_cast<Ends *>(palloc0(sizeof(Ends) * (policy.n_ways + 1)));
        for (int k = 0; k < policy.n_ways; ++k)
            if (policy.ways[k].apart != nullptr) portion.ends[i][k] = follow_apart(plan, policy.ways[k], rows);
    }
    portion.ways = static_cast<WayNow *>(palloc(sizeof(WayNow) * (most + 1)));
    return portion;
}

void report(Fault *fault, bool repair, const Listener &listener, Tally *tally) {
    if (repair && fault->detail == nullptr) {
        fault->detail = repair_row(*fault);
        fault->repaired = fault->detail == nullptr;
    }
    ++tally->found[static_cast<int>(fault->finding)];
    tally->repaired += fault->repaired ? 1 : 0;
    if (fault->detail == nullptr && fault->column != nullptr) fault->detail = psprintf("column \"%s\"", fault->column);
    if (listener.tell != nullptr) listener.tell(listener.argument, *fault);
}

constexpr char kNoReason[] = "nothing says when its retention starts: the rows that would have said so are gone";
constexpr char kMayBeHeld[] = "a hold that stands may have held it by a way that is gone: it stays so until that is lifted";
constexpr char kForgotten[] = "nothing that stays refers to the row, and it was not deleted";
constexpr char kOutOfRange[] = "what would start its clock is not between the years 1401 and 9997";

void audit_clock(const Portion &portion, uint64 place, Fault *fault, bool repair, const Listener &listener, Tally *tally) {
    const AuditPlan &plan = *portion.plan;
    WaysNow now = {};
    fault->has_clock = true;
    if (!read_ways(portion, (*portion.rows)[place].get_or<int32>(kPolicyColumn, -1), place, &now)) {
        fault->finding = Finding::kWrongStart;
        fault->should_be = core::make_clock(now.policy_id, core::kNotStarted, core::decided_of(fault->says));
        fault->detail = kOutOfRange;
    } else {
        if (now.policy_id == 0 && is_switched_off(plan.leaf, static_cast<int16_t>(core::policy_of(fault->says)))) return;
        const Judgement judgement = judge(fault->says, now);
        if (!judgement.is_fault) return;
        fault->finding = judgement.finding;
        fault->should_be = judgement.should_be;
        fault->detail = judgement.finding == Finding::kNoWay ? kNoReason : nullptr;
    }
    fault->policy = policy_name(plan, now.policy_id != 0 ? now.policy_id : core::policy_of(fault->says));
    report(fault, repair, listener, tally);
}

void audit_value(const AuditPlan &plan, Fault *fault, bool repair, const Listener &listener, Tally *tally) {
    constexpr uint8_t kDone = core::kAnonymised | core::kAwaiting;
    fault->finding = Finding::kHoldsValue;
    fault->policy = policy_name(plan, core::policy_of(fault->says));
    fault->has_clock = true;
    fault->should_be = core::with_flags(fault->says, static_cast<uint8_t>(core::flags_of(fault->says) & ~kDone));
    report(fault, repair, listener, tally);
}

void audit_done(const AuditPlan &plan, const char *column, Fault fault, bool repair, const Listener &listener, Tally *tally) {
    const auto policy = static_cast<int16_t>(core::policy_of(fault.says));
    if (will_come_back(policy, plan.leaf, core::start_of(fault.says))) return;
    fault.finding = Finding::kColumnHoldsValue;
    fault.policy = policy_name(plan, policy);
    fault.has_clock = true;
    fault.should_be = fault.says;
    fault.column = column;
    report(&fault, repair, listener, tally);
}

void audit_awaiting(const AuditPlan &plan, Fault fault, const Listener &listener, Tally *tally) {
    fault.finding = Finding::kAwaitsNothing;
    fault.policy = policy_name(plan, core::policy_of(fault.says));
    fault.has_clock = true;
    fault.should_be = fault.says;
    fault.detail = kForgotten;
    report(&fault, false, listener, tally);
}

bool is_reached(Oid leaf, ItemPointerData tid) {
    Relation rel = table_open(leaf, AccessShareLock);
    TupleTableSlot *slot = table_slot_create(rel, nullptr);
    const bool there = table_tuple_fetch_row_version(rel, &tid, GetActiveSnapshot(), slot);
    const bool reached = !there || is_reached_by_hold(rel, ExecCopySlotHeapTuple(slot));
    ExecDropSingleTupleTableSlot(slot);
    table_close(rel, NoLock);
    return reached;
}

// What marked it was lifted when it could not be reached any more.
void audit_held(const AuditPlan &plan, Fault fault, bool repair, const Listener &listener, Tally *tally) {
    const bool may_be_held = may_hold_rows(plan.leaf);
    if (may_be_held && is_reached(plan.leaf, fault.tid)) return;
    fault.finding = Finding::kHeldByNone;
    fault.policy = policy_name(plan, core::policy_of(fault.says));
    fault.has_clock = true;
    fault.should_be = core::with_flags(fault.says, static_cast<uint8_t>(core::flags_of(fault.says) & ~core::kHeld));
    fault.detail = may_be_held ? kMayBeHeld : nullptr;
    report(&fault, repair, listener, tally);
}

}  // namespace

void audit_rows(const AuditPlan &plan, const SqlRows &rows, bool repair, const Listener &listener, Tally *tally) {
    const Portion portion = open_portion(plan, rows);
    const bool *forgotten = await_nothing(plan, rows);
    for (uint64 place = 0; place < rows.n; ++place) {
        const SqlRow row = rows[place];
        Fault fault = {};
        fault.relid = plan.leaf;
        fault.has_row = true;
        fault.tid = row.get<ItemPointerData>(kTidColumn);
        fault.says = row.get<core::Clock>(kClockColumn);
        Fault second = fault;
        if (const char *column = row.text(kDoneColumn)) audit_done(plan, column, fault, repair, listener, tally);
        if ((core::flags_of(fault.says) & core::kHeld) != 0) audit_held(plan, fault, repair, listener, tally);
        if (forgotten[place]) audit_awaiting(plan, fault, listener, tally);
        // First what is found by this place: stamping anew follows the row to its next one.
        if (row.get<bool>(kHoldsColumn)) audit_value(plan, &second, repair, listener, tally);
        audit_clock(portion, place, &fault, repair, listener, tally);
        ++tally->rows;
    }
}

void audit_columns(List *relids, const Listener &listener, Tally *tally) {
    auto *oids = static_cast<Datum *>(palloc(sizeof(Datum) * (list_length(relids) + 1)));
    ListCell *cell = nullptr;
    int n = 0;
    foreach (cell, relids) oids[n++] = ObjectIdGetDatum(lfirst_oid(cell));
    const SqlRows found =
        own("SELECT c.relation::oid, c.column_name FROM retention.personal_columns c WHERE c.relation::oid = ANY ($1) "
            "AND NOT EXISTS (SELECT FROM retention.policy p WHERE p.mode <> 'off' AND (p.relation = c.relation OR "
            "p.relation IN (SELECT a.relid FROM pg_catalog.pg_partition_ancestors(c.relation) a))) ORDER BY 1, 2",
            typed(OIDARRAYOID, array_of(oids, n, OIDOID)));
    for (const SqlRow row : found) {
        Fault fault = {};
        fault.relid = row.get<Oid>(1);
        fault.finding = Finding::kUnmanagedColumn;
        fault.detail = psprintf("no policy stands for the table of column \"%s\"", row.text(2));
        report(&fault, false, listener, tally);
    }
}

}  // namespace pg_retention
