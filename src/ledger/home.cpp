#include "ledger/home.hpp"

#include "ledger/own_table.hpp"
#include "pg/guard.hpp"

extern "C" {
#include "access/genam.h"
#include "access/htup_details.h"
#include "access/xact.h"
#include "access/xlog.h"
#include "catalog/indexing.h"
#include "utils/snapmgr.h"
}

namespace pg_retention {

namespace {

struct Home {
    bool known;
    int64 system_identifier;
    Oid database;
    int32 timeline;
};

Home here() {
    return Home{true, static_cast<int64>(GetSystemIdentifier()), MyDatabaseId,
                RecoveryInProgress() ? 0 : static_cast<int32>(GetWALInsertionTimeLine())};
}

// With remove: empties the table on the way.
Home recorded(Relation table, bool remove) {
    Home home = {};
    Snapshot snapshot = RegisterSnapshot(GetLatestSnapshot());
    SysScanDesc scan = systable_beginscan(table, InvalidOid, false, snapshot, 0, nullptr);
    while (HeapTuple row = systable_getnext(scan)) {
        Datum values[4];
        bool nulls[4];
        heap_deform_tuple(row, RelationGetDescr(table), values, nulls);
        home = Home{true, DatumGetInt64(values[1]), DatumGetObjectId(values[2]), DatumGetInt32(values[3])};
        if (remove) CatalogTupleDelete(table, &row->t_self);
    }
    systable_endscan(scan);
    UnregisterSnapshot(snapshot);
    return home;
}

void record_here(bool replace) {
    Relation table = open_own_table("home", ShareRowExclusiveLock);
    const bool known = recorded(table, replace).known;
    if (!known || replace) {
        CommandCounterIncrement();
        const Home home = here();
        Datum values[4] = {BoolGetDatum(true), Int64GetDatum(home.system_identifier), ObjectIdGetDatum(home.database),
                           Int32GetDatum(home.timeline)};
        bool nulls[4] = {false, false, false, false};
        CatalogTupleInsert(table, heap_form_tuple(RelationGetDescr(table), values, nulls));
        CommandCounterIncrement();
    }
    table_close(table, NoLock);
}

}  // namespace

void record_home_if_empty() { record_here(false); }
void record_home() { record_here(true); }

bool home_known() {
    Relation table = open_own_table("home", AccessShareLock);
    const Home home = recorded(table, false);
    table_close(table, AccessShareLock);
    const Home now = here();
    return home.known && home.system_identifier == now.system_identifier && home.database == now.database &&
           home.timeline == now.timeline;
}

}  // namespace pg_retention

RETENTION_FUNCTION(pg_retention_home_known) { PG_RETURN_BOOL(pg_retention::home_known()); }
