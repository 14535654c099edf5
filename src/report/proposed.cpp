// Policies for tables whose rows refer to rows that a policy hides.
#include "pg/guard.hpp"
#include "schema/own.hpp"

extern "C" {
#include "funcapi.h"
#include "utils/tuplestore.h"
}

namespace pg_retention {

namespace {

// One for each table and policy that hides what it refers to, along all keys between the two.
constexpr char kProposed[] =
    "SELECT c.relname || ' with ' || r.policy, r.relation, r.starts, p.keep_for, p.quarantine_for, CASE WHEN p.action = 'anonymise' AND EXISTS "
    "(SELECT FROM retention.personal_columns x WHERE x.relation = r.relation) THEN 'anonymise' ELSE 'delete' END, 'observe'::text, r.policy "
    "FROM (SELECT h.relation, h.policy_id, h.policy, array_agg(s.start ORDER BY h.path COLLATE \"C\", s.place) AS starts "
    "FROM retention.reference_to_hidden h CROSS JOIN LATERAL unnest(h.clock_starts) WITH ORDINALITY s (start, place) "
    "WHERE h.policies IS NULL AND h.path IS NOT NULL GROUP BY h.relation, h.policy_id, h.policy) r "
    "JOIN retention.policy p USING (policy_id) JOIN pg_class c ON c.oid = r.relation ORDER BY r.relation::text COLLATE \"C\", p.keep_for, p.policy_id";

void propose(const ReturnSetInfo *result) {
    constexpr int kColumns = 8;
    connect_spi();
    const SqlRows found = read_own(kProposed);
    for (const SqlRow row : found) {
        Datum values[kColumns];
        bool nulls[kColumns];
        for (int i = 0; i < kColumns; ++i) {
            nulls[i] = row.is_null(i + 1);
            values[i] = nulls[i] ? 0 : row.datum(i + 1);
        }
        tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
    }
    SPI_finish();
}

}  // namespace

}  // namespace pg_retention

RETENTION_FUNCTION(pg_retention_propose_policies) {
    InitMaterializedSRF(fcinfo, 0);
    pg_retention::propose(reinterpret_cast<const ReturnSetInfo *>(fcinfo->resultinfo));
    return static_cast<Datum>(0);
}
