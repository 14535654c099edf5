// What is known of columns beside their sweep: when they are due, and which rows are looked at again.
#include "pg/names.hpp"
#include "pg/security.hpp"
#include "pg/time.hpp"
#include "schema/own.hpp"
#include "sweep/column_state.hpp"
#include "sweep/columns.hpp"
#include "sweep/declarations.hpp"

extern "C" {
#include "utils/builtins.h"
#include "utils/lsyscache.h"
}

namespace pg_retention {

void come_back_to_row(int16_t policy_id, Oid leaf, const ItemPointerData &tid, core::Start start, TransactionId written_by) {
    const FullTransactionId next = ReadNextFullTransactionId();
    const uint64 age = static_cast<uint32>(XidFromFullTransactionId(next) - written_by);
    own("INSERT INTO retention.column_late (policy_id, relation, from_start, until_start, written_since, row_id) "
        "VALUES ($1, $2, $3, $3, $4, $5)",
        policy_id, leaf, start, FullTransactionIdFromU64(U64FromFullTransactionId(next) - age), tid);
}

int read_columns(const Policy &policy, Oid leaf, Column **columns) {
    const SqlRows found = own(
        psprintf(
            "SELECT a.attnum, a.attname, c.keep_for, c.required_by_law, coalesce(p.done_until, -1), "
            "coalesce(p.taken_until, -1), coalesce((SELECT CASE WHEN $3 = ANY (d.approved_for) THEN '-infinity' "
            "ELSE d.armed_at END FROM retention.declared_column d JOIN pg_catalog.pg_attribute a "
            "ON a.attrelid = d.relation AND a.attnum = d.column_number WHERE d.relation = c.relation AND a.attname = c.column_name "
            "AND d.declaration = %s AND d.keep_for::text = c.keep_for::text AND d.required_by_law = c.required_by_law), "
            "(CASE WHEN k.relation IS NULL THEN '-infinity' ELSE 'infinity' END)::timestamptz) "
            "FROM retention.personal_columns c JOIN pg_catalog.pg_attribute a "
            "ON a.attrelid = $2 AND a.attname = c.column_name AND a.attnum > 0 LEFT JOIN retention.column_progress p "
            "ON p.relation = $2 AND p.policy_id = $3 AND p.column_number = a.attnum "
            "LEFT JOIN retention.declared_column k ON k.relation = c.relation AND k.column_number = 0 "
            "WHERE c.relation = $1 AND c.keep_for IS NOT NULL ORDER BY a.attnum",
            kDeclaration),
        policy.relid, leaf, policy.id);
    int n = 0;
    *columns = static_cast<Column *>(palloc0(sizeof(Column) * (found.n + 1)));
    for (const SqlRow row : found)
        (*columns)[n++] =
            Column{row.get<int16>(1), row.get<NameData>(2), column_cutoff(policy, row.get<core::Period>(3), row.get<bool>(4)),
                   row.get<int64>(5), row.get<int64>(6),    row.get<TimestampTz>(7)};
    return n;
}

TimestampTz waits_until(const Policy &policy, TimestampTz armed_at) {
    return Max(armed_until(policy), quarantined_from(policy, armed_at, policy.terms.quarantine_for));
}

TimestampTz column_waits_until(const Policy &policy, const char *column) {
    Column *columns = nullptr;
    const int n = read_columns(policy, policy.relid, &columns);
    for (int i = 0; i < n; ++i)
        if (strcmp(NameStr(columns[i].name), column) == 0) return waits_until(policy, Min(columns[i].armed_at, retention_now()));
    return DT_NOBEGIN;
}

int columns_done(const Policy &policy, Oid leaf, DoneColumn **done) {
    Column *columns = nullptr;
    int n = 0;
    const int all = read_columns(policy, leaf, &columns);
    *done = static_cast<DoneColumn *>(palloc(sizeof(DoneColumn) * (all + 1)));
    for (int i = 0; i < all; ++i) {
        const core::Start until = Min(columns[i].done, columns[i].cutoff);
        if (until >= 0) (*done)[n++] = DoneColumn{columns[i].name, until};
    }
    return n;
}

core::Start column_cutoff(const Policy &policy, const core::Period &period, bool required_by_law) {
    return core::cutoffs(retention_now(), core::column_terms(policy.terms, period, required_by_law), policy.zone()).due;
}

core::Micros column_over_from(const Policy &policy, const core::Period &period, bool required_by_law, core::Start start) {
    return core::deadlines(start, core::column_terms(policy.terms, period, required_by_law), policy.zone()).due_from;
}

core::Start column_done_until(const Policy &policy, Oid leaf, const char *column) {
    DoneColumn *done = nullptr;
    const int n = columns_done(policy, leaf, &done);
    for (int i = 0; i < n; ++i)
        if (strcmp(NameStr(done[i].name), column) == 0) return done[i].until;
    return -1;
}

namespace {

bool is_column_due(const Policy &policy, Oid leaf, const char *column, core::Start cutoff) {
    const core::Start until = Max(cutoffs_of(policy, retention_now()).due, column_done_until(policy, leaf, column));
    if (cutoff <= until) return false;
    return run_as(owner_of(leaf), kOnceReading,
                  psprintf("SELECT FROM ONLY %s WHERE %s AND %s IS NOT NULL LIMIT 1", qualified_name(leaf),
                           pending_range(clock_name(leaf), 1, 2), quote_identifier(column)),
                  clock_value(core::first_from(policy.id, until + 1)), clock_value(core::last_until(policy.id, cutoff)))
               .n > 0;
}

}  // namespace

bool are_columns_due(const Policy &policy) {
    for (const SqlRow row : own("SELECT column_name, keep_for, required_by_law FROM retention.personal_columns "
                                "WHERE relation = $1 AND keep_for IS NOT NULL",
                                policy.relid)) {
        const core::Start cutoff = column_cutoff(policy, row.get<core::Period>(2), row.get<bool>(3));
        ListCell *cell = nullptr;
        foreach (cell, leaves_of(policy.relid))
            if (clock_column(lfirst_oid(cell)) != InvalidAttrNumber &&
                is_column_due(policy, lfirst_oid(cell), row.text(1), cutoff))
                return true;
    }
    return own("SELECT FROM retention.column_late WHERE policy_id = $1 LIMIT 1", policy.id).n > 0;
}

bool will_come_back(int16_t policy_id, Oid leaf, core::Start start) {
    return read_own(
               "SELECT 1 FROM retention.column_late WHERE relation = $1 AND policy_id = $2 AND $3 BETWEEN from_start AND until_start",
               leaf, policy_id, start)
               .n > 0;
}

}  // namespace pg_retention
