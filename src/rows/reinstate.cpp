// retention.reinstate: within the quarantine a row comes back when what started its clock on the row itself is unset.
#include "schema/extension.hpp"
#include "clock/stamp.hpp"
#include "schema/row_key.hpp"
#include "clock/decide.hpp"
#include "ledger/ledger.hpp"
#include "pg/guard.hpp"
#include "pg/sql.hpp"
#include "pg/names.hpp"
#include "pg/security.hpp"
#include "pg/time.hpp"

extern "C" {
#include "utils/acl.h"
#include "utils/lsyscache.h"
#include "utils/rls.h"
}

namespace pg_retention {

namespace {

// The row, as conditions name it: "t".
struct Named {
    const char *table;
    const char *condition;
    Parameters parameters;
};

Named name_row(Oid relid, FunctionCallInfo fcinfo) {
    AttrNumber columns[kMaxKeys];
    const int n = primary_key(relid, columns);
    Named row = {};
    StringInfoData condition;
    initStringInfo(&condition);
    append_row_condition(&condition, key_argument(relid, columns, n, fcinfo, 1), &row.parameters);
    row.table = qualified_name(relid);
    row.condition = condition.data;
    return row;
}

core::State state_now(core::Clock clock, const Policy **policy) {
    *policy = policy_by_id(core::policy_of(clock));
    if (*policy == nullptr) return core::State::kNone;
    return core::state_of(clock, cutoffs_of(**policy, retention_now()));
}

[[noreturn]] void no_such_row(Oid relid) {
    ereport(ERROR, (errcode(ERRCODE_NO_DATA_FOUND), errmsg("no such row in table \"%s\"", get_rel_name(relid)),
                    errhint("Rows are named by their primary key; those that row security keeps from you are none.")));
    pg_unreachable();
}

char *unset_own_starts(const Policy &policy, Oid relid) {
    StringInfoData sql;
    initStringInfo(&sql);
    for (int i = 0; i < policy.n_starts; ++i) {
        Path path;
        Problem problem = {};
        if (!resolve_path(policy.relid, policy.starts[i], &path, &problem) || path.n_hops > 0) continue;
        // A number says by 0, too, that nothing has started.
        appendStringInfo(&sql, "%s%s = %s", sql.len > 0 ? ", " : "", quote_identifier(get_attname(relid, path.column, false)),
                         path.type.unit == StartUnit::kNone ? "NULL" : "0");
    }
    return sql.len > 0 ? sql.data : nullptr;
}

// Asked as the caller, in a statement that is governed like any of his: what his row security reads and runs sees no hidden row.
bool is_shown_to_caller(const Named &row) {
    const ActingAs saved = act_as(GetUserId(), false);
    const SqlRows found =
        run_governed(kAny, psprintf("SELECT 1 FROM %s t WHERE %s FOR UPDATE", row.table, row.condition), row.parameters);
    leave(saved);
    return found.n > 0;
}

core::Clock find_row(Oid relid, const Named &row) {
    const SqlRows found = run_here(
        kAny, psprintf("SELECT t.%s FROM %s t WHERE %s FOR UPDATE", clock_name(relid), row.table, row.condition), row.parameters);
    if (found.n == 0) no_such_row(relid);
    return found.first().get<core::Clock>(1);
}

// A start that no way of the row gives any more goes when it is said so.
void forget_orphaned_start(Oid relid, const Named &row) {
    const SqlRows found =
        run_here(kAny, psprintf("SELECT t.tableoid, t.ctid FROM %s t WHERE %s", row.table, row.condition), row.parameters);
    ItemPointerData tid = found.first().get<ItemPointerData>(2);
    const Restamped done = restamp_row(found.first().get<Oid>(1), &tid, false, Cause{.forgets = true});
    check_clock_change(relid, done.before, done.after);
}

void reinstate(FunctionCallInfo fcinfo) {
    if (PG_ARGISNULL(0)) ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("the table of a row must not be null")));
    const Oid relid = PG_GETARG_OID(0);
    if (get_rel_name(relid) == nullptr)
        ereport(ERROR, (errcode(ERRCODE_UNDEFINED_TABLE), errmsg("relation with OID %u does not exist", relid)));
    if (clock_column(relid) == InvalidAttrNumber)
        ereport(ERROR, (errcode(ERRCODE_WRONG_OBJECT_TYPE), errmsg("table \"%s\" is not governed", get_rel_name(relid)),
                        errhint("See retention.policy for the tables that are.")));
    if (pg_class_aclcheck(relid, GetUserId(), ACL_UPDATE) != ACLCHECK_OK)
        aclcheck_error(ACLCHECK_NO_PRIV, OBJECT_TABLE, get_rel_name(relid));
    const Named row = name_row(relid, fcinfo);
    SPI_connect();
    // Row security that applies to the caller decides which rows are his to bring back. Of a hidden one it can be asked only when the
    // row is back; until then every reason against it is that there is no such row.
    const bool bound = is_bound_by_row_security(relid);
    const bool told = !bound || is_shown_to_caller(row);
    const ActingAs saved = act_as(owner_of(relid), true);
    const Policy *policy = nullptr;
    const core::Clock clock = find_row(relid, row);
    const Verdict verdict = decide(relid, clock);
    if (verdict.restricted && !told) no_such_row(relid);
    if (verdict.restricted) refuse(verdict, "reinstate a row of", get_rel_name(relid));
    const core::State state = state_now(clock, &policy);
    const bool reinstatable = state == core::State::kQuarantined || state == core::State::kRetained;
    if (!reinstatable && !told) no_such_row(relid);
    if (!reinstatable)
        ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE), errmsg("the row is not quarantined"),
                        errhint("A row comes back only while its quarantine lasts.")));
    const int16_t id = policy->id;
    const char *unset = unset_own_starts(*policy, relid);
    if (unset != nullptr)
        run_here(kOnce, psprintf("UPDATE %s t SET %s WHERE %s", row.table, unset, row.condition), row.parameters);
    if ((core::marks_of(find_row(relid, row)) & core::kOrphaned) != 0) forget_orphaned_start(relid, row);
    const bool started = core::start_of(find_row(relid, row)) != core::kNotStarted;
    if (started && !told) no_such_row(relid);
    if (started)
        ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE), errmsg("the row's clock is started by another table"),
                        errhint("Unset the start there: see clock_starts of its policy.")));
    leave(saved);
    if (bound && !is_shown_to_caller(row)) no_such_row(relid);
    LedgerEntry entry = {};
    entry.action = LedgerAction::kReinstated;
    entry.policy_id = id;
    entry.relid = relid;
    entry.row_count = 1;
    append_ledger(entry);
    SPI_finish();
}

}  // namespace

}  // namespace pg_retention

RETENTION_FUNCTION(pg_retention_reinstate) {
    pg_retention::reinstate(fcinfo);
    PG_RETURN_VOID();
}
