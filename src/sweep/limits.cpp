#include "sweep/limits.hpp"

#include "pg/guard.hpp"
#include "pg/settings.hpp"
#include "schema/own.hpp"
#include "sweep/fuse.hpp"
#include "sweep/pause.hpp"

extern "C" {
#include "access/xlog.h"
#include "executor/instrument.h"
#include "funcapi.h"
#include "utils/guc.h"
#include "utils/memutils.h"
}

namespace pg_retention {

namespace {

constexpr double kPollStandbys = 200;  // milliseconds

// When the next step of a limited policy may begin, in milliseconds of the monotonic clock.
struct Debt {
    int16_t policy_id;
    double free_at;
};
// Of all policies that this process has swept with limits: few.
constinit List *debts = NIL;

double now_in_milliseconds() {
    instr_time now;
    INSTR_TIME_SET_CURRENT(now);
    return INSTR_TIME_GET_MILLISEC(now);
}

Debt *debt_of(int16_t policy_id) {
    ListCell *cell = nullptr;
    foreach (cell, debts) {
        auto *debt = static_cast<Debt *>(lfirst(cell));
        if (debt->policy_id == policy_id) return debt;
    }
    MemoryContext before = MemoryContextSwitchTo(TopMemoryContext);
    auto *debt = static_cast<Debt *>(palloc0(sizeof(Debt)));
    debt->policy_id = policy_id;
    debts = lappend(debts, debt);
    MemoryContextSwitchTo(before);
    return debt;
}

// Milliseconds that so much takes at that rate.
double time_of(double amount, double per_second) { return per_second > 0 ? amount / per_second * 1000 : 0; }

double wal_per_second(const Limits &limits) { return 1024.0 * limits.wal_per_second; }

int64 standby_lag() {
    if (RecoveryInProgress()) return -1;
    const SqlRows lag = own(
        "SELECT max(pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_lsn(), replay_lsn))::bigint FROM pg_catalog.pg_stat_replication");
    const auto bytes = lag.first().get_or<int64>(1, -1);
    lag.free();
    return bytes;
}

bool are_standbys_behind(Engine *engine) {
    if (engine->limits.max_standby_lag < 0) return false;
    begin_step(engine);
    const bool behind = standby_lag() > int64{1024} * engine->limits.max_standby_lag;
    end_step(engine);
    return behind;
}

// In pieces, so that a new configuration is heard of, and the turn ends in time.
bool wait_until(Engine *engine, Pausing why, double free_at) {
    for (double left = free_at - now_in_milliseconds(); left > 0; left = free_at - now_in_milliseconds()) {
        if (turn_is_over(engine)) return false;
        wait_between_steps(*engine, why, Min(left, 1000));
        if (engine->between != nullptr) engine->between();
    }
    return true;
}

// Of a sweep that is called its session's holds.
void set_lock_timeout(const Engine &engine, int milliseconds) {
    if (engine.caller == Caller::kWorker)
        SetConfigOption("lock_timeout", psprintf("%d", milliseconds), PGC_SUSET, PGC_S_OVERRIDE);
}

}  // namespace

Limits limits_of(int16_t policy_id) {
    const SqlRows found =
        own("SELECT transaction_time, rows_per_second, wal_per_second, max_standby_lag, lock_timeout FROM retention.policy_pace "
            "WHERE policy_id = $1",
            policy_id);
    Limits limits = {};
    for (const SqlRow row : found)
        limits = Limits{row.get<int32>(1), row.get<int32>(2), row.get<int32>(3), row.get<int32>(4), row.get<int32>(5)};
    found.free();
    return limits;
}

void begin_pace(Engine *engine, int16_t policy_id, const Limits &limits) {
    engine->policy_id = policy_id;
    engine->limits = limits;
    set_lock_timeout(*engine, limits.lock_timeout);
}

void end_pace(Engine *engine) {
    engine->policy_id = 0;
    engine->limits = Limits{};
    set_lock_timeout(*engine, settings::lock_timeout);
}

bool is_limited(const Engine &engine) {
    const Limits &limits = engine.limits;
    return engine.policy_id != 0 && (limits.rows_per_second > 0 || limits.wal_per_second > 0 || limits.max_standby_lag >= 0);
}

int64 most_at_once(const Limits &limits) { return limits.rows_per_second > 0 ? limits.rows_per_second : kNoLimit; }

bool is_enough_wal(const Limits &limits, uint64 bytes) {
    return limits.wal_per_second > 0 && static_cast<double>(bytes) >= wal_per_second(limits);
}

Spent spent_so_far(const Engine &engine) {
    return {engine.totals[Counter::kDeleted] + engine.totals[Counter::kAnonymised] + engine.totals[Counter::kColumns],
            pgWalUsage.wal_bytes};
}

bool may_begin_at_once(Engine *engine) {
    if (engine->caller == Caller::kTransactionBlock || !is_limited(*engine)) return true;
    return debt_of(engine->policy_id)->free_at <= now_in_milliseconds() && !are_standbys_behind(engine);
}

bool wait_for_pace(Engine *engine) {
    if (engine->caller == Caller::kTransactionBlock || !is_limited(*engine)) return true;
    if (!wait_until(engine, Pausing::kRate, debt_of(engine->policy_id)->free_at)) return false;
    while (are_standbys_behind(engine))
        if (!wait_until(engine, Pausing::kStandby, now_in_milliseconds() + kPollStandbys)) return false;
    return true;
}

void owe_for(const Engine &engine, const Spent &before) {
    if (!is_limited(engine)) return;
    const Spent now = spent_so_far(engine);
    const double took = Max(time_of(static_cast<double>(now.rows - before.rows), engine.limits.rows_per_second),
                            time_of(static_cast<double>(now.wal - before.wal), wal_per_second(engine.limits)));
    Debt *debt = debt_of(engine.policy_id);
    debt->free_at = Max(debt->free_at, INSTR_TIME_GET_MILLISEC(engine.work_began)) + took;
}

}  // namespace pg_retention

RETENTION_FUNCTION(pg_retention_default_pace) {
    namespace settings = pg_retention::settings;
    TupleDesc desc = nullptr;
    if (get_call_result_type(fcinfo, nullptr, &desc) != TYPEFUNC_COMPOSITE) elog(ERROR, "return type must be a row type");
    Datum values[] = {Int32GetDatum(settings::transaction_time), Int32GetDatum(settings::rows_per_second),
                      Int32GetDatum(settings::wal_per_second), Int32GetDatum(settings::max_standby_lag),
                      Int32GetDatum(settings::lock_timeout)};
    bool nulls[lengthof(values)] = {};
    PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc), values, nulls)));
}

RETENTION_FUNCTION(pg_retention_standby_lag) {
    pg_retention::connect_spi();
    const int64 lag = pg_retention::standby_lag();
    SPI_finish();
    if (lag < 0) PG_RETURN_NULL();
    PG_RETURN_INT64(lag);
}
