#include "sweep/quarantine.hpp"

#include "catalog/extension.hpp"
#include "ledger/ledger.hpp"
#include "pg/clock_datum.hpp"
#include "pg/guard.hpp"
#include "pg/internal.hpp"
#include "pg/names.hpp"
#include "pg/security.hpp"
#include "pg/time.hpp"
#include "pg/attempt.hpp"

extern "C" {
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "utils/lsyscache.h"
#include "utils/tuplestore.h"
}

namespace pg_retention {

namespace {

core::Start last_recorded(int16_t policy_id) {
    Oid types[1] = {INT2OID};
    Datum values[1] = {Int16GetDatum(policy_id)};
    bool isnull = false;
    if (as_system("SELECT recorded FROM retention.quarantine_record WHERE policy_id = $1", 1, types, values) == 0) return -1;
    return DatumGetInt64(first_value(1, &isnull));
}

void remember(int16_t policy_id, core::Start recorded) {
    Oid types[2] = {INT2OID, INT8OID};
    Datum values[2] = {Int16GetDatum(policy_id), Int64GetDatum(recorded)};
    (void) as_system("INSERT INTO retention.quarantine_record (policy_id, recorded) VALUES ($1, $2) "
                     "ON CONFLICT (policy_id) DO UPDATE SET recorded = excluded.recorded",
                     2, types, values);
}

int64 count_started(Oid leaf, int16_t policy_id, core::Start after, core::Start until) {
    Oid types[2] = {extension()->clock_type, extension()->clock_type};
    Datum values[2] = {clock_datum(core::make_clock(policy_id, after + 1, 0)),
                       clock_datum(core::make_clock(policy_id, until, 0))};
    const char *clock = clock_name(leaf);
    const ActingAs saved = act_as(owner_of(leaf), true);
    (void) execute_internal(psprintf("SELECT pg_catalog.count(*) FROM ONLY %s WHERE %s OPERATOR(retention.>=) $1 "
                                     "AND %s OPERATOR(retention.<=) $2 AND retention.pending(%s)",
                                     qualified_name(leaf), clock, clock, clock),
                            2, types, values, nullptr, true, 0);
    leave(saved);
    bool isnull = false;
    return DatumGetInt64(first_value(1, &isnull));
}

}  // namespace

void record_quarantined(int16_t policy_id) {
    const Policy *policy = policy_by_id(policy_id);
    if (policy == nullptr || !enforced(*policy) || !policy->validated) return;
    const Oid relid = policy->relid;
    const core::Start hide = cutoffs_of(*policy, retention_now()).hide;
    const core::Start recorded = last_recorded(policy_id);
    if (hide <= recorded) return;
    int64 rows = 0;
    ListCell *cell = nullptr;
    foreach (cell, leaves_of(relid))
        if (clock_column(lfirst_oid(cell)) != InvalidAttrNumber)
            rows += count_started(lfirst_oid(cell), policy_id, recorded, hide);
    if (rows == 0) return;
    remember(policy_id, hide);
    LedgerEntry entry = {};
    entry.deed = Deed::kQuarantined;
    entry.policy_id = policy_id;
    entry.relid = relid;
    entry.row_count = rows;
    append_ledger(entry);
}

namespace {

const char *count_query(Oid relid) {
    const char *clock = clock_name(relid);
    return psprintf("SELECT retention.state(%s), pg_catalog.count(*) FROM %s WHERE retention.policy(%s) "
                    "OPERATOR(pg_catalog.=) $1 GROUP BY 1 ORDER BY 1",
                    clock, qualified_name(relid), clock);
}

void policy_counts(const ReturnSetInfo *result, int16_t policy_id) {
    const Policy *policy = policy_by_id(policy_id);
    if (policy == nullptr) ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT), errmsg("policy %d does not exist", policy_id)));
    const Oid relid = policy->relid;
    if (clock_column(relid) == InvalidAttrNumber) return;
    SPI_connect();
    const ActingAs saved = act_as(owner_of(relid), true);
    Oid types[1] = {INT2OID};
    Datum values[1] = {Int16GetDatum(policy_id)};
    (void) execute_internal(count_query(relid), 1, types, values, nullptr, true, 0);
    leave(saved);
    for (uint64 i = 0; i < SPI_processed; ++i) tuplestore_puttuple(result->setResult, SPI_tuptable->vals[i]);
    SPI_finish();
}

}  // namespace

void forget_unblocked(Engine *engine) {
    if (engine->unfinished) return;
    begin_step(engine);
    Oid types[1] = {TIMESTAMPTZOID};
    Datum values[1] = {TimestampTzGetDatum(retention_now())};
    (void) as_system(
        "DELETE FROM retention.blocked_row b WHERE retry_at <= $1 AND EXISTS (SELECT FROM retention.policy p "
        "WHERE p.policy_id = b.policy_id AND p.mode = 'enforce' AND p.ready AND p.validated) AND NOT EXISTS (SELECT FROM retention.blocked_table t "
        "WHERE t.relation = b.relation AND t.policy_id = b.policy_id)",
        1, types, values);
    end_step(engine);
}

}  // namespace pg_retention

RETENTION_FUNCTION(pg_retention_policy_counts) {
    InitMaterializedSRF(fcinfo, 0);
    pg_retention::policy_counts(reinterpret_cast<const ReturnSetInfo *>(fcinfo->resultinfo), PG_GETARG_INT16(0));
    return static_cast<Datum>(0);
}
