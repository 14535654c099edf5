#include "policy/forgetting.hpp"

#include "pg/names.hpp"
#include "pg/security.hpp"
#include "pg/settings.hpp"
#include "pg/sqlstates.hpp"
#include "policy/held_tables.hpp"
#include "policy/holds.hpp"
#include "schema/own.hpp"

extern "C" {
#include "utils/lsyscache.h"
}

namespace pg_retention {

namespace {

// With its clock column a restricted row would lose what hides and freezes it.
bool restricts_rows(Oid relid) {
    if (clock_column(relid) == InvalidAttrNumber) return false;
    SPI_connect();
    const bool restricts =
        own("SELECT 1 FROM retention.restriction WHERE lifted_at IS NULL LIMIT 1").n > 0 &&
        has_flagged(relid, core::kRestricted, core::first_from(0, 0), core::last_exempt(PG_INT16_MAX, core::kNotStarted));
    SPI_finish();
    return restricts;
}

// With its clock column a held row would lose what guards it.
bool holds_rows(Oid relid) { return clock_column(relid) != InvalidAttrNumber && has_held_rows(relid); }

void refuse_under_hold(const Policy &policy) {
    const Hold *hold = whole_hold(policy.relid, policy.id);
    if (hold == nullptr && !holds_rows(policy.relid)) return;
    ereport(ERROR, (errcode(kHeldSqlstate), errmsg("cannot drop policy \"%s\": a legal hold stands", policy.name),
                    hold != nullptr ? errdetail("Hold " INT64_FORMAT ", Article %s.", hold->id, hold->ground)
                                    : errdetail("It is on rows of table \"%s\".", get_rel_name(policy.relid)),
                    errhint("See retention.standing_hold; retention.lift_hold lifts a hold.")));
}

}  // namespace

void refuse_forgetting(const Policy &policy) {
    if (settings::confirm_drop || clock_column(policy.relid) == InvalidAttrNumber) return;
    SPI_connect();
    const bool forgets = has_flagged(policy.relid, core::kOrphaned, core::first_from(policy.id, 0),
                                     core::last_exempt(policy.id, core::kNotStarted));
    SPI_finish();
    if (!forgets) return;
    ereport(ERROR,
            (errcode(ERRCODE_OBJECT_IN_USE),
             errmsg("policy \"%s\" has rows in table \"%s\" whose clock was started by what is gone, and would not be known to "
                    "have started any more",
                    policy.name, get_rel_name(policy.relid)),
             errhint("Set retention.confirm_drop = on to have it so all the same; under another policy retention.audit() lists "
                     "those rows: no way to a start.")));
}

void refuse_dropping(const Policy &policy) {
    refuse_under_hold(policy);
    refuse_forgetting(policy);
    if (!settings::confirm_drop && restricts_rows(policy.relid))
        ereport(ERROR,
                (errcode(ERRCODE_OBJECT_IN_USE),
                 errmsg("table \"%s\" has rows whose processing is restricted (Article 18)", get_rel_name(policy.relid)),
                 errhint("Lift the restrictions with retention.lift_restriction, or set retention.confirm_drop = on to drop "
                         "policy \"%s\" all the same.",
                         policy.name)));
}

}  // namespace pg_retention
