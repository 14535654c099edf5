#include "catalog/policy_check.hpp"

#include "catalog/condition.hpp"
#include "catalog/extension.hpp"
#include "pg/compat.hpp"
#include "pg/security.hpp"
#include "pg/timezone.hpp"

extern "C" {
#include "access/table.h"
#include "catalog/catalog.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
}

namespace pg_retention {

void check_relation(Oid relid) {
    const char kind = get_rel_relkind(relid);
    if (kind == '\0')
        ereport(ERROR, (errcode(ERRCODE_UNDEFINED_TABLE),
                        errmsg("relation with OID %u in field \"relation\" does not exist", relid),
                        errhint("Write the name of a table.")));
    if (kind != RELKIND_RELATION && kind != RELKIND_PARTITIONED_TABLE)
        ereport(ERROR, (errcode(ERRCODE_WRONG_OBJECT_TYPE),
                        errmsg("relation \"%s\" in field \"relation\" is not a table", get_rel_name(relid)),
                        errhint("A policy governs an ordinary or partitioned table; views, foreign tables and "
                                "materialized views follow the tables they read.")));
    const Oid schema = get_rel_namespace(relid);
    if (schema == extension()->schema || IsCatalogNamespace(schema) || get_rel_persistence(relid) == RELPERSISTENCE_TEMP)
        ereport(ERROR, (errcode(ERRCODE_WRONG_OBJECT_TYPE),
                        errmsg("table \"%s\" in field \"relation\" cannot have a policy", get_rel_name(relid)),
                        errhint("A policy governs a lasting table of your own.")));
    if (!owns_table(relid, GetUserId()))
        ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
                        errmsg("must be owner of table %s in field \"relation\"", get_rel_name(relid)),
                        errhint("A policy is written by the owner of its table or by a superuser.")));
}

void check_policy(const Policy &policy, Path *paths) {
    if (policy.n_starts == 0)
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("field \"clock_starts\" is empty"),
                        errhint("Name at least one path to a date or timestamp column.")));
    for (int i = 0; i < policy.n_starts; ++i) {
        Problem problem = {};
        if (!resolve_path(policy.relid, policy.starts[i], &paths[i], &problem))
            ereport(ERROR, (errcode(problem.sqlstate), errmsg("%s", problem.message), errhint("%s", problem.hint)));
        for (int h = 0; h < paths[i].n_hops; ++h)
            if (!owns_table(paths[i].hops[h].to_relid, GetUserId()))
                ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
                                errmsg("must be owner of table %s on path \"%s\" in field \"clock_starts\"",
                                       get_rel_name(paths[i].hops[h].to_relid), policy.starts[i]),
                                errhint("The policy puts a trigger on each table of its paths.")));
    }
    if (policy.applies_to == nullptr) return;
    Relation rel = table_open(policy.relid, AccessShareLock);
    const ActingAs saved = act_as(rel->rd_rel->relowner, false);
    (void) cook_condition(rel, policy.applies_to);
    leave(saved);
    table_close(rel, AccessShareLock);
}

void check_anonymisers(const Policy &policy) {
    if (policy.deletes && !policy.anonymises_if_referenced) return;
    SPI_connect();
    Oid types[1] = {OIDOID};
    Datum values[1] = {ObjectIdGetDatum(policy.relid)};
    // Whoever may write policies need not be able to read what is personal.
    const ActingAs saved = act_as(owner_of(extension()->policy_table), true);
    SPI_execute_with_args("SELECT c.column_name, false, a.attnotnull AND c.anonymise = 'null' "
                          "FROM retention.personal_columns c JOIN pg_catalog.pg_attribute a "
                          "ON a.attrelid = c.relation AND a.attname = c.column_name WHERE c.relation = $1 "
                          "UNION ALL SELECT c.column_name, true, NULL FROM retention.personal_column c "
                          "WHERE c.relation = $1 AND NOT EXISTS (SELECT FROM pg_catalog.pg_attribute a "
                          "WHERE a.attrelid = c.relation AND a.attname = c.column_name AND a.attnum > 0) "
                          "ORDER BY 2 DESC, 3 DESC NULLS LAST",
                          1, types, values, nullptr, true, 0);
    leave(saved);
    if (SPI_processed == 0 && !policy.deletes)
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                        errmsg("policy \"%s\" anonymises, but table %s has no personal columns", policy.name,
                               get_rel_name(policy.relid)),
                        errhint("Declare them first, by their types or in retention.personal_column.")));
    if (SPI_processed > 0) {
        bool isnull = false;
        HeapTuple first = SPI_tuptable->vals[0];
        char *name = SPI_getvalue(first, SPI_tuptable->tupdesc, 1);
        if (DatumGetBool(SPI_getbinval(first, SPI_tuptable->tupdesc, 2, &isnull)))
            ereport(ERROR, (errcode(ERRCODE_UNDEFINED_COLUMN),
                            errmsg("personal column \"%s\" does not exist in table %s", name,
                                   get_rel_name(policy.relid)),
                            errhint("Correct retention.personal_column.")));
        if (DatumGetBool(SPI_getbinval(first, SPI_tuptable->tupdesc, 3, &isnull)))
            ereport(ERROR, (errcode(ERRCODE_NOT_NULL_VIOLATION),
                            errmsg("personal column \"%s\" of table %s is anonymised to null but is not nullable", name,
                                   get_rel_name(policy.relid)),
                            errhint("Set anonymise = 'constant' with a constant in retention.personal_column.")));
    }
    SPI_finish();
}

bool shortens(const core::Terms &a, const core::Terms &b) {
    if (!a.has_floor) return false;
    if (!b.has_floor) return true;
    // Starts over two leap cycles decide: months, quarters, fiscal years and leap days all recur within them.
    const core::Day first = policy_zone().day_of(0);
    for (core::Day day = first; day < first + 2 * 1461; ++day) {
        const core::Start start = core::start_of_day(day, policy_zone());
        if (core::deadlines(start, b, policy_zone()).released_from < core::deadlines(start, a, policy_zone()).released_from)
            return true;
    }
    return false;
}

}  // namespace pg_retention
