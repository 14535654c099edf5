#include "sweep/batch.hpp"

#include "schema/own.hpp"
#include "policy/attached.hpp"
#include "policy/rights.hpp"
#include "clock/decide.hpp"
#include "policy/holds.hpp"
#include "pg/security.hpp"
#include "pg/settings.hpp"
#include "pg/time.hpp"
#include "rows/act.hpp"
#include "rows/direct_delete.hpp"
#include "pg/attempt.hpp"
#include "ledger/consequences.hpp"
#include "sweep/board.hpp"
#include "sweep/due_rows.hpp"
#include "sweep/fuse.hpp"
#include "sweep/limits.hpp"
#include "sweep/pause.hpp"
#include "sweep/record.hpp"
#include "sweep/task.hpp"
#include "sweep/waiting.hpp"
#include "sweep/whole_partition.hpp"
#include "sweep/vacuum.hpp"

extern "C" {
#include "access/table.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "executor/instrument.h"
#include "portability/instr_time.h"
#include "storage/lmgr.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/snapmgr.h"
}

namespace pg_retention {

namespace {

enum class Due : uint8_t {
    kByTime,   // their time is over
    kWaiting,  // anonymised rows that a foreign key kept, and rows an erasure left to the law
};

struct Batch {
    Engine *engine;
    int16_t policy_id;
    Oid leaf;
    Due due;
    DueRows *rows;             // of Due::kByTime
    ItemPointerData *retried;  // of Due::kByTime: of those that failed before, up to which they were tried again in this pass
    ItemPointerData retries;   // and up to which this batch did
    int most;                  // rows it takes at once
    int64 left;                // rows that the fuse, and the pace of the policy, let it take
    uint64 wal;                // that was written before it
    bool careful;              // the last batch failed, or took too long
    int n;                     // rows it found
    ItemPointerData first;
    bool full;
    bool has_failed;   // all at once, or would
    bool rows_failed;  // some of them
    bool too_many;     // and they are too many for that
    bool whole;        // what ended the step was the look at all rows
    Totals done;
    bool approved;       // some of them, and what goes along with them
    Consequence beyond;  // what would have gone along, and was too much
};

constinit Cursors cursors = {};

// How many rows of a table this backend takes at once. As many as take the time that is wanted; one after a batch that took too long, then
// more and more, so that a row that takes too long is soon alone, and the others go.
struct Pace {
    Oid leaf;
    int most;
    bool careful;
    bool row_timed_out;  // the last batch was one such row
    bool too_large;      // to be looked at as a whole
    bool rows_failed;    // of the last batch: the next one need not be tried all at once
};
constexpr int kPaces = 64;
constinit Pace paces[kPaces] = {};

constexpr int kMostAtOnce = 20000;

// Milliseconds. A sweep that pauses works in short pieces, which delay others by no more than that; a statement has costs of its own.
double wanted(const Engine &engine, bool by_statement) {
    const double wanted = engine.limits.transaction_time;
    if (nice_ratio(engine) == 0) return wanted;
    return Min(wanted, by_statement ? 10 : 2);
}

int limited(const Engine &engine, int most) {
    const int limit = settings::batch_size > 0 ? settings::batch_size : kMostAtOnce;
    return static_cast<int>(Min(Min(most, limit), most_at_once(engine.limits)));
}

// Each pass of a worker may be another process, and knows nothing yet of triggers that take long: it begins with few rows.
int first_rows(const Engine &engine) {
    constexpr int kFew = 100;
    if (settings::batch_size > 0) return settings::batch_size;
    return nice_ratio(engine) == 0 ? Min(settings::rows_at_once(), 10 * engine.limits.transaction_time) : kFew;
}

Pace *pace_of(const Engine &engine, Oid leaf) {
    Pace *pace = &paces[leaf % kPaces];
    if (pace->leaf != leaf) *pace = Pace{leaf, first_rows(engine), false, false, false, false};
    pace->most = limited(engine, pace->most);
    return pace;
}

double milliseconds_since(instr_time began) {
    instr_time now;
    INSTR_TIME_SET_CURRENT(now);
    INSTR_TIME_SUBTRACT(now, began);
    return INSTR_TIME_GET_MILLISEC(now);
}

// After a batch that was done in so many milliseconds. Where the number is given, it is what batches come back to.
void adjust(Pace *pace, const Batch &batch, double took) {
    if (batch.n == 0) return;
    const bool by_time = settings::batch_size == 0;
    double most = pace->most;
    const double well = wanted(*batch.engine, true);
    if (!by_time || (took < well / 2 && batch.n >= pace->most)) most *= 2;
    if (by_time && took > 2 * well && batch.n <= pace->most) most *= well / took;
    if (is_enough_wal(batch.engine->limits, pgWalUsage.wal_bytes - batch.wal)) most = Min(most, batch.n) / 2;
    *pace = Pace{pace->leaf,       limited(*batch.engine, most < 1 ? 1 : static_cast<int>(most)), false, false, pace->too_large,
                 batch.rows_failed};
}

constexpr char kFailed[] =
    "SELECT coalesce(pg_catalog.array_agg(row_id), '{}') FROM retention.blocked_row WHERE relation = $1 AND NOT columns_only";

// Rows that failed.
Datum blocked_tids(Oid leaf) { return own(kFailed, leaf).first().datum(1); }

// Those whose next attempt is not due, and those whose is.
Datum postponed_tids(Oid leaf) {
    return own(psprintf("%s AND retry_at > $2", kFailed), leaf, at(retention_now())).first().datum(1);
}

// Of the latter the next ones.
int retried_tids(Oid leaf, const ItemPointerData &after, int most, ItemPointerData **tids) {
    const SqlRows found = own(
        "SELECT row_id FROM retention.blocked_row WHERE relation = $1 AND NOT columns_only AND retry_at <= $2 AND row_id > $3 "
        "ORDER BY row_id LIMIT $4",
        leaf, at(retention_now()), after, most);
    *tids = static_cast<ItemPointerData *>(palloc(sizeof(ItemPointerData) * (found.n + 1)));
    int n = 0;
    for (const SqlRow row : found) (*tids)[n++] = row.get<ItemPointerData>(1);
    return n;
}

Row *new_rows(int n) { return static_cast<Row *>(palloc0(sizeof(Row) * static_cast<size_t>(n + 1))); }

DueRange range_of(const Batch &batch, const core::Cutoffs &cutoffs) {
    return {core::first_from(batch.policy_id, 0), core::last_until(batch.policy_id, cutoffs.due)};
}

// Those of the rows that are still due and nobody else holds, locked. By their places: the index on the clock would give all that are due.
Row *lock(const Target &target, DueRange range, const ItemPointerData *tids, int wanted, int *n) {
    const SqlRows found =
        run_as(target.owner, kGeneric,
               psprintf("SELECT ctid FROM ONLY %s WHERE ctid = ANY ($3) AND (%s) IS TRUE FOR UPDATE SKIP LOCKED", target.table,
                        pending_range(target.clock, 1, 2)),
               clock_value(range.first), clock_value(range.last), typed(TIDARRAYOID, tid_array(tids, wanted)));
    Row *rows = new_rows(static_cast<int>(found.n));
    *n = 0;
    for (const SqlRow row : found) rows[(*n)++].tid = row.get<ItemPointerData>(1);
    found.free();
    return rows;
}

// Runs body(look) over the table as the transaction's next statement would see it.
template <typename F>
void look_at_rows(const Batch &batch, DueRange range, F body) {
    Relation rel = table_open(batch.leaf, NoLock);
    const Datum blocked = blocked_tids(batch.leaf);
    CommandCounterIncrement();
    PushCopiedSnapshot(GetTransactionSnapshot());
    UpdateActiveSnapshotCommandId();
    find_due(batch.rows, batch.engine->context, rel, range);
    Look look = begin_look(rel, range, blocked);
    body(&look);
    end_look(look);
    PopActiveSnapshot();
    table_close(rel, NoLock);
}

// The next rows in the order of the table.
Row *select_by_time(const Target &target, const core::Cutoffs &cutoffs, Batch *batch, int *n) {
    const DueRange range = range_of(*batch, cutoffs);
    auto *tids = static_cast<ItemPointerData *>(palloc(sizeof(ItemPointerData) * static_cast<size_t>(batch->most)));
    int found = 0;
    look_at_rows(*batch, range, [&](Look *look) {
        ItemPointerData tid = {};
        while (found < batch->most && next_due(batch->rows, &tid))
            if (is_still_due(look, tid)) tids[found++] = look->slot->tts_tid;
    });
    return lock(target, range, tids, found, n);
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
    batch->done[Counter::kDeleted] += act(target, Action::kDelete, rows, n, batch->has_failed);
    batch->rows_failed = failed(rows, n, false) > 0;
    if (policy.anonymises_if_referenced && target.anonymisation != nullptr)
        batch->done[Counter::kAnonymised] += act(target, Action::kAnonymiseAndAwait, rows, failed(rows, n, true));
    return failed(rows, n, false);
}

int anonymise_rows(Batch *batch, const Target &target, Row *rows, int n) {
    batch->done[Counter::kAnonymised] += act(target, Action::kAnonymise, rows, n, batch->has_failed);
    const int blocked = failed(rows, n, false);
    batch->rows_failed = blocked > 0;
    return blocked;
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

// Where nothing is fired for the rows they are deleted as they are found, for so long.
bool is_enough(const Batch &batch, const DirectDelete &act, instr_time began) {
    if (batch.n >= batch.left) return true;
    const bool by_time = !act.fires && !batch.careful && settings::batch_size == 0;
    if (!by_time) return batch.n >= batch.most;
    return batch.n % 256 == 255 && (milliseconds_since(began) > wanted(*batch.engine, false) ||
                                    is_enough_wal(batch.engine->limits, pgWalUsage.wal_bytes - batch.wal));
}

struct Locked {
    ItemPointerData *tids;
    int n;
    int room;
};

void add(Locked *to, const ItemPointerData &tid) {
    if (to->n == to->room) {
        to->room = 2 * to->room + 16;
        const Size size = sizeof(ItemPointerData) * static_cast<Size>(to->room);
        to->tids = static_cast<ItemPointerData *>(to->tids == nullptr ? palloc(size) : repalloc_huge(to->tids, size));
    }
    to->tids[to->n++] = tid;
}

// What somebody has locked is left to the next pass; in a transaction block that may be the caller.
int64 delete_locked(const Batch &batch, const Target &target, DueRange range, const Locked &locked) {
    int n = 0;
    if (batch.engine->caller != Caller::kTransactionBlock || locked.n == 0) return 0;
    const Row *rows = lock(target, range, locked.tids, locked.n, &n);
    return n > 0 ? act_together(target, Action::kDelete, rows, n) : 0;
}

// False: a hold for single rows came before the rows that are seen, and each is to be asked about.
bool delete_without_statement(Batch *batch, const Target &target, DueRange range, int64 *deleted) {
    int64 done = 0;
    Locked locked = {};
    instr_time began;
    bool direct = true;
    INSTR_TIME_SET_CURRENT(began);
    look_at_rows(*batch, range, [&](Look *look) {
        AcceptInvalidationMessages();
        direct = !may_hold_rows(batch->leaf);
        if (!direct) return;
        const ActingAs saved = act_as(target.owner, true);
        const DirectDelete act = begin_direct_delete(look->rel);
        ItemPointerData tid = {};
        while (!is_enough(*batch, act, began) && next_due(batch->rows, &tid)) {
            CHECK_FOR_INTERRUPTS();
            if (!is_still_due(look, tid)) continue;
            if (batch->n++ == 0) batch->first = look->slot->tts_tid;
            const Deleted one = delete_directly(act, &look->slot->tts_tid);
            if (one == Deleted::kDone) ++done;
            if (one == Deleted::kLocked) add(&locked, look->slot->tts_tid);
        }
        end_direct_delete(act);
        leave(saved);
    });
    *deleted = done + delete_locked(*batch, target, range, locked);
    return direct;
}

bool is_direct(const Batch &batch, const Target &target) {
    Relation rel = table_open(batch.leaf, NoLock);
    const bool direct = may_delete_directly(rel, target.owner);
    table_close(rel, NoLock);
    return direct;
}

// In a subtransaction that takes and deletes them. Locked outside of it each would have two holders, and their entries in indexes would not be
// known for dead: later passes, and others, would look at them again.
bool delete_together(Batch *batch, const Target &target, const core::Cutoffs &cutoffs) {
    int64 deleted = 0;
    const bool direct = is_direct(*batch, target);
    const ErrorData *error = attempt([&] {
        if (direct && delete_without_statement(batch, target, range_of(*batch, cutoffs), &deleted)) return;
        int n = 0;
        const Row *rows = select_by_time(target, cutoffs, batch, &n);
        note_found(batch, rows, n);
        if (n > 0) deleted = act_together(target, Action::kDelete, rows, n);
    });
    batch->has_failed = error != nullptr;
    batch->done[Counter::kDeleted] += deleted;
    return error == nullptr;
}

void take_next(Batch *batch, const Target &target, const Policy &policy, const core::Cutoffs &cutoffs) {
    if (deletes(policy.action) && batch->most > 1 && !batch->has_failed) {
        if (delete_together(batch, target, cutoffs)) return;
        hand_out_again(batch->rows);
        // What failed is looked for among fewer.
        batch->too_many = batch->n > settings::rows_at_once();
        if (batch->too_many) return;
    }
    int n = 0;
    Row *rows = select_by_time(target, cutoffs, batch, &n);
    note_found(batch, rows, n);
    if (n > 0) take_batch(batch, target, policy, rows, n);
}

// Rows that failed are tried again after all others, which they could keep from their turn for ever: two that take too long end the pass over
// their table. In a batch of their own: what they undo is theirs alone.
void take_retried(Batch *batch, const Target &target, const Policy &policy, const core::Cutoffs &cutoffs) {
    ItemPointerData *tids = nullptr;
    const int retried = retried_tids(target.leaf, *batch->retried, batch->most, &tids);
    int n = 0;
    batch->full = retried > 0 && batch->n > 0;
    if (retried == 0 || batch->full) return;
    batch->retries = tids[retried - 1];
    Row *rows = lock(target, range_of(*batch, cutoffs), tids, retried, &n);
    note_found(batch, rows, n);
    batch->has_failed = false;
    batch->full = retried == batch->most;
    if (n > 0) take_batch(batch, target, policy, rows, n);
}

void take_by_time(Batch *batch, const Target &target, const Policy &policy, const core::Cutoffs &cutoffs) {
    if (cutoffs.due < 0) return;
    take_next(batch, target, policy, cutoffs);
    batch->full = has_more(batch->rows);
    if (!batch->full) take_retried(batch, target, policy, cutoffs);
}

void take_waiting(Batch *batch, const Target &target, const Policy &policy, const core::Cutoffs &cutoffs) {
    int n = 0;
    Row *rows = select_waiting(target, cutoffs, *batch, &n);
    note_found(batch, rows, n);
    if (n == 0) return;
    const int awaiting = take_awaiting(batch, target, rows, n);
    take_batch(batch, target, policy, rows + awaiting, n - awaiting);
}

void take_found(Batch *batch, const Target &target, const Policy &policy, const core::Cutoffs &cutoffs) {
    switch (batch->due) {
        case Due::kByTime: return take_by_time(batch, target, policy, cutoffs);
        case Due::kWaiting: return take_waiting(batch, target, policy, cutoffs);
    }
}

// Once in a pass. In a transaction block the lock would last. Where other databases wait for a worker there is no time for a look at all rows,
// which may end without a row gone.
bool take_whole(Batch *batch, const Target &target, const Policy &policy, const core::Cutoffs &cutoffs) {
    const bool is_first = batch->due == Due::kByTime && !batch->rows->found;
    if (!is_first || others_wait() || cutoffs.due < 0 || !deletes(policy.action) ||
        batch->engine->caller == Caller::kTransactionBlock || pace_of(*batch->engine, batch->leaf)->too_large)
        return false;
    batch->whole = true;
    batch->done[Counter::kDeleted] = empty_if_due(target, range_of(*batch, cutoffs), batch->left);
    batch->whole = false;
    if (batch->done[Counter::kDeleted] == 0) return false;
    batch->n = 1;
    count_taken(policy, batch->done[Counter::kDeleted]);
    record_done(batch->engine, policy.id, policy.relid, batch->done);
    return true;
}

// Whether the fuse lets it take any. Where it does not, and there are some, the policy waits from now on.
bool may_take(Batch *batch, const Target &target, const Policy &policy, const core::Cutoffs &cutoffs) {
    const Allowed allowed = batch->due == Due::kByTime ? allowed_of(policy) : Allowed{kNoLimit, false};
    batch->left = Min(allowed.rows, most_at_once(batch->engine->limits));
    batch->approved = allowed.approved;
    if (batch->left < batch->most) batch->most = static_cast<int>(batch->left);
    if (batch->left > 0) return true;
    const DueRange range = range_of(*batch, cutoffs);
    const SqlRows due =
        run_as(target.owner, kAny, psprintf("SELECT FROM ONLY %s WHERE %s", target.table, pending_range(target.clock, 1, 2)),
               clock_value(range.first), clock_value(range.last));
    if (cutoffs.due >= 0 && due.n > 0) blow_fuse(policy);
    return false;
}

void run_batch(Batch *batch) {
    // A deferred trigger could not fire while we act as somebody else. The constraints of a transaction that goes on are left as they are.
    if (batch->engine->caller != Caller::kTransactionBlock) run_governed(kOnce, "SET CONSTRAINTS ALL IMMEDIATE");
    LockRelationOid(batch->leaf, RowExclusiveLock);
    const Policy *policy = policy_by_id(batch->policy_id);
    if (policy == nullptr || !enforced(*policy) || !policy->validated || !is_confirmed(*policy)) return;
    if (is_stopped_by_now(policy->id)) return;
    // A partition may be detached between two steps.
    if (!is_part_of(batch->leaf, policy->relid)) return;
    if (clock_column(batch->leaf) == InvalidAttrNumber || is_being_stamped(batch->leaf)) return;
    keep_holds_off(batch->leaf);
    if (whole_hold(batch->leaf, policy->id) != nullptr) return;
    const core::Cutoffs cutoffs = cutoffs_of(*policy, retention_now());
    Target target = target_of(*policy, batch->leaf);
    target.swept = policy;
    if (!may_take(batch, target, *policy, cutoffs) || take_whole(batch, target, *policy, cutoffs)) return;
    Account account = {};
    refuse_held(&account, policy->id);
    count_consequences(&account, [&] { take_found(batch, target, *policy, cutoffs); });
    if (batch->n == 0) return;
    if (!may_go_along(account, batch->approved, &batch->beyond))
        ereport(ERROR, (errcode(ERRCODE_CONFIGURATION_LIMIT_EXCEEDED), errmsg("more rows would go along than may")));
    if (batch->due == Due::kByTime) count_taken(*policy, batch->done[Counter::kDeleted] + batch->done[Counter::kAnonymised]);
    record_done(batch->engine, policy->id, policy->relid, batch->done);
    note_gone_along(batch->engine, account);
    record_consequences(account, policy->id, nullptr);
}

// Another batch is worth a try: rows of a table that is too large to be looked at as a whole, the rows alone, or those beside the one that takes too long. Two such rows one after the other are a
// table that takes too long.
bool go_on_slowly(const Batch &batch, Pace *pace, const ErrorData *error) {
    if (batch.whole) {
        pace->too_large = true;
        return true;
    }
    pace->most = 1;
    pace->careful = true;
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

void note_done(const Batch &batch, Pace *pace, double took) {
    batch.engine->totals += batch.done;
    if (batch.too_many) {
        pace->most = settings::rows_at_once();
        pace->careful = true;
        return;
    }
    adjust(pace, batch, took);
    if (batch.rows != nullptr) finish_batch(batch.rows);
    if (batch.retried != nullptr) *batch.retried = batch.retries;
}

bool note_failed(Batch *batch, Pace *pace, const Task &task, ErrorData *error, bool timed_out) {
    const Policy *policy = policy_by_id(batch->policy_id);
    if (OidIsValid(batch->beyond.relid) && policy != nullptr) {
        blow_fuse(*policy, batch->beyond);
        return false;
    }
    error->message = reason_of(batch->leaf, error, timed_out);
    const bool again = timed_out && go_on_slowly(*batch, pace, error);
    if (!again) block_task(batch->engine, task, error);
    return again;
}

// One step. True: there may be more.
bool sweep_batch(Batch batch) {
    const Task task = {batch.leaf, batch.policy_id, Work::kRows};
    if (!is_due(batch.engine, task)) return false;
    if (!wait_for_pace(batch.engine)) return false;
    const Spent before = spent_so_far(*batch.engine);
    batch.wal = before.wal;
    Pace *pace = pace_of(*batch.engine, batch.leaf);
    const Cursor cursor = *cursor_of(&cursors, batch.policy_id, batch.leaf);
    batch.most = pace->most;
    batch.careful = pace->careful;
    batch.has_failed = pace->rows_failed;
    if (batch.retried != nullptr) batch.retries = *batch.retried;
    bool timed_out = false;
    instr_time began;
    INSTR_TIME_SET_CURRENT(began);
    if (batch.rows != nullptr) hand_out_again(batch.rows);
    begin_step(batch.engine);
    ErrorData *error = try_task(
        batch.engine, task, [&] { run_batch(&batch); }, &timed_out);
    if (error == nullptr) {
        note_done(batch, pace, milliseconds_since(began));
    } else {
        *cursor_of(&cursors, batch.policy_id, batch.leaf) = cursor;
        batch.full = note_failed(&batch, pace, task, error, timed_out);
    }
    end_step(batch.engine);
    owe_for(*batch.engine, before);
    return batch.full;
}

}  // namespace

bool sweep_due(Engine *engine, int16_t policy_id, Oid leaf) {
    DueRows rows = {};
    ItemPointerData retried = {};
    Batch batch = {};
    batch.engine = engine;
    batch.policy_id = policy_id;
    batch.leaf = leaf;
    batch.due = Due::kByTime;
    batch.retried = &retried;
    batch.rows = &rows;
    bool in_time = true;
    while (in_time && sweep_batch(batch)) in_time = !turn_is_over(engine);
    forget_due(&rows);
    return in_time;
}

void sweep_waiting(Engine *engine, int16_t policy_id, Oid leaf) {
    Batch batch = {};
    batch.engine = engine;
    batch.policy_id = policy_id;
    batch.leaf = leaf;
    batch.due = Due::kWaiting;
    // A worker ends with its pass, and the next one would begin with the same rows.
    while (sweep_batch(batch) && engine->caller == Caller::kWorker && !turn_is_over(engine)) {}
}

}  // namespace pg_retention
