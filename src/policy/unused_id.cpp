// Numbers of policies are never given twice: a clock of the first would be judged by the second. A restore of data alone sets the sequence
// back to where it was when the dump was made.
#include "pg/guard.hpp"
#include "schema/extension.hpp"
#include "schema/own.hpp"

namespace pg_retention {

namespace {

// The number, or where it was given before, the first one after all that were.
int64 unused_id(int64 number) {
    if (extension() == nullptr) return number;
    connect_spi();
    const auto used = own("SELECT coalesce(greatest((SELECT pg_catalog.max(policy_id) FROM retention.policy), "
                          "(SELECT pg_catalog.max(policy_id) FROM retention.ledger)), 0)::bigint")
                          .first()
                          .get<int64>(1);
    if (number <= used)
        number = own("SELECT pg_catalog.setval('retention.policy_id_seq', greatest($1 + 1, last_value)) "
                     "FROM retention.policy_id_seq",
                     used)
                     .first()
                     .get<int64>(1);
    SPI_finish();
    return number;
}

}  // namespace

}  // namespace pg_retention

RETENTION_FUNCTION(pg_retention_unused_policy_id) {
    PG_RETURN_INT16(static_cast<int16>(pg_retention::unused_id(PG_GETARG_INT64(0))));
}
