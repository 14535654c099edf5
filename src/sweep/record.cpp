#include "sweep/record.hpp"

#include "core/time/backoff.hpp"
#include "pg/event.hpp"
#include "pg/cause.hpp"
#include "ledger/ledger.hpp"
#include "policy/policy_cache.hpp"
#include "pg/time.hpp"

extern "C" {
#include "catalog/pg_type.h"
#include "utils/builtins.h"
}

namespace pg_retention {

static uint64_t who_is(Oid leaf, const ItemPointerData &tid) {
    return static_cast<uint64_t>(leaf) << 48 ^ static_cast<uint64_t>(ItemPointerGetBlockNumberNoCheck(&tid)) << 16 ^
           ItemPointerGetOffsetNumberNoCheck(&tid);
}

void block_row(int16_t policy_id, Oid leaf, const Row &row, TimestampTz now, bool columns_only) {
    const int32 attempts =
        own("INSERT INTO retention.blocked_row AS b (policy_id, relation, row_id, sqlstate, reason, first_failed, "
            "retry_at, columns_only, cause) VALUES ($1, $2, $3, $4, $5, $6, $6, $7, $8) ON CONFLICT (relation, row_id) DO UPDATE "
            "SET policy_id = excluded.policy_id, sqlstate = excluded.sqlstate, reason = excluded.reason, cause = excluded.cause, "
            "attempts = b.attempts + 1, columns_only = b.columns_only AND excluded.columns_only RETURNING attempts",
            policy_id, leaf, row.tid, unpack_sql_state(row.sqlstate), reason_with_detail(row.reason, row.detail), at(now),
            columns_only, row.cause)
            .first()
            .get<int32>(1);
    // What waits for another policy's pause, window or fuse waits no longer for that than ten minutes.
    const int64 longest = row.sqlstate == ERRCODE_OBJECT_IN_USE ? 10 * USECS_PER_MINUTE : core::kLongestRetry;
    own("UPDATE retention.blocked_row SET retry_at = $3 WHERE relation = $1 AND row_id = $2", leaf, row.tid,
        at(now + Min(core::retry_after(attempts, who_is(leaf, row.tid)), longest)));
    const Policy *policy = policy_by_id(policy_id);
    if (attempts == 1 && policy != nullptr) tell_listeners(psprintf("policy blocked %s", policy->name));
}

char *sum_of_counters() {
    StringInfoData sum;
    initStringInfo(&sum);
    for (size_t i = 0; i < kCounters; ++i) appendStringInfo(&sum, "%s%s", i == 0 ? "" : " + ", name_of(static_cast<Counter>(i)));
    return sum.data;
}

namespace {

void count_in_run(const Engine *engine, const Totals &done) {
    SqlValue values[kCounters + 1] = {sql_value(engine->run_id)};  // $1
    StringInfoData sql;
    initStringInfo(&sql);
    appendStringInfoString(&sql, "UPDATE retention.sweep_run SET ");
    for (size_t i = 0; i < kCounters; ++i) {
        const char *column = name_of(static_cast<Counter>(i));
        values[i + 1] = sql_value(done.rows[i]);
        appendStringInfo(&sql, "%s%s = %s + $%d", i == 0 ? "" : ", ", column, column, static_cast<int>(i) + 2);
    }
    appendStringInfoString(&sql, " WHERE run_id = $1");
    run_values_as(extension_owner(), kKeptWriting, sql.data, values, kCounters + 1);
}

// By the hours of UTC: the one under way, and the one before it.
void count_in_hour(int16_t policy_id, int64 rows) {
    const TimestampTz now = retention_now();
    if (rows == 0) return;
    own("INSERT INTO retention.sweep_rate AS r (policy_id, last_at, hour, taken, taken_before) VALUES ($1, $2, $3, $4, 0) "
        "ON CONFLICT (policy_id) DO UPDATE SET last_at = excluded.last_at, hour = excluded.hour, "
        "taken = excluded.taken + CASE WHEN r.hour = excluded.hour THEN r.taken ELSE 0 END, "
        "taken_before = CASE r.hour WHEN excluded.hour THEN r.taken_before WHEN excluded.hour - pg_catalog.make_interval(hours => 1) THEN r.taken ELSE 0 END",
        policy_id, at(now), at(now - now % USECS_PER_HOUR), rows);
}

}  // namespace

void record_done(const Engine *engine, int16_t policy_id, Oid relid, const Totals &done) {
    if (done.is_nothing()) return;
    count_in_run(engine, done);
    count_in_hour(policy_id, done[Counter::kDeleted] + done[Counter::kAnonymised] + done[Counter::kColumns]);
    for (size_t i = 0; i < kCounters; ++i) {
        LedgerEntry entry = {};
        if (done.rows[i] == 0 || !find_ledger_action(static_cast<Counter>(i), &entry.action)) continue;
        entry.policy_id = policy_id;
        entry.relid = relid;
        entry.row_count = done.rows[i];
        append_ledger(entry);
    }
}

void add_problem(int64 run_id, const char *problem) {
    own("UPDATE retention.sweep_run SET problem = pg_catalog.concat_ws('; ', problem, $2) WHERE run_id = $1", run_id, problem);
}

void count_blocked_row(Engine *engine) {
    Totals one = {};
    one[Counter::kBlocked] = 1;
    engine->totals += one;
    count_in_run(engine, one);
}

}  // namespace pg_retention
