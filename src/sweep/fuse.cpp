#include "sweep/fuse.hpp"

#include "ledger/ledger.hpp"
#include "pg/actor.hpp"
#include "pg/compat.hpp"
#include "pg/guard.hpp"
#include "pg/names.hpp"
#include "pg/security.hpp"
#include "pg/settings.hpp"
#include "pg/time.hpp"
#include "policy/policy_argument.hpp"
#include "policy/armed.hpp"
#include "schema/own.hpp"
#include "sweep/engine.hpp"
#include "sweep/ranges.hpp"

extern "C" {
#include "catalog/pg_type.h"
#include "commands/async.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
}

namespace pg_retention {

namespace {

constexpr int16 kAllPolicies = 0;  // in retention.pause

// A small table has no share worth the name.
constexpr int64 kAlways = 1000;

bool is_limited() { return settings::max_share < 1; }

// By what ANALYZE or the size of the files says.
double rows_of_table(const Policy &policy) {
    double rows = 0;
    ListCell *cell = nullptr;
    foreach (cell, leaves_of(policy.relid))
        rows += expect_as(owner_of(lfirst_oid(cell)), psprintf("SELECT FROM ONLY %s", qualified_name(lfirst_oid(cell))));
    return rows;
}

int64 most_of(const Policy &policy) {
    const double share = settings::max_share * rows_of_table(policy);
    return share > static_cast<double>(kAlways) ? static_cast<int64>(share) : kAlways;
}

// The entry of today. Of a new day the table is looked at again.
void begin_day(const Policy &policy) {
    const char *zone = policy.zone().name();
    const SqlRows today = own("SELECT FROM retention.fuse WHERE policy_id = $1 AND day = ($2 AT TIME ZONE $3)::pg_catalog.date",
                              policy.id, at(retention_now()), zone);
    today.free();
    if (today.n > 0) return;
    own("INSERT INTO retention.fuse AS f (policy_id, day, most) VALUES ($1, ($2 AT TIME ZONE $3)::pg_catalog.date, $4) "
        "ON CONFLICT (policy_id) DO UPDATE SET day = excluded.day, most = excluded.most, taken = 0",
        policy.id, at(retention_now()), zone, most_of(policy));
}

int64 count_due(const Policy &policy) {
    const core::Start due = cutoffs_of(policy, retention_now()).due;
    int64 rows = 0;
    ListCell *cell = nullptr;
    if (due < 0) return 0;
    foreach (cell, leaves_of(policy.relid)) {
        const Oid leaf = lfirst_oid(cell);
        if (clock_column(leaf) == InvalidAttrNumber) continue;
        rows += count_pending(kOnce, leaf, core::first_from(policy.id, 0), core::last_until(policy.id, due));
    }
    return rows;
}

void record(LedgerAction action, const Policy *policy, int64 rows, const char *detail) {
    LedgerEntry entry = {};
    entry.action = action;
    if (policy != nullptr) entry.policy_id = policy->id;
    if (policy != nullptr) entry.relid = policy->relid;
    entry.row_count = rows;
    entry.detail = detail;
    append_ledger(entry);
    Async_Notify("pg_retention", policy == nullptr ? psprintf("policies %s", name_of(action))
                                                   : psprintf("policy %s %s", name_of(action), policy->name));
}

int64 approve(const Policy &policy) {
    if (policy.mode != Mode::kEnforce)
        ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE), errmsg("policy \"%s\" is not in force", policy.name),
                        errhint("What is due is approved once its mode is enforce.")));
    const int16_t id = policy.id;
    connect_spi();
    begin_day(policy);
    approve_armed(id);
    const Policy &approved = *policy_by_id(id);
    const SqlRows blown = own("SELECT FROM retention.fuse WHERE policy_id = $1 AND blown_at IS NOT NULL AND columns_only", id);
    // Of how many rows columns are due nobody knows before they are looked for.
    const int64 due = blown.n > 0 ? static_cast<int64>(rows_of_table(approved)) : count_due(approved);
    own("UPDATE retention.fuse SET approved = $2, approved_at = $3, approved_by = $4, blown_at = NULL, due = NULL WHERE policy_id = $1",
        id, due, at(retention_now()), session_role());
    record(LedgerAction::kApproved, &approved, due, nullptr);
    SPI_finish();
    return due;
}

const char *reason_argument(FunctionCallInfo fcinfo, int argument) {
    const char *reason = text_to_cstring(PG_GETARG_TEXT_PP(argument));
    if (reason[strspn(reason, " \t\n\r")] == '\0')
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("the reason of a pause must not be empty")));
    return reason;
}

// policy: null: all.
void pause(const Policy *policy, const char *reason) {
    connect_spi();
    own("INSERT INTO retention.pause (policy_id, paused_at, paused_by, reason) VALUES ($1, $2, $3, $4) ON CONFLICT (policy_id) "
        "DO UPDATE SET reason = excluded.reason",
        policy == nullptr ? kAllPolicies : policy->id, at(retention_now()), session_role(), reason);
    record(LedgerAction::kPaused, policy, -1, reason);
    SPI_finish();
}

void unpause(const Policy *policy) {
    connect_spi();
    const SqlRows gone = own("DELETE FROM retention.pause WHERE policy_id = $1 RETURNING policy_id",
                             policy == nullptr ? kAllPolicies : policy->id);
    if (gone.n > 0) record(LedgerAction::kUnpaused, policy, -1, nullptr);
    SPI_finish();
}

}  // namespace

List *stopped_policies() {
    List *stopped = NIL;
    const SqlRows rows = own("SELECT DISTINCT policy_id FROM retention.held_policy");
    for (const SqlRow row : rows) stopped = lappend_int(stopped, row.get<int16>(1));
    rows.free();
    return stopped;
}

bool is_stopped(const List *stopped, int16_t policy_id) { return list_member_int(stopped, policy_id); }

bool is_stopped_by_now(int16_t policy_id) {
    const SqlRows held = own("SELECT FROM retention.held_policy WHERE policy_id = $1", policy_id);
    held.free();
    return held.n > 0;
}

int64 most_a_day(const Policy &policy) { return is_limited() ? most_of(policy) : kNoLimit; }

int64 rows_left(const Policy &policy) {
    if (!is_limited()) return kNoLimit;
    begin_day(policy);
    const SqlRows row = own("SELECT CASE WHEN blown_at IS NULL THEN approved + greatest(most - taken, 0) ELSE 0 END "
                            "FROM retention.fuse WHERE policy_id = $1",
                            policy.id);
    const auto left = row.first().get<int64>(1);
    row.free();
    return left;
}

void count_taken(const Policy &policy, int64 rows) {
    if (!is_limited() || rows == 0) return;
    own("UPDATE retention.fuse SET approved = greatest(approved - $2, 0), taken = taken + greatest($2 - approved, 0) "
        "WHERE policy_id = $1",
        policy.id, rows);
}

void blow_fuse(const Policy &policy, int64 of_columns) {
    const int64 due = of_columns > 0 ? of_columns : count_due(policy);
    const SqlRows blown =
        own("UPDATE retention.fuse SET blown_at = $2, due = $3, columns_only = $4 WHERE policy_id = $1 AND blown_at IS NULL "
            "RETURNING most",
            policy.id, at(retention_now()), due, of_columns > 0);
    if (blown.n == 0) return;
    const auto most = blown.first().get<int64>(1);
    ereport(LOG, (errmsg("pg_retention: policy \"%s\" waits for approval: " INT64_FORMAT " rows are due", policy.name, due),
                  errdetail("Sweeps take at most " INT64_FORMAT " rows of table %s a day (retention.max_share).", most,
                            qualified_name(policy.relid)),
                  errhint("See retention.preview(), and then retention.approve().")));
    record(LedgerAction::kFuseBlown, &policy, due, nullptr);
}

}  // namespace pg_retention

RETENTION_FUNCTION(pg_retention_approve) { PG_RETURN_INT64(pg_retention::approve(pg_retention::own_policy_argument(fcinfo))); }

RETENTION_FUNCTION(pg_retention_pause) {
    pg_retention::pause(&pg_retention::own_policy_argument(fcinfo), pg_retention::reason_argument(fcinfo, 1));
    PG_RETURN_VOID();
}

RETENTION_FUNCTION(pg_retention_pause_all) {
    pg_retention::pause(nullptr, pg_retention::reason_argument(fcinfo, 0));
    PG_RETURN_VOID();
}

RETENTION_FUNCTION(pg_retention_unpause) {
    pg_retention::unpause(&pg_retention::own_policy_argument(fcinfo));
    PG_RETURN_VOID();
}

RETENTION_FUNCTION(pg_retention_unpause_all) {
    pg_retention::unpause(nullptr);
    PG_RETURN_VOID();
}

RETENTION_FUNCTION(pg_retention_time_now) { PG_RETURN_TIMESTAMPTZ(pg_retention::retention_now()); }
