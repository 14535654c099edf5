#include "sweep/turn.hpp"

#include "pg/time.hpp"
#include "policy/held_rows.hpp"
#include "policy/attached.hpp"
#include "policy/policy_cache.hpp"
#include "schema/clock_index.hpp"
#include "schema/own.hpp"
#include "sweep/batch.hpp"
#include "sweep/columns.hpp"
#include "sweep/knots.hpp"
#include "sweep/limits.hpp"
#include "sweep/prepare.hpp"
#include "sweep/progress.hpp"
#include "sweep/quarantine.hpp"
#include "sweep/ranges.hpp"
#include "sweep/task.hpp"
#include "sweep/vacuum.hpp"

extern "C" {
#include "pgstat.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
}

namespace pg_retention {

namespace {

// Those that have a turn, but for those whose clocks are not true yet: another policy may keep the rows for longer.
List *stamped_leaves(const Swept &policy) {
    List *leaves = NIL;
    ListCell *cell = nullptr;
    foreach (cell, leaves_of(policy.relid))
        if (list_member_oid(policy.leaves, lfirst_oid(cell)) && !is_being_stamped(lfirst_oid(cell)))
            leaves = lappend_oid(leaves, lfirst_oid(cell));
    return leaves;
}

// About how many of them are due there.
int64 expected_rows(int16_t policy_id, const List *leaves) {
    const Policy *policy = policy_by_id(policy_id);
    if (policy == nullptr) return -1;
    const core::Start due = cutoffs_of(*policy, retention_now()).due;
    int64 rows = 0;
    const ListCell *cell = nullptr;
    if (due < 0) return 0;
    foreach (cell, leaves)
        if (clock_column(lfirst_oid(cell)) != InvalidAttrNumber)
            rows += expected_rows_of(lfirst_oid(cell), core::first_from(policy_id, 0), core::last_until(policy_id, due));
    return rows;
}

// Rows that came while a hold was being placed are not marked yet. Those that are due are looked for by the index; the others where one of them
// was met.
void mark_held(const Swept &swept) {
    const Policy *policy = policy_by_id(swept.policy_id);
    if (policy == nullptr || !may_hold_rows(swept.relid)) return;
    if (own("SELECT FROM retention.blocked_row WHERE policy_id = $1 AND sqlstate = 'RT003' LIMIT 1", swept.policy_id).n > 0)
        return mark_held_rows(swept.relid);
    const core::Start due = cutoffs_of(*policy, retention_now()).due;
    const ClockRange only = {core::first_from(swept.policy_id, 0), core::last_until(swept.policy_id, due)};
    if (due >= 0) mark_held_rows(swept.relid, &only);
}

// Which of the policy's tables may be swept now. What became hidden is counted for the ledger alone: counting says that it is at that.
ErrorData *try_to_begin(Engine *engine, const Swept &policy, bool counts, List **leaves, bool *counting, bool *timed_out) {
    return try_task(
        engine, Task{policy.relid, policy.policy_id, Work::kTable},
        [=] {
            if (OidIsValid(get_rel_type_id(policy.relid))) {
                MemoryContext before = MemoryContextSwitchTo(engine->context);
                *leaves = stamped_leaves(policy);
                mark_held(policy);
                show_turn(*engine, policy.policy_id, policy.relid, expected_rows(policy.policy_id, *leaves));
                MemoryContextSwitchTo(before);
            }
            *counting = counts;
            record_quarantined(policy.policy_id, counts);
            *counting = false;
        },
        timed_out);
}

// Whether the policy's table may be swept now, and which of the tables that its rows are in. Where counting takes too long, the ledger has no
// number.
bool begin_policy(Engine *engine, const Swept &policy, List **leaves) {
    const Task task = {policy.relid, policy.policy_id, Work::kTable};
    bool timed_out = false, counting = false;
    *leaves = NIL;
    if (!is_due(engine, task)) return false;
    begin_step(engine);
    ErrorData *error = try_to_begin(engine, policy, true, leaves, &counting, &timed_out);
    if (error != nullptr && timed_out && counting) {
        end_step(engine);
        begin_step(engine);
        error = try_to_begin(engine, policy, false, leaves, &counting, &timed_out);
    }
    if (error != nullptr) {
        error->message = reason_of(policy.relid, error, timed_out);
        block_task(engine, task, error);
    }
    end_step(engine);
    return error == nullptr;
}

void note_taken(Engine *engine, Oid leaf, const Totals &before) {
    const Totals done = engine->totals - before;
    note_swept(engine, leaf, done[Counter::kDeleted] + done[Counter::kAnonymised] + done[Counter::kColumns]);
}

void sweep_tables(Engine *engine, const Swept &policy) {
    ListCell *cell = nullptr;
    List *leaves = NIL;
    begin_turn(engine);
    if (!begin_policy(engine, policy, &leaves)) return;
    foreach (cell, leaves) {
        show_phase(Phase::kRows, lfirst_oid(cell));
        const Totals before = engine->totals;
        const bool in_time = sweep_due(engine, policy.policy_id, lfirst_oid(cell));
        note_taken(engine, lfirst_oid(cell), before);
        if (!in_time) return;
    }
    foreach (cell, leaves) {
        show_phase(Phase::kWaitingRows, lfirst_oid(cell));
        sweep_waiting(engine, policy.policy_id, lfirst_oid(cell));
    }
    foreach (cell, leaves) {
        show_phase(Phase::kColumns, lfirst_oid(cell));
        const Totals before = engine->totals;
        sweep_columns(engine, policy.policy_id, lfirst_oid(cell));
        note_taken(engine, lfirst_oid(cell), before);
        if (turn_is_over(engine)) return;
    }
}

// "3 rows deleted, 0 anonymised, 1 blocked"; null when no row was.
char *told_of_rows(const Totals &done) {
    StringInfoData told;
    int64 sum = 0;
    initStringInfo(&told);
    for (size_t i = 0; i < kCounters; ++i) {
        const auto counter = static_cast<Counter>(i);
        if (!counts_rows(counter)) continue;
        sum += done[counter];
        appendStringInfo(&told, told.len == 0 ? INT64_FORMAT " rows %s" : ", " INT64_FORMAT " %s", done[counter],
                         name_of(counter));
    }
    return sum == 0 ? nullptr : told.data;
}

}  // namespace

void sweep_policy(Engine *engine, const Swept &policy) {
    const Totals before = engine->totals;
    if (engine->caller == Caller::kWorker)
        pgstat_report_activity(STATE_RUNNING, psprintf("pg_retention sweep: policy \"%s\"", policy.name));
    begin_pace(engine, policy.policy_id, policy.limits);
    sweep_tables(engine, policy);
    end_pace(engine);
    const Totals done = engine->totals - before;
    if (engine->caller == Caller::kWorker) return;
    if (const char *told = told_of_rows(done)) ereport(NOTICE, (errmsg("policy \"%s\": %s", policy.name, told)));
    if (done[Counter::kColumns] > 0)
        ereport(NOTICE,
                (errmsg("policy \"%s\": columns of " INT64_FORMAT " rows anonymised", policy.name, done[Counter::kColumns])));
}

void untie_policy(Engine *engine, const Swept &policy) {
    begin_turn(engine);
    begin_pace(engine, policy.policy_id, policy.limits);
    show_turn(*engine, policy.policy_id, policy.relid, -1);
    show_phase(Phase::kKnots, policy.relid);
    // A worker does not keep the others waiting for what comes last.
    const bool waits = engine->caller == Caller::kWorker && !may_begin_at_once(engine);
    engine->unfinished = engine->unfinished || waits;
    while (!waits && untie(engine, policy.policy_id, policy.relid) && !turn_is_over(engine)) {}
    end_pace(engine);
}

}  // namespace pg_retention
