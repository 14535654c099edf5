#include "sweep/declarations.hpp"

#include "clock/late_starts.hpp"
#include "personal/personal.hpp"
#include "pg/attempt.hpp"
#include "pg/time.hpp"
#include "policy/attached.hpp"
#include "schema/extension.hpp"

extern "C" {
#include "catalog/partition.h"
#include "utils/lsyscache.h"
}

namespace pg_retention {

namespace {

const char *declarations() {
    return psprintf(
        "SELECT c.relation, a.attnum AS column_number, %s AS declaration, c.keep_for, c.required_by_law "
        "FROM retention.personal_columns c JOIN pg_catalog.pg_attribute a ON a.attrelid = c.relation AND a.attname = c.column_name "
        "WHERE a.attnum > 0 AND EXISTS (SELECT FROM retention.policy p WHERE p.relation = c.relation AND p.ready)",
        kDeclaration);
}

// A column that is taken earlier than before waits for the quarantine from now on.
uint64 follow_periods(const char *declared) {
    return own(psprintf(
                   "UPDATE retention.declared_column d SET keep_for = n.keep_for, required_by_law = n.required_by_law, "
                   "armed_at = CASE WHEN n.keep_for IS NOT NULL AND (d.keep_for IS NULL OR n.keep_for OPERATOR(retention.<) d.keep_for "
                   "OR (d.required_by_law AND NOT n.required_by_law)) THEN $1 ELSE d.armed_at END, "
                   "approved_for = CASE WHEN n.keep_for IS NOT NULL AND (d.keep_for IS NULL OR n.keep_for OPERATOR(retention.<) d.keep_for "
                   "OR (d.required_by_law AND NOT n.required_by_law)) THEN '{}' ELSE d.approved_for END FROM (%s) n "
                   "WHERE n.relation = d.relation AND n.column_number = d.column_number AND n.declaration = d.declaration AND "
                   "(n.keep_for::text IS DISTINCT FROM d.keep_for::text OR n.required_by_law <> d.required_by_law)",
                   declared),
               at(retention_now()))
        .n;
}

}  // namespace

bool compare_declarations() {
    const char *declared = declarations();
    // Withdrawn, dropped, or without a policy: when it comes again, it is new.
    uint64 written = own("DELETE FROM retention.declared_column d WHERE d.column_number = 0 AND NOT EXISTS "
                         "(SELECT FROM retention.policy p WHERE p.relation = d.relation AND p.ready)")
                         .n;
    written += own(psprintf("DELETE FROM retention.declared_column d WHERE d.column_number <> 0 AND NOT EXISTS "
                            "(SELECT FROM (%s) n WHERE n.relation = d.relation AND n.column_number = d.column_number)",
                            declared))
                   .n;
    written += follow_periods(declared);
    // Those of a table that was not known before are how its rows have been anonymised so far. A column with a period of its own begins
    // anew; for the others the table is looked through.
    const SqlRows changed = own(
        psprintf(
            "WITH written AS (INSERT INTO retention.declared_column AS d SELECT n.*, CASE WHEN EXISTS (SELECT FROM "
            "retention.declared_column o WHERE o.relation = n.relation AND o.column_number = 0) THEN $1 ELSE '-infinity' END FROM (%s) n "
            "WHERE NOT EXISTS (SELECT FROM "
            "retention.declared_column o WHERE o.relation = n.relation AND o.column_number = n.column_number AND o.declaration = "
            "n.declaration) ON CONFLICT (relation, column_number) DO UPDATE SET declaration = EXCLUDED.declaration, keep_for = EXCLUDED.keep_for, "
            "required_by_law = EXCLUDED.required_by_law, armed_at = EXCLUDED.armed_at, approved_for = '{}' "
            "RETURNING d.relation, d.column_number), "
            "changed AS (SELECT w.relation, a.attname, a.attnum FROM written w JOIN pg_catalog.pg_attribute a ON a.attrelid = w.relation "
            "AND a.attnum = w.column_number WHERE EXISTS "
            "(SELECT FROM retention.declared_column o WHERE o.relation = w.relation AND o.column_number = 0)), "
            "anew AS (DELETE FROM retention.column_progress p USING changed c, pg_catalog.pg_attribute a, "
            "LATERAL (SELECT c.relation AS leaf UNION SELECT t.relid FROM pg_catalog.pg_partition_tree(c.relation) t) l "
            "WHERE p.relation = l.leaf AND a.attrelid = p.relation AND a.attname = c.attname AND p.column_number = a.attnum) "
            "INSERT INTO retention.preparation AS r (relation, declared_anew) SELECT c.relation, pg_catalog.array_agg(c.attnum) "
            "FROM changed c GROUP BY c.relation ON CONFLICT (relation) DO UPDATE SET next_block = 0, skipped = 0, stamped = false, "
            "problem = NULL, declared_anew = r.declared_anew || EXCLUDED.declared_anew",
            declared),
        at(retention_now()));
    if (changed.n > 0) progress_changed();
    written +=
        own("INSERT INTO retention.declared_column SELECT DISTINCT p.relation, 0, '' FROM retention.policy p WHERE p.ready AND NOT EXISTS "
            "(SELECT FROM retention.declared_column d WHERE d.relation = p.relation AND d.column_number = 0) ON CONFLICT DO NOTHING")
            .n;
    return written > 0 || changed.n > 0;
}

void notice_declarations(Engine *engine) {
    // What was told up to the last time that there was nothing to write; what was written may still be taken back.
    static constinit uint64_t compared = 0;
    begin_step(engine);
    const uint64_t before = schema_changes();
    bool wrote = true;
    const ErrorData *error = before == compared ? nullptr : attempt([&wrote] { wrote = compare_declarations(); });
    if (error != nullptr) note_problem(engine, "comparing the declarations of personal columns", error);
    if (!wrote) compared = before;
    end_step(engine);
}

namespace {

// What was written while the table was no partition, nobody saw: any of its columns may have been filled.
List *columns_of_attached(Oid relid) {
    List *columns = list_copy(personal_columns_of(relid));
    ListCell *cell = nullptr;
    foreach (cell, get_rel_relispartition(relid) ? get_partition_ancestors(relid) : NIL)
        columns = list_concat(columns, personal_columns_of(lfirst_oid(cell)));
    return columns;
}

}  // namespace

List *columns_declared_anew(Oid relid) {
    if (awaits_stamps(relid)) return columns_of_attached(relid);
    List *columns = NIL;
    const SqlRows found = own("SELECT pg_catalog.unnest(declared_anew) FROM retention.preparation WHERE relation = $1", relid);
    for (const SqlRow row : found) {
        const PersonalColumn *column = find_personal_column(personal_columns_of(relid), relid, row.get<int16>(1));
        if (column != nullptr) columns = list_append_unique_ptr(columns, const_cast<PersonalColumn *>(column));
    }
    return columns;
}

}  // namespace pg_retention
