// Which declarations a policy that anonymises would be refused for.
#include "personal/constraints.hpp"
#include "pg/attempt.hpp"
#include "pg/guard.hpp"
#include "pg/sql.hpp"

extern "C" {
#include "catalog/pg_inherits.h"
#include "funcapi.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/tuplestore.h"
}

namespace pg_retention {

namespace {

// Whoever looks must not wait for a migration, which changes what is said of it.
bool lock_at_once(Oid relid) {
    ListCell *cell = nullptr;
    foreach (cell, find_all_inheritors(relid, NoLock, nullptr))
        if (!ConditionalLockRelationOid(lfirst_oid(cell), AccessShareLock)) return false;
    return true;
}

List *without(List *columns, const char *name) {
    List *rest = NIL;
    ListCell *cell = nullptr;
    foreach (cell, columns)
        if (strcmp(static_cast<const PersonalColumn *>(lfirst(cell))->name, name) != 0) rest = lappend(rest, lfirst(cell));
    return rest;
}

// One after another, for an error names one.
void refused_anonymisers(const ReturnSetInfo *result, Oid relid) {
    if (get_rel_name(relid) == nullptr || !lock_at_once(relid)) return;
    connect_spi();
    List *columns = personal_columns_of(relid);
    while (columns != NIL) {
        const ErrorData *error = attempt([&] { check_constraints(relid, columns, nullptr, Tries::kNoRows); });
        if (error == nullptr || error->column_name == nullptr) break;
        Datum found[2] = {DirectFunctionCall1(namein, CStringGetDatum(error->column_name)), CStringGetTextDatum(error->message)};
        bool nulls[2] = {};
        tuplestore_putvalues(result->setResult, result->setDesc, found, nulls);
        columns = without(columns, error->column_name);
    }
    SPI_finish();
}

}  // namespace

}  // namespace pg_retention

RETENTION_FUNCTION(pg_retention_refused_anonymisers) {
    InitMaterializedSRF(fcinfo, 0);
    pg_retention::refused_anonymisers(reinterpret_cast<const ReturnSetInfo *>(fcinfo->resultinfo), PG_GETARG_OID(0));
    return static_cast<Datum>(0);
}
