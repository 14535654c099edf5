#include "sweep/fuse.hpp"

#include "pg/actor.hpp"
#include "pg/compat.hpp"
#include "pg/guard.hpp"
#include "pg/names.hpp"
#include "pg/security.hpp"
#include "pg/time.hpp"
#include "policy/policy_argument.hpp"
#include "policy/armed.hpp"
#include "policy/attached.hpp"
#include "schema/own.hpp"
#include "sweep/columns.hpp"
#include "sweep/declarations.hpp"
#include "sweep/engine.hpp"
#include "sweep/paused.hpp"
#include "sweep/ranges.hpp"
#include "sweep/shares.hpp"

extern "C" {
#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
}

namespace pg_retention {

namespace {

// By what is in force now, at the given time.
int64 count_due(const Policy &policy, TimestampTz at) {
    const core::Cutoffs cutoffs = cutoffs_of(policy, at);
    const core::Start due = cutoffs.due;
    int64 rows = 0;
    ListCell *cell = nullptr;
    if (due < 0) return 0;
    foreach (cell, leaves_of(policy.relid)) {
        const Oid leaf = lfirst_oid(cell);
        if (clock_column(leaf) == InvalidAttrNumber) continue;
        rows += count_pending(kOnce, leaf, core::first_from(policy.id, 0), core::last_until(policy.id, due)) +
                count_released(leaf, policy.id, cutoffs);
    }
    return rows;
}

int64 count_due(const Policy &policy) { return count_due(policy, retention_now()); }

void blow(const Policy &policy, int64 due, bool of_columns, const char *reason) {
    const SqlRows blown =
        own("INSERT INTO retention.fuse AS f (policy_id, blown_at, due, columns_only, reason) VALUES ($1, $2, $3, $4, $5) "
            "ON CONFLICT (policy_id) DO UPDATE SET blown_at = excluded.blown_at, due = excluded.due, "
            "columns_only = excluded.columns_only, reason = excluded.reason WHERE f.blown_at IS NULL RETURNING policy_id",
            policy.id, at(retention_now()), due, of_columns, reason);
    if (blown.n == 0) return;
    ereport(LOG, (errmsg("pg_retention: policy \"%s\" waits for approval: %s", policy.name, reason),
                  errhint("See retention.preview(), and then retention.approve().")));
    record_held(LedgerAction::kFuseBlown, &policy, due, nullptr);
}

// Before that nobody knows what is due.
void require_stamped(const Policy &policy) {
    bool is_stamped = policy.ready && !is_being_stamped(policy.relid);
    ListCell *cell = nullptr;
    foreach (cell, leaves_of(policy.relid)) is_stamped = is_stamped && !is_being_stamped(lfirst_oid(cell));
    if (is_stamped) return;
    ereport(
        ERROR,
        (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
         errmsg("rows of policy \"%s\" are still being stamped, and what is due is not known", policy.name),
         errhint(
             "Sweeps do that. Wait until retention.status says of the policy that it is enforcing, look at retention.preview(), and approve then.")));
}

// Columns that were declared anew do not wait any more. False: there are none.
bool approve_new_columns(const Policy &policy) {
    return own("UPDATE retention.declared_column SET approved_for = approved_for || $2 WHERE relation = $1 AND armed_at <> '-infinity' "
               "AND $2 <> ALL (approved_for)",
               policy.relid, policy.id)
               .n > 0;
}

bool has_blown(const Policy &policy, bool columns_only) {
    return own("SELECT FROM retention.fuse WHERE policy_id = $1 AND blown_at IS NOT NULL AND (columns_only OR NOT $2)", policy.id,
               columns_only)
               .n > 0;
}

// Nothing would go, whatever is approved.
void require_warned(const Policy &policy) {
    if (warned_start(policy) >= 0) return;
    ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE), errmsg("policy \"%s\" waits for warnings", policy.name),
                    errdetail("It was put in force or changed after the time until which persons were warned."),
                    errhint("Call retention.record_warning() when they were, or retention.end_warnings(), and approve then.")));
}

int64 approve(const Policy &policy) {
    if (policy.mode != Mode::kEnforce)
        ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE), errmsg("policy \"%s\" is not in force", policy.name),
                        errhint("What is due is approved once its mode is enforce.")));
    require_stamped(policy);
    require_warned(policy);
    const int16_t id = policy.id;
    connect_spi();
    (void) compare_declarations();
    // Whoever approves rows that are due, no columns being so, has not approved those that are later.
    const bool armed = armed_until(policy) > retention_now();
    const bool columns = approve_new_columns(policy) || armed || has_blown(policy, true) || are_columns_due(policy);
    if (!columns && !has_blown(policy, false) && count_due(policy) == 0) {
        SPI_finish();
        return 0;
    }
    approve_armed(id);
    const Policy &approved = *policy_by_id(id);
    const SqlRows blown =
        own("SELECT due FROM retention.fuse WHERE policy_id = $1 AND blown_at IS NOT NULL AND columns_only", id);
    const int64 rows = count_due(approved);
    // Of how many rows more columns are due nobody knows before they are looked for.
    const int64 due = rows + (blown.n > 0 ? blown.first().get<int64>(1) : 0);
    own("INSERT INTO retention.fuse AS f (policy_id, approved, approved_along, approved_columns, approved_at, approved_by) "
        "VALUES ($1, $2, true, $5, $3, $4) ON CONFLICT (policy_id) DO UPDATE SET approved = excluded.approved, "
        "approved_along = true, approved_columns = excluded.approved_columns, approved_at = excluded.approved_at, "
        "approved_by = excluded.approved_by, "
        "blown_at = NULL, due = NULL, columns_only = false, reason = NULL",
        id, rows, at(retention_now()), session_role(), columns);
    retry_held_rows();
    record_held(LedgerAction::kApproved, &approved, due, nullptr);
    SPI_finish();
    return due;
}

}  // namespace

List *stopped_policies() {
    List *stopped = NIL;
    const SqlRows rows = own("SELECT DISTINCT policy_id FROM retention.held_policy");
    for (const SqlRow row : rows) stopped = lappend_int(stopped, row.get<int16>(1));
    rows.free();
    return stopped;
}

bool is_stopped_by_now(int16_t policy_id) {
    const SqlRows any = own("SELECT WHERE EXISTS (SELECT FROM retention.pause) OR EXISTS (SELECT FROM retention.sweep_window) OR "
                            "EXISTS (SELECT FROM retention.hold WHERE lifted_at IS NULL)");
    if (any.n == 0) return false;
    return own("SELECT FROM retention.held_policy WHERE policy_id = $1 LIMIT 1", policy_id).n > 0;
}

bool is_stopped(const List *stopped, int16_t policy_id) { return list_member_int(stopped, policy_id); }

int64 most_a_day(const Policy &policy) { return shares_are_limited() ? most_of_table(policy.relid) : kNoLimit; }

Allowed allowed_of(const Policy &policy) {
    if (!shares_are_limited()) return {kNoLimit, true};
    const int64 left = left_of_table(policy.relid);
    const SqlRows fuse =
        own("SELECT approved, blown_at IS NOT NULL, approved_along FROM retention.fuse WHERE policy_id = $1", policy.id);
    Allowed allowed = {left, false};
    for (const SqlRow row : fuse)
        allowed = row.get<bool>(2) ? Allowed{0, false} : Allowed{left + row.get<int64>(1), row.get<bool>(3)};
    fuse.free();
    return allowed;
}

int64 columns_left(const Policy &policy) {
    if (!shares_are_limited()) return kNoLimit;
    const SqlRows fuse = own(
        "SELECT approved_columns AND approved_at > $2 - interval '1 day', blown_at IS NOT NULL FROM retention.fuse WHERE policy_id = $1",
        policy.id, at(retention_now()));
    const int64 left = left_of_table(policy.relid);
    if (fuse.n == 0) return left;
    if (fuse.first().get<bool>(2)) return 0;
    return fuse.first().get_or<bool>(1, false) ? kNoLimit : left;
}

int64 rows_left_now(const Policy &policy) {
    if (!shares_are_limited()) return kNoLimit;
    const SqlRows fuse = read_own("SELECT approved FROM retention.fuse WHERE policy_id = $1", policy.id);
    return left_of_table_now(policy.relid) + (fuse.n == 0 ? 0 : fuse.first().get<int64>(1));
}

bool may_go_along(const Account &account, bool approved, Consequence *beyond) {
    const ListCell *cell = nullptr;
    if (approved || !shares_are_limited()) return true;
    foreach (cell, consequences_in(account)) {
        const auto *one = static_cast<const Consequence *>(lfirst(cell));
        if (one->effect != Effect::kDeleted || one->rows <= 0) continue;
        if (one->rows > left_of_table(one->relid) && one->rows > raise_share(one->relid)) {
            *beyond = *one;
            return false;
        }
        add_to_share(one->relid, one->rows);
    }
    return true;
}

namespace {

const List *known_held(Account *account) {
    if (account->held_is_known) return account->held;
    MemoryContext before = MemoryContextSwitchTo(account->context);
    // The statement that takes them is run by SPI, which keeps one statement at a time.
    connect_spi();
    account->held = stopped_policies();
    SPI_finish();
    account->held_is_known = true;
    MemoryContextSwitchTo(before);
    return account->held;
}

[[noreturn]] void refuse_held(const Policy &policy, Oid relid, bool held) {
    ereport(ERROR, (errcode(ERRCODE_OBJECT_IN_USE),
                    held ? errmsg("rows of table \"%s\" would go along, of which policy \"%s\" lets none go now",
                                  get_rel_name(relid), policy.name)
                         : errmsg("rows of table \"%s\" would go along, for which policy \"%s\" waits for warnings",
                                  get_rel_name(relid), policy.name),
                    errhint(held ? "See retention.held_policy." : "See retention.record_warning().")));
}

void refuse_row(Account *account, Oid relid, core::Clock clock) {
    const Policy *policy = policy_by_id(static_cast<int16_t>(core::policy_of(clock)));
    if (policy == nullptr || policy->mode != Mode::kEnforce) return;
    // One that is paused while its rows are taken stops before the next batch.
    if (policy->id != account->policy_id && is_stopped(known_held(account), policy->id)) refuse_held(*policy, relid, true);
    if (core::start_of(clock) > warned_start(*policy)) refuse_held(*policy, relid, false);
}

void refuse_all(Account *account, Oid relid) {
    int count = 0;
    const Policy *policy = all_policies(&count);
    for (int i = 0; i < count; ++i) {
        if (policy[i].mode != Mode::kEnforce || topmost(policy[i].relid) != topmost(relid)) continue;
        if (is_stopped(known_held(account), policy[i].id)) refuse_held(policy[i], relid, true);
        if (warned_start(policy[i]) < core::kNotStarted) refuse_held(policy[i], relid, false);
    }
}

}  // namespace

void refuse_held(Account *account, int16_t policy_id) {
    account->policy_id = policy_id;
    account->refuse_all = refuse_all;
    account->refuse_row = refuse_row;
}

void count_taken(const Policy &policy, int64 rows) {
    if (!shares_are_limited() || rows == 0) return;
    const SqlRows approved = own(
        "UPDATE retention.fuse f SET approved = greatest(f.approved - $2, 0) FROM (SELECT policy_id, approved FROM "
        "retention.fuse WHERE policy_id = $1 AND approved > 0 FOR UPDATE) b WHERE f.policy_id = b.policy_id RETURNING b.approved",
        policy.id, rows);
    const int64 besides = approved.n == 0 ? 0 : approved.first().get<int64>(1);
    approved.free();
    add_to_share(policy.relid, rows - besides);
}

void blow_fuse(const Policy &policy, int64 of_columns) {
    const int64 due = of_columns > 0 ? of_columns : count_due(policy);
    const char *reason =
        psprintf(of_columns > 0 ? "columns of " INT64_FORMAT " rows and more are due, and sweeps take at most " INT64_FORMAT
                                  " a day of table %s"
                                : INT64_FORMAT " rows are due, and sweeps take at most " INT64_FORMAT " a day of table %s",
                 due, most_today(policy.relid), qualified_name(policy.relid));
    blow(policy, due, of_columns > 0, reason);
}

void blow_fuse(const Policy &policy, const Consequence &beyond) {
    const int64 due = count_due(policy);
    blow(policy, due, false,
         psprintf(INT64_FORMAT " rows are due, with the first of which " INT64_FORMAT
                               " of table %s would go along, and sweeps take at most " INT64_FORMAT " of that a day",
                  due, beyond.rows, qualified_name(beyond.relid), most_today(beyond.relid)));
}

static void settle_blown(const Policy &policy, bool of_columns) {
    const int64 due = of_columns ? 0 : count_due(policy);
    if (!shares_are_limited() || (!of_columns && due == 0)) return forget_approval(policy.id);
    // Of how many rows columns are due is known when they are looked for.
    if (of_columns && own("SELECT FROM retention.fuse WHERE policy_id = $1 AND blown_at <= $2 - interval '1 day'", policy.id,
                          at(retention_now()))
                              .n > 0)
        return forget_approval(policy.id);
    if (!of_columns)
        own("UPDATE retention.fuse SET due = $2, reason = pg_catalog.regexp_replace(reason, '^\\d+', $2::text) WHERE policy_id = $1 AND due <> $2",
            policy.id, due);
}

// What came to be due later was not approved, and what goes along only of what could go at once.
static void settle_approved(const Policy &policy, TimestampTz approved_at) {
    own("UPDATE retention.fuse SET approved = least(approved, $2), approved_along = approved_along AND least(approved, $2) > 0 "
        "WHERE policy_id = $1",
        policy.id, count_due(policy, approved_at));
    if (!is_stopped_by_now(policy.id))
        own("UPDATE retention.fuse SET approved_along = false, approved_columns = false WHERE policy_id = $1", policy.id);
}

void settle_fuses(Engine *engine) {
    begin_step(engine);
    const SqlRows found =
        own("SELECT policy_id, columns_only, blown_at IS NOT NULL, coalesce(approved_at, '-infinity') FROM retention.fuse "
            "WHERE approved > 0 OR approved_along OR approved_columns OR blown_at IS NOT NULL");
    for (const SqlRow row : found) {
        const auto id = row.get<int16>(1);
        const Policy *policy = policy_by_id(id);
        if (policy == nullptr) continue;
        const bool blown = row.get<bool>(3);
        if (blown)
            settle_blown(*policy, row.get<bool>(2));
        else
            settle_approved(*policy, row.get<TimestampTz>(4));
    }
    if (shares_are_limited()) forget_shares();
    end_step(engine);
}

}  // namespace pg_retention

RETENTION_FUNCTION(pg_retention_approve) { PG_RETURN_INT64(pg_retention::approve(pg_retention::own_policy_argument(fcinfo))); }

RETENTION_FUNCTION(pg_retention_time_now) { PG_RETURN_TIMESTAMPTZ(pg_retention::retention_now()); }
