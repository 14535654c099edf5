#include "ledger/chain.hpp"

#include "pg/compat.hpp"

extern "C" {
#include "access/genam.h"
#include "access/htup_details.h"
#include "catalog/indexing.h"
#include "storage/lmgr.h"
}

namespace pg_retention {

// Ends with the transaction, so that nobody continues the chain from an entry that is not committed yet.
void lock_chain(Relation ledger) { LockDatabaseObject(RelationRelationId, RelationGetRelid(ledger), 1, ExclusiveLock); }

ChainEnd last_entry(Relation ledger, Snapshot snapshot) {
    ChainEnd end = {0, no_hash()};
    Relation index = index_open(primary_key_index(ledger), AccessShareLock);
    SysScanDesc scan = systable_beginscan_ordered(ledger, index, snapshot, 0, nullptr);
    HeapTuple last = systable_getnext_ordered(scan, BackwardScanDirection);
    if (HeapTupleIsValid(last)) {
        const Entry entry = entry_of(last, RelationGetDescr(ledger));
        end = ChainEnd{DatumGetInt64(entry.values[kEntryId]), DatumGetByteaPCopy(entry.values[kHash])};
    }
    systable_endscan_ordered(scan);
    index_close(index, AccessShareLock);
    return end;
}

// There are several where a restore brought one into a ledger that was begun: the furthest holds.
LedgerMark read_mark(Relation marks, Snapshot snapshot) {
    LedgerMark mark = {};
    SysScanDesc scan = systable_beginscan(marks, InvalidOid, false, snapshot, 0, nullptr);
    while (HeapTuple row = systable_getnext(scan)) {
        Datum values[2];
        bool nulls[2];
        heap_deform_tuple(row, RelationGetDescr(marks), values, nulls);
        if (DatumGetInt64(values[0]) > mark.end.entry_id)
            mark = LedgerMark{{DatumGetInt64(values[0]), DatumGetByteaPCopy(values[1])}, row->t_self};
    }
    systable_endscan(scan);
    return mark;
}

void write_mark(Relation marks, const LedgerMark &mark, int64 entry_id, Datum hash) {
    Datum values[2] = {Int64GetDatum(entry_id), hash};
    bool nulls[2] = {false, false};
    HeapTuple row = heap_form_tuple(RelationGetDescr(marks), values, nulls);
    if (mark.end.entry_id == 0)
        CatalogTupleInsert(marks, row);
    else
        CatalogTupleUpdate(marks, const_cast<ItemPointer>(&mark.place), row);
}

}  // namespace pg_retention
