// Persons who leave may have to be warned before their rows go: a policy waits until somebody says that they were. Hidden on time they are.
#include "ledger/words.hpp"
#include "pg/arguments.hpp"
#include "pg/during.hpp"
#include "pg/guard.hpp"
#include "pg/sql.hpp"
#include "pg/time.hpp"
#include "policy/policy_argument.hpp"
#include "policy/policy_triggers.hpp"
#include "schema/own.hpp"
#include "sweep/paused.hpp"

extern "C" {
#include "utils/timestamp.h"
}

namespace pg_retention {

namespace {

bool waits_for_warnings(const Policy &policy) { return !TIMESTAMP_IS_NOEND(policy.warned_until); }

void write_warned(const Policy &policy, TimestampTz until, LedgerAction action, const char *detail) {
    connect_spi();
    during(own_policy_write, true,
           [&] { own("UPDATE retention.policy SET warned_until = $2 WHERE policy_id = $1", policy.id, at(until)); });
    record_held(action, &policy, -1, detail);
    retry_held_rows();
    SPI_finish();
}

void record_warning(const Policy &policy, TimestampTz until) {
    if (!waits_for_warnings(policy))
        ereport(ERROR,
                (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE), errmsg("policy \"%s\" waits for no warnings", policy.name),
                 errhint("retention.require_warnings() has it wait for them.")));
    if (TIMESTAMP_NOT_FINITE(until))
        ereport(ERROR,
                (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("the time until which persons were warned must be finite"),
                 errhint("retention.end_warnings() ends that the policy waits.")));
    if (until < policy.warned_until)
        ereport(ERROR,
                (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                 errmsg("warnings of policy \"%s\" are recorded until %s already", policy.name,
                        timestamptz_to_str(policy.warned_until)),
                 errhint("A warning is of rows that are hidden later; retention.end_warnings() ends that the policy waits.")));
    write_warned(policy, until, LedgerAction::kWarned, psprintf("until %s", timestamptz_to_str(until)));
}

}  // namespace

}  // namespace pg_retention

RETENTION_FUNCTION(pg_retention_require_warnings) {
    const pg_retention::Policy &policy = pg_retention::own_policy_argument(fcinfo);
    if (!pg_retention::waits_for_warnings(policy))
        pg_retention::write_warned(policy, pg_retention::retention_now(), pg_retention::LedgerAction::kWarningsRequired, nullptr);
    PG_RETURN_VOID();
}

RETENTION_FUNCTION(pg_retention_record_warning) {
    const pg_retention::Policy &policy = pg_retention::own_policy_argument(fcinfo);
    pg_retention::require_argument(fcinfo, 1, "the time until which persons were warned");
    pg_retention::record_warning(policy, PG_GETARG_TIMESTAMPTZ(1));
    PG_RETURN_VOID();
}

RETENTION_FUNCTION(pg_retention_end_warnings) {
    const pg_retention::Policy &policy = pg_retention::own_policy_argument(fcinfo);
    if (pg_retention::waits_for_warnings(policy))
        pg_retention::write_warned(policy, DT_NOEND, pg_retention::LedgerAction::kWarningsEnded, nullptr);
    PG_RETURN_VOID();
}
