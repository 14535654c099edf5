#include "schema/altered.hpp"

#include "pg/sql.hpp"

extern "C" {
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "utils/lsyscache.h"
}

namespace pg_retention {

List *altered_tables(Oid relid, LOCKMODE mode) {
    if (get_rel_relkind(relid) != RELKIND_COMPOSITE_TYPE) return find_all_inheritors(relid, mode, nullptr);
    List *tables = NIL;
    connect_spi();
    const SqlRows typed = run_here(
        kOnceReading, "SELECT c.oid FROM pg_catalog.pg_class c WHERE c.reloftype OPERATOR(pg_catalog.=) $1 ORDER BY c.oid",
        get_rel_type_id(relid));
    for (const SqlRow row : typed) tables = list_concat_unique_oid(tables, find_all_inheritors(row.get<Oid>(1), mode, nullptr));
    SPI_finish();
    return tables;
}

}  // namespace pg_retention
