// retention.reinstate: within the quarantine a row comes back when what started its clock on the row itself is unset.
#include "schema/extension.hpp"
#include "clock/relation_plan.hpp"
#include "clock/decide.hpp"
#include "ledger/ledger.hpp"
#include "pg/clock_datum.hpp"
#include "pg/compat.hpp"
#include "pg/guard.hpp"
#include "pg/sql.hpp"
#include "pg/names.hpp"
#include "pg/security.hpp"
#include "pg/time.hpp"

extern "C" {
#include "access/genam.h"
#include "access/table.h"
#include "catalog/pg_type.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/relcache.h"
#include "utils/rls.h"
}

namespace pg_retention {

namespace {

// Key condition over $1: the key as text, or a jsonb object for composite keys.
char *key_condition(Oid relid, bool composite) {
    Relation rel = table_open(relid, AccessShareLock);
    const Oid index = primary_key_index(rel);
    if (!OidIsValid(index))
        ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT), errmsg("table \"%s\" has no primary key", get_rel_name(relid)),
                        errhint("Rows are named by their primary key.")));
    Relation key = index_open(index, AccessShareLock);
    const int n = IndexRelationGetNumberOfKeyAttributes(key);
    if (n > 1 && !composite)
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                        errmsg("the primary key of table \"%s\" has %d columns", get_rel_name(relid), n),
                        errhint("Give the key as a jsonb object.")));
    StringInfoData sql;
    initStringInfo(&sql);
    for (int i = 0; i < n; ++i) {
        const AttrNumber column = key->rd_index->indkey.values[i];
        const char *name = get_attname(relid, column, false);
        // Without its length: plain char is char(1), and a cast to it cuts.
        const char *type =
            format_type_extended(get_atttype(relid, column), -1, FORMAT_TYPE_TYPEMOD_GIVEN | FORMAT_TYPE_FORCE_QUALIFY);
        if (i > 0) appendStringInfoString(&sql, " AND ");
        appendStringInfo(&sql, "%s = ", quote_identifier(name));
        if (composite)
            appendStringInfo(&sql, "($1::pg_catalog.jsonb OPERATOR(pg_catalog.->>) %s)::%s", quote_literal_cstr(name), type);
        else
            appendStringInfo(&sql, "$1::%s", type);
    }
    index_close(key, AccessShareLock);
    table_close(rel, AccessShareLock);
    return sql.data;
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
        appendStringInfo(&sql, "%s%s = NULL", sql.len > 0 ? ", " : "", quote_identifier(get_attname(relid, path.column, false)));
    }
    return sql.len > 0 ? sql.data : nullptr;
}

bool is_bound_by_row_security(Oid relid) { return check_enable_rls(relid, GetUserId(), true) == RLS_ENABLED; }

// Asked as the caller, in a statement that is governed like any of his: what his row security reads and runs sees no hidden row.
bool is_shown_to_caller(Oid relid, const char *condition, Datum key) {
    const ActingAs saved = act_as(GetUserId(), false);
    const SqlRows found = run_governed(kAny, psprintf("SELECT 1 FROM %s WHERE %s FOR UPDATE", qualified_name(relid), condition),
                                       typed(TEXTOID, key));
    leave(saved);
    return found.n > 0;
}

core::Clock find_row(Oid relid, const char *condition, Datum key) {
    const SqlRows found =
        run_here(kAny, psprintf("SELECT %s FROM %s WHERE %s FOR UPDATE", clock_name(relid), qualified_name(relid), condition),
                 typed(TEXTOID, key));
    if (found.n == 0) no_such_row(relid);
    return found.first().get<core::Clock>(1);
}

void reinstate(Oid relid, Datum key, bool composite) {
    if (get_rel_name(relid) == nullptr)
        ereport(ERROR, (errcode(ERRCODE_UNDEFINED_TABLE), errmsg("relation with OID %u does not exist", relid)));
    if (clock_column(relid) == InvalidAttrNumber)
        ereport(ERROR, (errcode(ERRCODE_WRONG_OBJECT_TYPE), errmsg("table \"%s\" is not governed", get_rel_name(relid)),
                        errhint("See retention.policy for the tables that are.")));
    if (pg_class_aclcheck(relid, GetUserId(), ACL_UPDATE) != ACLCHECK_OK)
        aclcheck_error(ACLCHECK_NO_PRIV, OBJECT_TABLE, get_rel_name(relid));
    const char *condition = key_condition(relid, composite);
    SPI_connect();
    // Row security that applies to the caller decides which rows are his to bring back. Of a hidden one it can be asked only when the
    // row is back; until then every reason against it is that there is no such row.
    const bool bound = is_bound_by_row_security(relid);
    const bool told = !bound || is_shown_to_caller(relid, condition, key);
    const ActingAs saved = act_as(owner_of(relid), true);
    const Policy *policy = nullptr;
    const core::Clock clock = find_row(relid, condition, key);
    const Verdict verdict = decide(clock);
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
        run_here(kOnce, psprintf("UPDATE %s SET %s WHERE %s", qualified_name(relid), unset, condition), typed(TEXTOID, key));
    const bool started = core::start_of(find_row(relid, condition, key)) != core::kNotStarted;
    if (started && !told) no_such_row(relid);
    if (started)
        ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE), errmsg("the row's clock is started by another table"),
                        errhint("Unset the start there: see clock_starts of its policy.")));
    leave(saved);
    if (bound && !is_shown_to_caller(relid, condition, key)) no_such_row(relid);
    LedgerEntry entry = {};
    entry.deed = Deed::kReinstated;
    entry.policy_id = id;
    entry.relid = relid;
    entry.row_count = 1;
    append_ledger(entry);
    SPI_finish();
}

}  // namespace

}  // namespace pg_retention

RETENTION_FUNCTION(pg_retention_reinstate) {
    pg_retention::reinstate(PG_GETARG_OID(0), PG_GETARG_DATUM(1), PG_GETARG_BOOL(2));
    PG_RETURN_VOID();
}
