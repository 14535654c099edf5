#include "sweep/record.hpp"

#include "core/backoff.hpp"
#include "ledger/ledger.hpp"

extern "C" {
#include "catalog/pg_type.h"
#include "utils/builtins.h"
}

namespace pg_retention {

void block_row(int16_t policy_id, Oid leaf, const Row &row, TimestampTz now, bool columns_only) {
    Oid types[7] = {INT2OID, OIDOID, TIDOID, TEXTOID, TEXTOID, TIMESTAMPTZOID, BOOLOID};
    Datum values[7] = {Int16GetDatum(policy_id),        ObjectIdGetDatum(leaf),
                       PointerGetDatum(&row.tid),       CStringGetTextDatum(unpack_sql_state(row.sqlstate)),
                       CStringGetTextDatum(row.reason), TimestampTzGetDatum(now),
                       BoolGetDatum(columns_only)};
    (void) as_system("INSERT INTO retention.blocked_row AS b (policy_id, relation, row_id, sqlstate, reason, first_failed, "
                     "retry_at, columns_only) VALUES ($1, $2, $3, $4, $5, $6, $6, $7) ON CONFLICT (relation, row_id) DO UPDATE "
                     "SET policy_id = excluded.policy_id, sqlstate = excluded.sqlstate, reason = excluded.reason, "
                     "attempts = b.attempts + 1, columns_only = b.columns_only AND excluded.columns_only RETURNING attempts",
                     7, types, values);
    bool isnull = false;
    const int32 attempts = DatumGetInt32(first_value(1, &isnull));
    Oid when_types[3] = {OIDOID, TIDOID, TIMESTAMPTZOID};
    Datum when[3] = {values[1], values[2], TimestampTzGetDatum(now + core::retry_after(attempts))};
    (void) as_system("UPDATE retention.blocked_row SET retry_at = $3 WHERE relation = $1 AND row_id = $2", 3, when_types, when);
}

void record_action(int16_t policy_id, Oid relid, Deed deed, int64 rows) {
    if (rows == 0) return;
    LedgerEntry entry = {};
    entry.deed = deed;
    entry.policy_id = policy_id;
    entry.relid = relid;
    entry.row_count = rows;
    append_ledger(entry);
}

void count_in_run(const Engine *engine, const Totals &done) {
    Oid types[5] = {INT8OID, INT8OID, INT8OID, INT8OID, INT8OID};
    Datum values[5] = {Int64GetDatum(engine->run_id), Int64GetDatum(done.deleted), Int64GetDatum(done.anonymised),
                       Int64GetDatum(done.columns), Int64GetDatum(done.blocked)};
    (void) as_system("UPDATE retention.sweep_run SET deleted = deleted + $2, anonymised = anonymised + $3, "
                     "columns_anonymised = columns_anonymised + $4, blocked = blocked + $5 WHERE run_id = $1",
                     5, types, values);
}

}  // namespace pg_retention
