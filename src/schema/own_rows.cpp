#include "schema/own_rows.hpp"

#include "schema/extension.hpp"

extern "C" {
#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
}

namespace pg_retention {

// Not in the member below, whose name is that of the type.
static char *string_of(Datum value) { return TextDatumGetCString(value); }

Datum OwnRow::get(const char *name, bool *isnull) const { return heap_getattr(row, SPI_fnumber(desc, name), desc, isnull); }

Datum OwnRow::datum(const char *name) const {
    bool isnull = false;
    const Datum value = get(name, &isnull);
    if (isnull) elog(ERROR, "column \"%s\" is null", name);
    return value;
}

char *OwnRow::text(const char *name) const {
    bool isnull = false;
    const Datum value = get(name, &isnull);
    return isnull ? nullptr : string_of(value);
}

Oid own_table(const char *name) { return get_relname_relid(name, extension()->schema); }

void for_each_own_row(Oid table, void (*body)(const OwnRow &row)) {
    if (!OidIsValid(table)) return;
    Relation rel = table_open(table, AccessShareLock);
    SysScanDesc scan = systable_beginscan(rel, InvalidOid, false, GetCatalogSnapshot(table), 0, nullptr);
    while (HeapTuple row = systable_getnext(scan)) body(OwnRow{row, RelationGetDescr(rel)});
    systable_endscan(scan);
    table_close(rel, AccessShareLock);
}

}  // namespace pg_retention
