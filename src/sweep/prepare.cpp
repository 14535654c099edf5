#include "sweep/prepare.hpp"

#include "schema/own.hpp"
#include "policy/armed.hpp"
#include "policy/attached.hpp"
#include "policy/policy_triggers.hpp"
#include "policy/preparation.hpp"
#include "policy/provision.hpp"
#include "clock/stamp.hpp"
#include "pg/security.hpp"
#include "pg/attempt.hpp"
#include "pg/cause.hpp"
#include "sweep/declarations.hpp"
#include "sweep/index.hpp"
#include "sweep/progress.hpp"
#include "sweep/task.hpp"
#include "sweep/turns.hpp"

extern "C" {
#include "access/table.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "portability/instr_time.h"
#include "storage/bufmgr.h"
#include "storage/lmgr.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
}

namespace pg_retention {

namespace {

constexpr BlockNumber kBlocksPerStep = 256;
constexpr BlockNumber kBlocksAtOnce = 4;
// How long somebody who wants a row that was just stamped has to wait for it.
constexpr double kMillisecondsPerStep = 100;
constexpr double kMillisecondsPerPass = 5000;

// How far this backend has come in a table. A backend that starts anew starts over: reading again is cheap.
struct Progress {
    Oid relid;
    Oid leaf;           // being stamped; invalid: none yet
    BlockNumber block;  // next one of it
    int64 done;         // blocks stamped, as the table's row in preparation says
};
constinit Progress progress = {};

enum class Step : uint8_t { kMore, kStamped, kSkipped, kBusy };

BlockNumber blocks_of(Oid leaf) {
    Relation rel = table_open(leaf, AccessShareLock);
    const BlockNumber blocks = RelationGetNumberOfBlocks(rel);
    table_close(rel, AccessShareLock);
    return blocks;
}

// Moves on to the next chunk. False: all tables are done.
bool next_chunk(BlockNumber *to, int64 *total) {
    ListCell *cell = nullptr;
    bool found = false;
    *total = 0;
    foreach (cell, leaves_of(progress.relid)) {
        const Oid leaf = lfirst_oid(cell);
        const BlockNumber blocks = blocks_of(leaf);
        *total += blocks;
        if (found || leaf < progress.leaf) continue;
        const BlockNumber from = leaf == progress.leaf ? progress.block : 0;
        if (from >= blocks || clock_column(leaf) == InvalidAttrNumber) continue;
        progress.leaf = leaf;
        progress.block = from;
        *to = blocks - from > kBlocksPerStep ? from + kBlocksPerStep : blocks;
        found = true;
    }
    return found;
}

double milliseconds_since(const instr_time &started) {
    instr_time now;
    INSTR_TIME_SET_CURRENT(now);
    INSTR_TIME_SUBTRACT(now, started);
    return INSTR_TIME_GET_MILLISEC(now);
}

// Until the chunk is done or the time of a step is over; at least a little, so that there is progress.
void stamp_blocks(BlockNumber to, int64 *skipped) {
    List *declared_anew = columns_declared_anew(progress.relid);
    instr_time started;
    INSTR_TIME_SET_CURRENT(started);
    do {
        const BlockNumber end = to - progress.block > kBlocksAtOnce ? progress.block + kBlocksAtOnce : to;
        (void) restamp_blocks(progress.leaf, progress.block, end, declared_anew, skipped);
        progress.done += end - progress.block;
        progress.block = end;
    } while (progress.block < to && milliseconds_since(started) < kMillisecondsPerStep);
}

// Locks the table's row, so that a change of policy waits for the chunk and then starts it all over.
bool lock_preparation(Oid relid) {
    const SqlRows found = own("SELECT next_block FROM retention.preparation WHERE relation = $1 AND NOT stamped "
                              "FOR UPDATE SKIP LOCKED",
                              relid);
    if (found.n == 0) return false;
    const auto done = found.first().get<int64>(1);
    if (progress.relid != relid || progress.done != done || done == 0) progress = Progress{relid, InvalidOid, 0, done};
    return true;
}

void save_progress(int64 total, int64 skipped, bool stamped) {
    own("UPDATE retention.preparation SET next_block = $2, total_blocks = $3, stamped = $5, problem = NULL, "
        "skipped = CASE WHEN $4 < 0 THEN 0 ELSE skipped + $4 END WHERE relation = $1",
        progress.relid, progress.done, total, skipped, stamped);
}

bool skipped_any(Oid relid) {
    return own("SELECT 1 FROM retention.preparation WHERE relation = $1 AND skipped > 0", relid).n > 0;
}

void wait_for_writers(Oid relid) {
    LOCKTAG tag;
    SET_LOCKTAG_RELATION(tag, MyDatabaseId, relid);
    WaitForLockers(tag, ShareLock, false);
}

Step stamp_chunk(Oid relid) {
    if (!lock_preparation(relid)) return Step::kBusy;
    if (progress.done == 0) {
        // Whoever wrote under the old policies must have ended, or their rows would be missed.
        wait_for_writers(relid);
        ListCell *cell = nullptr;
        foreach (cell, leaves_of(relid))
            if (lfirst_oid(cell) != relid) wait_for_writers(lfirst_oid(cell));
    }
    BlockNumber to = 0;
    int64 total = 0, skipped = 0;
    if (next_chunk(&to, &total)) {
        stamp_blocks(to, &skipped);
        save_progress(total, skipped, false);
        return Step::kMore;
    }
    const bool again = skipped_any(relid);
    if (again) progress.done = 0;
    save_progress(total, -1, !again);
    progress = Progress{};
    return again ? Step::kSkipped : Step::kStamped;
}

void set_problem(Oid relid, const char *problem) {
    own("UPDATE retention.preparation SET problem = $2 WHERE relation = $1 AND problem IS DISTINCT FROM $2", relid, problem);
}

bool has_unvalidated(Oid relid) {
    int count = 0;
    const Policy *policy = all_policies(&count);
    for (int i = 0; i < count; ++i)
        if (policy[i].relid == relid && !policy[i].validated) return true;
    return false;
}

// A partition that was detached again before it was stamped is its owner's own: its clocks say what they said.
// Under policies that are off, clocks from elsewhere stay unknown.
bool is_left(Oid relid) { return (awaits_stamps(relid) || has_foreign_clock(relid)) && standing_policies(relid) == NIL; }

// False: there is nothing to stamp, or the policies do not fit the schema.
bool validate(Oid relid) {
    const bool gone = !OidIsValid(get_rel_type_id(relid));
    if (gone || is_left(relid)) {
        own("DELETE FROM retention.preparation WHERE relation = $1", relid);
        if (!gone) attached_is_stamped(relid);
        return false;
    }
    if (clock_column(relid) == InvalidAttrNumber && !has_unvalidated(relid))
        own("DELETE FROM retention.preparation WHERE relation = $1", relid);
    char *problem = nullptr;
    if (has_unvalidated(relid) && !validate_relation(relid, &problem)) {
        set_problem(relid, problem);
        return false;
    }
    return clock_column(relid) != InvalidAttrNumber;
}

// True: its rows are to be stamped once more.
bool set_ready(Oid relid) {
    const SqlRows done = own("DELETE FROM retention.preparation WHERE relation = $1 AND stamped RETURNING planned_at", relid);
    if (done.n == 0) return false;
    arm_again(relid, done.first().get<TimestampTz>(1));
    attached_is_stamped(relid);
    SqlRows ready = {};
    during(own_policy_write, true, [&] {
        ready =
            own("UPDATE retention.policy SET ready = true WHERE relation = $1 AND validated AND NOT ready RETURNING policy_id",
                relid);
    });
    // Rows that another policy had meanwhile fall under it only now.
    for (const SqlRow row : ready) {
        const Policy *policy = policy_by_id(row.get<int16>(1));
        if (policy == nullptr || policy->mode != Mode::kEnforce || !shares_rows(*policy)) continue;
        plan_preparation(relid);
        return true;
    }
    return false;
}

template <typename F>
bool prepare_step(Engine *engine, Oid relid, Work work, F &&body) {
    bool timed_out = false;
    const Task task = {relid, 0, work};
    begin_step(engine);
    ErrorData *error = try_task(engine, task, body, &timed_out);
    if (error != nullptr) {
        error->message = reason_of(relid, error, timed_out);
        block_task(engine, task, error);
        const ErrorData *second = attempt([&] { set_problem(relid, cause_of(error)); });
        if (second != nullptr) note_problem(engine, "recording a problem", second);
    }
    end_step(engine);
    return error == nullptr;
}

// False: time is up.
bool stamp(Engine *engine, Oid relid, const instr_time &started, bool *stamped) {
    for (;;) {
        Step result = Step::kBusy;
        if (!prepare_step(engine, relid, Work::kPreparation, [&] { result = stamp_chunk(relid); })) return true;
        *stamped = result == Step::kStamped;
        if (result != Step::kMore) return true;
        if (engine->caller == Caller::kWorker && milliseconds_since(started) > kMillisecondsPerPass) return false;
    }
}

struct Planned {
    Oid relid;
    bool stamped;
};

// True: it is to be prepared once more.
bool prepare_table(Engine *engine, Planned table, const instr_time &started) {
    bool valid = false, again = false;
    show_phase(Phase::kPreparing, table.relid);
    if (!is_due(engine, Task{table.relid, 0, Work::kTable}) || !is_due(engine, Task{table.relid, 0, Work::kPreparation}))
        return false;
    if (!prepare_step(engine, table.relid, Work::kTable, [&] { valid = validate(table.relid); }) || !valid) return false;
    bool stamped = table.stamped;
    if (!stamped && !stamp(engine, table.relid, started, &stamped)) engine->unfinished = engine->stamping = true;
    if (!stamped) return false;
    if (engine->caller == Caller::kWorker && !build_missing_indexes(engine, table.relid)) return false;
    const bool ready = prepare_step(engine, table.relid, Work::kPreparation, [&] {
        // Takes over the partitions' indexes; a new partition will get its own.
        if (!is_indexed(table.relid)) provide_index(table.relid);
        adopt_clock(table.relid);
        again = set_ready(table.relid);
    });
    if (ready) engine->unfinished = true;
    return ready && again;
}

}  // namespace

void prepare_tables(Engine *engine) {
    instr_time started;
    INSTR_TIME_SET_CURRENT(started);
    engine->unpaced = true;
    notice_declarations(engine);
    begin_step(engine);
    if (may_lack_indexes()) plan_missing_indexes();
    const SqlRows found = own("SELECT relation::oid, stamped FROM retention.preparation ORDER BY relation");
    const auto n = static_cast<int>(found.n);
    auto *tables = static_cast<Planned *>(MemoryContextAlloc(engine->context, sizeof(Planned) * (n + 1)));
    for (int i = 0; i < n; ++i) tables[i] = Planned{found[i].get<Oid>(1), found[i].get<bool>(2)};
    end_step(engine);
    for (int i = 0; i < n; ++i)
        if (prepare_table(engine, tables[i], started) && engine->caller != Caller::kWorker)
            (void) prepare_table(engine, Planned{tables[i].relid, false}, started);
    engine->unpaced = false;
}

}  // namespace pg_retention
