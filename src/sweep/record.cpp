#include "sweep/record.hpp"

#include "core/time/backoff.hpp"
#include "ledger/ledger.hpp"

extern "C" {
#include "catalog/pg_type.h"
#include "utils/builtins.h"
}

namespace pg_retention {

void block_row(int16_t policy_id, Oid leaf, const Row &row, TimestampTz now, bool columns_only) {
    const int32 attempts =
        own("INSERT INTO retention.blocked_row AS b (policy_id, relation, row_id, sqlstate, reason, first_failed, "
            "retry_at, columns_only) VALUES ($1, $2, $3, $4, $5, $6, $6, $7) ON CONFLICT (relation, row_id) DO UPDATE "
            "SET policy_id = excluded.policy_id, sqlstate = excluded.sqlstate, reason = excluded.reason, "
            "attempts = b.attempts + 1, columns_only = b.columns_only AND excluded.columns_only RETURNING attempts",
            policy_id, leaf, row.tid, unpack_sql_state(row.sqlstate), row.reason, at(now), columns_only)
            .first()
            .get<int32>(1);
    own("UPDATE retention.blocked_row SET retry_at = $3 WHERE relation = $1 AND row_id = $2", leaf, row.tid,
        at(now + core::retry_after(attempts)));
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
    own("UPDATE retention.sweep_run SET deleted = deleted + $2, anonymised = anonymised + $3, "
        "columns_anonymised = columns_anonymised + $4, blocked = blocked + $5 WHERE run_id = $1",
        engine->run_id, done.deleted, done.anonymised, done.columns, done.blocked);
}

}  // namespace pg_retention
