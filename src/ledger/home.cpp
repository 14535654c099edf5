#include "ledger/home.hpp"

#include "ledger/own_table.hpp"
#include "pg/guard.hpp"

extern "C" {
#include "access/genam.h"
#include "access/htup_details.h"
#include "access/xact.h"
#include "access/xlog.h"
#include "catalog/indexing.h"
#include "common/hashfn.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "storage/fd.h"
#include "utils/snapmgr.h"
}

#include <sys/stat.h>

namespace pg_retention {

namespace {

struct Home {
    bool known;
    int64 system_identifier;
    Oid database;
    int32 timeline;
    int64 place;
};

constexpr int kHomeColumns = 5;

// Empty where there is none, as in many containers.
void append_machine(StringInfo text) {
    char line[64] = {};
    FILE *file = AllocateFile("/etc/machine-id", "r");
    if (file == nullptr) return;
    if (fgets(line, sizeof line, file) != nullptr) appendStringInfoString(text, line);
    FreeFile(file);
}

// What a copy of the data directory does not have in common with it: another machine, another path, or another file.
int64 place_of_data() {
    static int64 place = 0;
    if (place != 0) return place;
    StringInfoData text;
    struct stat data = {};
    initStringInfo(&text);
    append_machine(&text);
    if (stat(DataDir, &data) != 0)
        ereport(ERROR, (errcode_for_file_access(), errmsg("could not stat data directory \"%s\": %m", DataDir)));
    appendStringInfo(&text, "|%s|%llu", DataDir, static_cast<unsigned long long>(data.st_ino));
    place = static_cast<int64>(hash_bytes_extended(reinterpret_cast<const unsigned char *>(text.data), text.len, 0));
    pfree(text.data);
    return place;
}

Home here() {
    return Home{true, static_cast<int64>(GetSystemIdentifier()), MyDatabaseId,
                RecoveryInProgress() ? 0 : static_cast<int32>(GetWALInsertionTimeLine()), place_of_data()};
}

// With remove: empties the table on the way.
Home recorded(Relation table, bool remove) {
    Home home = {};
    Snapshot snapshot = RegisterSnapshot(GetLatestSnapshot());
    SysScanDesc scan = systable_beginscan(table, InvalidOid, false, snapshot, 0, nullptr);
    while (HeapTuple row = systable_getnext(scan)) {
        Datum values[kHomeColumns];
        bool nulls[kHomeColumns];
        heap_deform_tuple(row, RelationGetDescr(table), values, nulls);
        home =
            Home{true, DatumGetInt64(values[1]), DatumGetObjectId(values[2]), DatumGetInt32(values[3]), DatumGetInt64(values[4])};
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
        Datum values[kHomeColumns] = {BoolGetDatum(true), Int64GetDatum(home.system_identifier), ObjectIdGetDatum(home.database),
                                      Int32GetDatum(home.timeline), Int64GetDatum(home.place)};
        bool nulls[kHomeColumns] = {};
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
           home.timeline == now.timeline && home.place == now.place;
}

}  // namespace pg_retention

RETENTION_FUNCTION(pg_retention_home_known) { PG_RETURN_BOOL(pg_retention::home_known()); }
