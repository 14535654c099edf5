#include "schema/formats.hpp"

#include "schema/extension.hpp"
#include "core/data/formats.hpp"
#include "core/data/vocabulary.hpp"
#include "pg/guard.hpp"

extern "C" {
#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "commands/extension.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/tuplestore.h"
}

namespace pg_retention {

namespace {

enum Column { kName, kVersion, kColumns };

void check(const char *name, int version) {
    core::Format format = {};
    const bool known = core::find_word(name, &format);
    if (known && version >= core::oldest_of(format) && version <= core::version_of(format)) return;
    const bool old = known && version < core::oldest_of(format);
    ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                    errmsg("this database has version %d of format \"%s\", which this library of pg_retention does not read",
                           version, name),
                    old ? errhint("Run ALTER EXTENSION pg_retention UPDATE.")
                        : errhint("Install the library that wrote it, or a later one, and reconnect.")));
}

}  // namespace

void check_formats() {
    // An update of this extension raises them.
    if (creating_extension && CurrentExtensionObject == get_extension_oid("pg_retention", true)) return;
    const Oid relid = get_relname_relid("disk_format", extension()->schema);
    // Being dropped, or made by a script before this table.
    if (!OidIsValid(relid)) return;
    Relation table = table_open(relid, AccessShareLock);
    SysScanDesc scan = systable_beginscan(table, InvalidOid, false, GetCatalogSnapshot(relid), 0, nullptr);
    while (HeapTuple row = systable_getnext(scan)) {
        Datum values[kColumns];
        bool nulls[kColumns];
        heap_deform_tuple(row, RelationGetDescr(table), values, nulls);
        check(TextDatumGetCString(values[kName]), DatumGetInt16(values[kVersion]));
    }
    systable_endscan(scan);
    table_close(table, AccessShareLock);
}

}  // namespace pg_retention

RETENTION_FUNCTION(pg_retention_formats) {
    using namespace pg_retention;
    InitMaterializedSRF(fcinfo, 0);
    const auto *result = reinterpret_cast<const ReturnSetInfo *>(fcinfo->resultinfo);
    for (size_t i = 0; i < core::count_of<core::Format>(); ++i) {
        const auto format = static_cast<core::Format>(i);
        Datum values[3] = {CStringGetTextDatum(name_of(format)), Int16GetDatum(core::version_of(format)),
                           Int16GetDatum(core::oldest_of(format))};
        bool nulls[3] = {false, false, false};
        tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
    }
    return static_cast<Datum>(0);
}
