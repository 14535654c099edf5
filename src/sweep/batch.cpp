#include "sweep/batch.hpp"

#include "schema/own.hpp"
#include "policy/rights.hpp"
#include "clock/decide.hpp"
#include "pg/security.hpp"
#include "pg/settings.hpp"
#include "pg/time.hpp"
#include "rows/act.hpp"
#include "pg/attempt.hpp"
#include "ledger/consequences.hpp"
#include "sweep/record.hpp"
#include "sweep/task.hpp"
#include "sweep/waiting.hpp"

extern "C" {
#include "catalog/pg_type.h"
#include "storage/lmgr.h"
#include "utils/array.h"
#include "utils/lsyscache.h"
}

namespace pg_retention {

namespace {

struct Batch {
    Engine *engine;
    int16_t policy_id;
    Oid leaf;
    Due due;
    int most;             // rows it may take
    core::Start from;     // rows that started then or later
    int n;                // rows it found
    core::Start reached;  // the last of them started then
    ItemPointerData first;
    bool full;
    bool one_by_one;  // all at once has failed
    Totals done;
};

constinit Cursors cursors = {};

// How many rows of a table this backend takes at once: one after a batch that took too long, then twice as many each time, so that a
// row that takes too long is soon alone, and the others go.
struct Pace {
    Oid leaf;
    int most;
    bool row_timed_out;  // the last batch was one such row
};
constexpr int kPaces = 64;
constinit Pace paces[kPaces] = {};

Pace *pace_of(Oid leaf) {
    Pace *pace = &paces[leaf % kPaces];
    if (pace->leaf != leaf) *pace = Pace{leaf, settings::batch_size, false};
    if (pace->most > settings::batch_size) pace->most = settings::batch_size;
    return pace;
}

constexpr char kFailed[] =
    "SELECT coalesce(pg_catalog.array_agg(row_id), '{}') FROM retention.blocked_row WHERE relation = $1 AND NOT columns_only";

// Rows that failed.
Datum blocked_tids(Oid leaf) { return own(kFailed, leaf).first().datum(1); }

// Those whose next attempt is not due, and those whose is.
Datum postponed_tids(Oid leaf) {
    return own(psprintf("%s AND retry_at > $2", kFailed), leaf, at(retention_now())).first().datum(1);
}

Datum retried_tids(Oid leaf) {
    return own(psprintf("%s AND retry_at <= $2", kFailed), leaf, at(retention_now())).first().datum(1);
}

Row *new_rows(int n) { return static_cast<Row *>(palloc0(sizeof(Row) * (n + 1))); }

SqlRows find_by_time(const Target &target, core::Clock first, core::Clock last, const char *which, Datum tids, int most) {
    return run_as(target.owner, kOnceByIndex,
                  psprintf("SELECT ctid, %s FROM ONLY %s WHERE %s AND ctid %s ($3) ORDER BY %s LIMIT %d FOR UPDATE SKIP LOCKED",
                           target.clock, target.table, pending_range(target.clock, 1, 2), which, target.clock, most),
                  clock_value(first), clock_value(last), typed(TIDARRAYOID, tids));
}

void add_found(const SqlRows &found, Row *rows, int *n) {
    for (const SqlRow row : found) rows[(*n)++].tid = row.get<ItemPointerData>(1);
}

// From where the last batch came to: the index still has what that one and those before it deleted. Rows that failed are tried again after
// all others, which they could keep from their turn for ever: two that take too long end the pass over their table.
Row *select_by_time(const Target &target, const core::Cutoffs &cutoffs, Batch *batch, int *n) {
    *n = 0;
    if (cutoffs.due < 0) return nullptr;
    Row *rows = new_rows(batch->most);
    const core::Clock last = core::last_until(batch->policy_id, cutoffs.due);
    const SqlRows found = find_by_time(target, core::first_from(batch->policy_id, batch->from), last, "<> ALL",
                                       blocked_tids(target.leaf), batch->most);
    if (found.n > 0) batch->reached = core::start_of(found[found.n - 1].get<core::Clock>(2));
    add_found(found, rows, n);
    if (*n == batch->most) return rows;
    const Datum retried = retried_tids(target.leaf);
    if (ARR_NDIM(DatumGetArrayTypeP(retried)) > 0)
        add_found(find_by_time(target, core::first_from(batch->policy_id, 0), last, "= ANY", retried, batch->most - *n), rows, n);
    return rows;
}

// And which of them are anonymised already.
Row *select_waiting(const Target &target, const core::Cutoffs &cutoffs, const Batch &batch, int *n) {
    *n = 0;
    if (cutoffs.release < 0) return nullptr;
    const SqlRows found = next_waiting(
        &cursors, Waiting{target.owner, batch.leaf, batch.policy_id, cutoffs.release, batch.most, postponed_tids(target.leaf)});
    *n = static_cast<int>(found.n);
    Row *rows = new_rows(*n);
    for (int i = 0; i < *n; ++i) {
        rows[i].tid = found[i].get<ItemPointerData>(2);
        rows[i].awaiting = (core::flags_of(found[i].get<core::Clock>(3)) & core::kAwaiting) != 0;
    }
    return rows;
}

// Moves the failed rows to the front; with only_tied, only those another row keeps.
int failed(Row *rows, int n, bool only_tied) {
    int kept = 0;
    for (int i = 0; i < n; ++i) {
        if (rows[i].sqlstate == 0 || (only_tied && !is_tied(rows[i]))) continue;
        const Row row = rows[i];
        rows[i] = rows[kept];
        rows[kept++] = row;
    }
    return kept;
}

// Deletes what can go; what a reference keeps is anonymised now and goes with its last reference. Returns how many rows failed, which
// are then the first.
int delete_rows(Batch *batch, const Target &target, const Policy &policy, Row *rows, int n) {
    batch->done[Counter::kDeleted] += act(target, Action::kDelete, rows, n, batch->one_by_one);
    if (policy.anonymises_if_referenced && target.anonymisation != nullptr)
        batch->done[Counter::kAnonymised] += act(target, Action::kAnonymiseAndAwait, rows, failed(rows, n, true));
    return failed(rows, n, false);
}

int anonymise_rows(Batch *batch, const Target &target, Row *rows, int n) {
    batch->done[Counter::kAnonymised] += act(target, Action::kAnonymise, rows, n);
    return failed(rows, n, false);
}

void take_batch(Batch *batch, const Target &target, const Policy &policy, Row *rows, int n) {
    const TimestampTz now = retention_now();
    int blocked = 0;
    switch (policy.action) {
        case PolicyAction::kDelete: blocked = delete_rows(batch, target, policy, rows, n); break;
        case PolicyAction::kAnonymise: blocked = anonymise_rows(batch, target, rows, n); break;
    }
    for (int i = 0; i < blocked; ++i) block_row(batch->policy_id, batch->leaf, rows[i], now, false);
    batch->done[Counter::kBlocked] += blocked;
}

// Rows that were anonymised because something refers to them: deleted once that is gone, and no failure until then.
int take_awaiting(Batch *batch, const Target &target, Row *rows, int n) {
    int awaiting = 0;
    for (int i = 0; i < n; ++i) {
        if (!rows[i].awaiting) continue;
        const Row row = rows[i];
        rows[i] = rows[awaiting];
        rows[awaiting++] = row;
    }
    batch->done[Counter::kDeleted] += act(target, Action::kDelete, rows, awaiting);
    return awaiting;
}

void note_found(Batch *batch, const Row *rows, int n) {
    batch->n = n;
    batch->full = n == batch->most;
    if (n > 0) batch->first = rows[0].tid;
}

// Rows are locked in the subtransaction that deletes them. Locked outside of it each would have two holders, and their entries in indexes
// would not be known for dead: the next batches, and others, would look at them again.
bool delete_together(Batch *batch, const Target &target, const core::Cutoffs &cutoffs) {
    int64 deleted = 0;
    const ErrorData *error = attempt([&] {
        int n = 0;
        const Row *rows = select_by_time(target, cutoffs, batch, &n);
        note_found(batch, rows, n);
        if (n > 0) deleted = act_together(target, Action::kDelete, rows, n);
    });
    batch->one_by_one = error != nullptr;
    batch->done[Counter::kDeleted] += deleted;
    return error == nullptr;
}

void take_found(Batch *batch, const Target &target, const Policy &policy, const core::Cutoffs &cutoffs) {
    int n = 0;
    if (batch->due == Due::kByTime && deletes(policy.action) && batch->most > 1 && delete_together(batch, target, cutoffs))
        return;
    Row *rows =
        batch->due == Due::kByTime ? select_by_time(target, cutoffs, batch, &n) : select_waiting(target, cutoffs, *batch, &n);
    note_found(batch, rows, n);
    if (n == 0) return;
    const int awaiting = take_awaiting(batch, target, rows, n);
    take_batch(batch, target, policy, rows + awaiting, n - awaiting);
}

void run_batch(Batch *batch) {
    // A deferred trigger could not fire while we act as somebody else. The constraints of a transaction that goes on are left as they are.
    if (batch->engine->caller != Caller::kTransactionBlock) run_governed(kOnce, "SET CONSTRAINTS ALL IMMEDIATE");
    LockRelationOid(batch->leaf, RowExclusiveLock);
    const Policy *policy = policy_by_id(batch->policy_id);
    if (policy == nullptr || !enforced(*policy) || !policy->validated || !is_confirmed(*policy)) return;
    if (clock_column(batch->leaf) == InvalidAttrNumber) return;
    const core::Cutoffs cutoffs = cutoffs_of(*policy, retention_now());
    const Target target = target_of(*policy, batch->leaf);
    Account account = {};
    count_consequences(&account, [&] { take_found(batch, target, *policy, cutoffs); });
    if (batch->n == 0) return;
    record_done(batch->engine, policy->id, policy->relid, batch->done);
    record_consequences(account, policy->id, nullptr);
}

// Another batch is worth a try: the rows alone, or those beside the one that takes too long. Two such rows one after the other are a
// table that takes too long.
bool go_on_slowly(const Batch &batch, Pace *pace, const ErrorData *error) {
    pace->most = 1;
    if (batch.n > 1) return true;
    if (batch.n == 0) return false;
    Row row = {};
    row.tid = batch.first;
    set_failure(&row, error);
    block_row(batch.policy_id, batch.leaf, row, retention_now(), false);
    count_blocked_row(batch.engine);
    const bool second = pace->row_timed_out;
    pace->row_timed_out = !second;
    return !second;
}

}  // namespace

bool sweep_batch(Engine *engine, int16_t policy_id, Oid leaf, Due due, core::Start *reached) {
    const Task task = {leaf, policy_id, Work::kRows};
    if (!is_due(engine, task)) return false;
    Pace *pace = pace_of(leaf);
    const Cursor cursor = *cursor_of(&cursors, policy_id, leaf);
    Batch batch = {};
    batch.engine = engine;
    batch.policy_id = policy_id;
    batch.leaf = leaf;
    batch.due = due;
    batch.most = pace->most;
    batch.from = batch.reached = reached == nullptr ? 0 : *reached;
    bool timed_out = false;
    begin_step(engine);
    ErrorData *error = try_task(
        engine, task, [&] { run_batch(&batch); }, &timed_out);
    if (error == nullptr) {
        engine->totals += batch.done;
        if (reached != nullptr) *reached = batch.reached;
        if (batch.n > 0) *pace = Pace{leaf, Min(2 * pace->most, settings::batch_size), false};
    } else {
        *cursor_of(&cursors, policy_id, leaf) = cursor;
        error->message = reason_of(leaf, error, timed_out);
        batch.full = timed_out && go_on_slowly(batch, pace, error);
        if (!batch.full) block_task(engine, task, error);
    }
    end_step(engine);
    return batch.full;
}

}  // namespace pg_retention
