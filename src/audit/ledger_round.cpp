#include "audit/ledger_round.hpp"

#include "ledger/verify.hpp"
#include "pg/attempt.hpp"
#include "pg/cause.hpp"
#include "pg/guard.hpp"
#include "pg/time.hpp"
#include "schema/own.hpp"
#include "sweep/engine.hpp"

extern "C" {
#include "catalog/pg_type.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
}

namespace pg_retention {

namespace {

bool is_time() {
    return own("SELECT FROM retention.ledger_verification WHERE verified_at > $1::timestamptz - interval '1 day' AND verified_at <= $1",
               at(retention_now()))
               .n == 0;
}

void save(const SqlValue &ok, int64 entries, int64 first_bad, int64 acknowledged, const SqlValue &problem) {
    own("INSERT INTO retention.ledger_verification (verified_at, ok, entries, first_bad, acknowledged, problem) VALUES ($1, $2, $3, nullif($4, 0), $5, $6) "
        "ON CONFLICT (one) DO UPDATE SET verified_at = excluded.verified_at, ok = excluded.ok, entries = excluded.entries, first_bad = excluded.first_bad, "
        "acknowledged = excluded.acknowledged, problem = excluded.problem",
        at(retention_now()), ok, entries, first_bad, acknowledged, problem);
}

bool verify_and_save() {
    PushActiveSnapshot(GetLatestSnapshot());
    const Verification found = verify_ledger(nullptr, GetActiveSnapshot());
    PopActiveSnapshot();
    save(sql_value(found.first_bad == 0), found.entries, found.first_bad, found.acknowledged, null_of(TEXTOID));
    return found.first_bad == 0;
}

void verify_in_time(Engine *engine) {
    bool timed_out = false;
    begin_step(engine);
    const ErrorData *error = attempt_in_time(
        [&] {
            if (is_time()) (void) verify_and_save();
        },
        &timed_out);
    if (error != nullptr) {
        note_problem(engine, "verification of the ledger", error);
        save(null_of(BOOLOID), 0, 0, 0, sql_value(cause_of(error)));
    }
    end_step(engine);
}

}  // namespace

void verify_ledger_daily(void (*between)()) {
    Engine engine = {};
    engine.caller = Caller::kWorker;
    engine.between = between;
    engine.context = AllocSetContextCreate(CurrentMemoryContext, "pg_retention ledger", ALLOCSET_DEFAULT_SIZES);
    verify_in_time(&engine);
}

}  // namespace pg_retention

RETENTION_FUNCTION(pg_retention_verify_ledger_now) {
    pg_retention::connect_spi();
    const bool ok = pg_retention::verify_and_save();
    SPI_finish();
    PG_RETURN_BOOL(ok);
}
