#include "sweep/act.hpp"

#include "catalog/extension.hpp"
#include "catalog/stamp.hpp"
#include "guard/decide.hpp"
#include "pg/internal.hpp"
#include "pg/names.hpp"
#include "pg/security.hpp"
#include "sweep/attempt.hpp"
#include "sweep/engine.hpp"

extern "C" {
#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/lsyscache.h"
}

namespace pg_retention {

namespace {

Datum tids_of(const Row *rows, int n) {
    auto *values = static_cast<Datum *>(palloc(sizeof(Datum) * n));
    for (int i = 0; i < n; ++i) values[i] = PointerGetDatum(const_cast<ItemPointerData *>(&rows[i].tid));
    return PointerGetDatum(construct_array(values, n, TIDOID, sizeof(ItemPointerData), false, TYPALIGN_SHORT));
}

const char *statement(const Target &target, Action action) {
    if (action == Action::kDelete)
        return psprintf("DELETE FROM ONLY %s WHERE ctid = ANY ($1)", target.table);
    if (target.clock == nullptr || action == Action::kColumns)
        return psprintf("UPDATE ONLY %s SET %s WHERE ctid = ANY ($1)", target.table, target.assignments);
    const int flags = action == Action::kKeep        ? core::kKept
                      : action == Action::kAnonymise ? core::kAnonymised
                                                     : core::kAnonymised | core::kAwaiting;
    return psprintf("UPDATE ONLY %s SET %s%s%s = retention.with_flags(%s, %d) WHERE ctid = ANY ($1)", target.table,
                    target.assignments != nullptr ? target.assignments : "", target.assignments != nullptr ? ", " : "",
                    target.clock, target.clock, flags);
}

// A trigger may return NULL and so let the row stand without an error.
void check_gone(const Target &target, Datum tids) {
    Oid types[1] = {TIDARRAYOID};
    (void) execute_internal_generic(psprintf("SELECT 1 FROM ONLY %s WHERE ctid = ANY ($1)", target.table), 1, types, &tids,
                                    true, 1);
    if (SPI_processed > 0)
        ereport(ERROR, (errcode(ERRCODE_TRIGGERED_ACTION_EXCEPTION), errmsg("a trigger of the table suppressed the action")));
}

int64 act_together(const Target &target, Action action, const Row *rows, int n) {
    Oid types[1] = {TIDARRAYOID};
    Datum tids = tids_of(rows, n);
    const ActingAs saved = act_as(target.owner, true);
    allow_clock_write(action != Action::kDelete);
    (void) execute_internal_generic(statement(target, action), 1, types, &tids, false, 0);
    allow_clock_write(false);
    const auto done = static_cast<int64>(SPI_processed);
    if (done < n) {
        CommandCounterIncrement();
        check_gone(target, tids);
    }
    leave(saved);
    return done;
}

}  // namespace

bool is_tied(const Row &row) {
    return row.sqlstate == ERRCODE_FOREIGN_KEY_VIOLATION || row.sqlstate == ERRCODE_RESTRICT_VIOLATION ||
           row.sqlstate == kMandatorySqlstate || row.sqlstate == kRestrictedSqlstate || row.sqlstate == kHeldSqlstate;
}

Target target_of(const Policy &policy, Oid leaf) {
    Target target = {};
    target.leaf = leaf;
    target.owner = owner_of(leaf);
    target.table = qualified_name(leaf);
    target.clock = clock_name(leaf);
    // The policy's table has the declarations, its partitions have none of their own.
    target.assignments = anonymising_assignments(policy.relid, leaf, Columns{});
    return target;
}

const char *anonymising_assignments(Oid relid, Oid leaf, const Columns &columns) {
    Oid types[3] = {OIDOID, BOOLOID, NAMEARRAYOID};
    Datum values[3] = {ObjectIdGetDatum(relid), BoolGetDatum(columns.without_required), columns.names};
    const char nulls[4] = {' ', ' ', columns.names == 0 ? 'n' : ' ', '\0'};
    const ActingAs saved = act_as(owner_of(extension()->policy_table), true);
    (void) execute_kept("SELECT column_name, constant FROM retention.personal_columns WHERE relation = $1 "
                        "AND NOT (required_by_law AND $2) AND ($3 IS NULL OR column_name = ANY ($3)) ORDER BY column_name",
                        3, types, values, nulls, false, 0);
    leave(saved);
    StringInfoData sql;
    initStringInfo(&sql);
    for (uint64 i = 0; i < SPI_processed; ++i) {
        HeapTuple row = SPI_tuptable->vals[i];
        const char *column = SPI_getvalue(row, SPI_tuptable->tupdesc, 1);
        const char *constant = SPI_getvalue(row, SPI_tuptable->tupdesc, 2);
        if (get_attnum(leaf, column) == InvalidAttrNumber) continue;
        appendStringInfo(&sql, "%s%s = %s", sql.len > 0 ? ", " : "", quote_identifier(column),
                         constant != nullptr ? quote_literal_cstr(constant) : "NULL");
    }
    return sql.len > 0 ? sql.data : nullptr;
}

int64 act(const Target &target, Action action, Row *rows, int n) {
    int64 done = 0;
    if (n == 0) return 0;
    for (int i = 0; i < n; ++i) rows[i].sqlstate = 0;
    if (n > 1 && attempt([&] { done = act_together(target, action, rows, n); }) == nullptr) return done;
    done = 0;
    for (int i = 0; i < n; ++i) {
        int64 one = 0;
        const ErrorData *error = attempt([&] { one = act_together(target, action, &rows[i], 1); });
        if (error == nullptr) {
            done += one;
            continue;
        }
        rows[i].sqlstate = error->sqlerrcode;
        rows[i].reason = error->message;
    }
    return done;
}

}  // namespace pg_retention
