#include "pg/cause.hpp"

#include <initializer_list>

#include "pg/compat.hpp"
#include "pg/names.hpp"

extern "C" {
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_constraint.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
}

namespace pg_retention {

namespace {

// Raised where the server waits, in words that are always the same or name a table.
bool is_of_waiting(const ErrorData *error) {
    if (error->filename == nullptr) return false;
    const char *slash = strrchr(error->filename, '/');
    const char *file = slash == nullptr ? error->filename : slash + 1;
    for (const char *waits : {"postgres.c", "proc.c", "lmgr.c", "namespace.c"})
        if (strcmp(file, waits) == 0) return true;
    return false;
}

bool is_ours(const ErrorData *error) { return error->domain == nullptr || strcmp(error->domain, TEXTDOMAIN) == 0; }

// Whoever raises an error can put any words in the place of names: only those of what there is are told.
Oid table_of(const ErrorData *error) {
    if (error->schema_name == nullptr || error->table_name == nullptr) return InvalidOid;
    const Oid schema = get_namespace_oid(error->schema_name, true);
    return OidIsValid(schema) ? get_relname_relid(error->table_name, schema) : InvalidOid;
}

// Of a key to a partitioned table the server keeps one for each partition, under names of its own: the one that was declared is told.
const char *declared_name(Oid constraint) {
    const char *name = nullptr;
    while (OidIsValid(constraint)) {
        HeapTuple tuple = SearchSysCache1(CONSTROID, ObjectIdGetDatum(constraint));
        if (!HeapTupleIsValid(tuple)) break;
        const auto *form = reinterpret_cast<Form_pg_constraint>(GETSTRUCT(tuple));
        name = pstrdup(NameStr(form->conname));
        constraint = form->conparentid;
        ReleaseSysCache(tuple);
    }
    return name;
}

// Null: the table has none of that name.
const char *constraint_of(Oid relid, const char *name) {
    const Oid constraint = get_relation_constraint_oid(relid, name, true);
    if (OidIsValid(constraint)) return declared_name(constraint);
    return OidIsValid(get_relname_relid(name, get_rel_namespace(relid))) ? name : nullptr;
}

}  // namespace

const char *cause_of(const ErrorData *error) {
    if (is_ours(error) || is_of_waiting(error)) return error->message;
    StringInfoData cause;
    initStringInfo(&cause);
    appendStringInfo(&cause, "error %s", unpack_sql_state(error->sqlerrcode));
    const Oid relid = IsTransactionState() ? table_of(error) : InvalidOid;
    if (!OidIsValid(relid)) return cause.data;
    const char *constraint = error->constraint_name == nullptr ? nullptr : constraint_of(relid, error->constraint_name);
    if (constraint != nullptr)
        appendStringInfo(&cause, " of constraint %s", quote_identifier(constraint));
    else if (error->column_name != nullptr && get_attnum(relid, error->column_name) != InvalidAttrNumber)
        appendStringInfo(&cause, " of column %s", quote_identifier(error->column_name));
    appendStringInfo(&cause, " of table %s", qualified_name(relid));
    return cause.data;
}

const char *reason_with_detail(const char *message, const char *detail) {
    return detail == nullptr ? message : psprintf("%s: %s", message, detail);
}

}  // namespace pg_retention
