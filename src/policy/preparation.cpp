#include "policy/preparation.hpp"

#include "schema/extension.hpp"
#include "schema/own.hpp"

extern "C" {
#include "utils/inval.h"
}

namespace pg_retention {

static void plan(const char *sql, Oid relid) {
    connect_spi();
    own(sql, relid);
    SPI_finish();
}

void plan_preparation(Oid relid) {
    plan("INSERT INTO retention.preparation (relation) VALUES ($1) ON CONFLICT (relation) DO UPDATE "
         "SET next_block = 0, skipped = 0, stamped = false, problem = NULL",
         relid);
    // Who reads the books anew knows that a sweep waits: policy/attached.
    CacheInvalidateRelcacheByRelid(extension()->policy_table);
}

void plan_index(Oid relid) {
    plan("INSERT INTO retention.preparation (relation, stamped) VALUES ($1, true) ON CONFLICT DO NOTHING", relid);
}

void plan_missing_indexes() {
    own("INSERT INTO retention.preparation (relation, stamped) SELECT DISTINCT p.relation, true FROM retention.policy p "
        "JOIN retention.governed_table g ON g.relation = p.relation WHERE p.ready AND p.mode <> 'off' AND NOT g.indexed "
        "ON CONFLICT DO NOTHING");
}

}  // namespace pg_retention
