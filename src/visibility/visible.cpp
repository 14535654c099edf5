// The condition itself, evaluated per row.
#include "schema/extension.hpp"
#include "policy/policy_cache.hpp"
#include "ledger/reveals.hpp"
#include "pg/clock_datum.hpp"
#include "pg/compat.hpp"
#include "pg/guard.hpp"
#include "pg/settings.hpp"
#include "pg/time.hpp"
#include "visibility/binding.hpp"
#include "visibility/trust.hpp"
#include "visibility/visibility.hpp"

extern "C" {
#include "access/parallel.h"
}

namespace pg_retention {

namespace {

bool is_visible_to_call(FunctionCallInfo fcinfo, core::Clock clock) {
    const auto *binding = static_cast<const Binding *>(fcinfo->flinfo->fn_extra);
    if (binding == nullptr) {
        binding = binding_of(fcinfo->flinfo->fn_mcxt);
        fcinfo->flinfo->fn_extra = const_cast<Binding *>(binding);
    }
    return is_visible(*binding, clock);
}

}  // namespace

void record_reveal() {
    if (is_reveal_noted() || IsParallelWorker()) return;
    note_reveal(settings::reveal_reason);
    ereport(LOG, (errmsg("retention.reveal used by role \"%s\" in database \"%s\"", GetUserNameFromId(GetUserId(), false),
                         get_database_name(MyDatabaseId)),
                  errdetail("Reason: %s", settings::reveal_reason[0] != '\0' ? settings::reveal_reason : "none given")));
}

void init_visibility() {
    init_planner();
    init_binding();
    init_scrub();
    init_trust();
    init_statistics();
}

}  // namespace pg_retention

RETENTION_FUNCTION(pg_retention_visible) {
    PG_RETURN_BOOL(pg_retention::is_visible_to_call(fcinfo, pg_retention::clock_argument(fcinfo, 0)));
}

RETENTION_FUNCTION(pg_retention_unstamped_visible) {
    const pg_retention::core::Clock oldest = pg_retention::core::first_from(PG_GETARG_INT16(1), 0);
    PG_RETURN_BOOL(pg_retention::is_visible_to_call(fcinfo, oldest));
}

RETENTION_FUNCTION(pg_retention_conflict_visible) {
    if (!pg_retention::is_visible_to_call(fcinfo, pg_retention::clock_argument(fcinfo, 0)))
        ereport(ERROR,
                (errcode(ERRCODE_UNIQUE_VIOLATION), errmsg("row conflicts with a row that is hidden by a retention policy"),
                 errhint("The key is free again once the hidden row is gone.")));
    PG_RETURN_BOOL(true);
}

RETENTION_FUNCTION(pg_retention_state) {
    using namespace pg_retention;
    PG_RETURN_TEXT_P(cstring_to_text(state_text(clock_argument(fcinfo, 0), retention_now())));
}
