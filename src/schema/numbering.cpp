#include "schema/numbering.hpp"

#include "pg/during.hpp"
#include "pg/guard.hpp"
#include "pg/trigger.hpp"
#include "schema/extension.hpp"
#include "schema/own.hpp"

extern "C" {
#include "access/genam.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "commands/trigger.h"
#include "utils/array.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
}

namespace pg_retention {

int32 read_number(Oid schema) {
    const Oid relid = get_relname_relid("numbering", schema);
    int32 number = 0;
    // It is being created.
    if (!OidIsValid(relid)) return 0;
    Relation table = table_open(relid, AccessShareLock);
    SysScanDesc scan = systable_beginscan(table, InvalidOid, false, GetCatalogSnapshot(relid), 0, nullptr);
    while (HeapTuple tuple = systable_getnext(scan)) {
        bool isnull = false;
        number = DatumGetInt32(heap_getattr(tuple, 2, RelationGetDescr(table), &isnull));
    }
    systable_endscan(scan);
    table_close(table, AccessShareLock);
    return number;
}

int32 own_number() {
    if (extension()->number != 0) return extension()->number;
    uint32 random = 0;
    while (random == 0) {
        if (!pg_strong_random(&random, sizeof random))
            ereport(ERROR, (errcode(ERRCODE_INTERNAL_ERROR), errmsg("could not generate random values")));
        random &= PG_INT32_MAX;
    }
    connect_spi();
    own("LOCK TABLE retention.numbering IN SHARE ROW EXCLUSIVE MODE");
    // Another session may have come first.
    own("INSERT INTO retention.numbering (number) SELECT $1 WHERE NOT EXISTS (SELECT FROM retention.numbering)",
        static_cast<int32>(random));
    SPI_finish();
    CommandCounterIncrement();
    return extension()->number;
}

namespace {

// A number that explains no clock is deleted for one that a dump brings.
constinit Dynamic<bool> giving_way{false};

// Tables with clocks that this number explains.
bool is_in_use(int32 number) {
    return read_own("SELECT 1 FROM pg_catalog.pg_attribute WHERE atttypid = $1 AND atttypmod = $2 AND NOT attisdropped",
                    extension()->clock_type, number)
               .n > 0;
}

// A dump brings its own. Null: it is this one already.
HeapTuple numbering_before(const TriggerData *data) {
    if (giving_way) return data->tg_trigtuple;
    if (!TRIGGER_FIRED_BY_INSERT(data->tg_event))
        ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                        errmsg("the number by which the clocks of this database are known cannot be changed")));
    bool isnull = false;
    const int32 number = DatumGetInt32(heap_getattr(data->tg_trigtuple, 2, RelationGetDescr(data->tg_relation), &isnull));
    const int32 had = extension()->number;
    if (had == number && !isnull) return nullptr;
    connect_spi();
    if (had != 0 && is_in_use(had))
        ereport(ERROR,
                (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                 errmsg("the clocks of this database have numbers of policies already"),
                 errhint("Restore into a database without policies, or restore tables alone: their clocks are unknown here, and "
                         "their rows are hidden, until a policy is written for them.")));
    if (had != 0) during(giving_way, true, [] { own("DELETE FROM retention.numbering"); });
    SPI_finish();
    CacheInvalidateRelcacheByRelid(extension()->policy_table);
    return data->tg_trigtuple;
}

}  // namespace

}  // namespace pg_retention

RETENTION_FUNCTION(pg_retention_numbering_before) {
    return PointerGetDatum(pg_retention::numbering_before(pg_retention::trigger_data(fcinfo)));
}

// retention.clock(number)
RETENTION_FUNCTION(pg_retention_clock_modifier_in) {
    int n = 0;
    const int32 *numbers = ArrayGetIntegerTypmods(PG_GETARG_ARRAYTYPE_P(0), &n);
    if (n != 1 || numbers[0] <= 0)
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("invalid modifier of type retention.clock"),
                        errhint("It is the number of a database: see retention.numbering.")));
    PG_RETURN_INT32(numbers[0]);
}

RETENTION_FUNCTION(pg_retention_clock_modifier_out) { PG_RETURN_CSTRING(psprintf("(%d)", PG_GETARG_INT32(0))); }
