#include "policy/armed.hpp"

#include "pg/guard.hpp"
#include "pg/security.hpp"
#include "pg/time.hpp"
#include "policy/policy_cache.hpp"
#include "policy/policy_triggers.hpp"
#include "schema/own.hpp"

namespace pg_retention {

namespace {

void write(const char *sql, const SqlValue &value) {
    connect_spi();
    during(own_policy_write, true, [&] { own(sql, value); });
    SPI_finish();
}

}  // namespace

void approve_armed(int16_t id) {
    write("UPDATE retention.policy SET armed_at = '-infinity' WHERE policy_id = $1 AND armed_at <> '-infinity'", sql_value(id));
}

void forget_approval(int16_t id) {
    write(
        "UPDATE retention.fuse SET approved = 0, blown_at = NULL, due = NULL, reason = NULL, columns_only = false WHERE policy_id = $1",
        sql_value(id));
}

void arm_all() {
    write("WITH f AS (DELETE FROM retention.fuse) UPDATE retention.policy SET armed_at = $1 WHERE mode = 'enforce'",
          at(retention_now()));
}

}  // namespace pg_retention

RETENTION_FUNCTION(pg_retention_armed_until) {
    using namespace pg_retention;
    const Policy *policy = policy_by_id(PG_GETARG_INT16(0));
    const TimestampTz until = policy == nullptr || policy->mode != Mode::kEnforce ? DT_NOBEGIN : armed_until(*policy);
    if (until <= retention_now()) PG_RETURN_NULL();
    PG_RETURN_TIMESTAMPTZ(until);
}
