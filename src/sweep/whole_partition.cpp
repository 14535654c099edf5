#include "sweep/whole_partition.hpp"

#include "schema/extension.hpp"
#include "schema/own.hpp"
#include "pg/attempt.hpp"
#include "pg/clock_datum.hpp"
#include "pg/internal.hpp"
#include "pg/sql.hpp"
#include "policy/holds.hpp"
#include "rows/direct_delete.hpp"

extern "C" {
#include "access/table.h"
#include "catalog/pg_publication.h"
#include "catalog/pg_trigger.h"
#include "storage/bufmgr.h"
#include "storage/lmgr.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/reltrigger.h"
#include "utils/snapmgr.h"
}

namespace pg_retention {

namespace {

// Below a megabyte single rows cost little, and lock nobody out.
constexpr BlockNumber kSmall = 128;

// Nobody wants to hear of single rows: neither here nor where they are published to.
bool is_plain(Relation rel, Oid owner) {
    const TriggerDesc *triggers = rel->trigdesc;
    for (int i = 0; triggers != nullptr && i < triggers->numtriggers; ++i) {
        const Trigger &trigger = triggers->triggers[i];
        const bool removes = (trigger.tgtype & (TRIGGER_TYPE_DELETE | TRIGGER_TYPE_TRUNCATE)) != 0;
        if (removes && get_func_namespace(trigger.tgfoid) != extension()->schema) return false;
    }
    PublicationDesc published = {};
    RelationBuildPublicationDesc(rel, &published);
    // Where TRUNCATE is published and single rows are not, these stay there.
    return !published.pubactions.pubdelete && !published.pubactions.pubtruncate && may_delete_directly(rel, owner);
}

// By output plugins that ask no publication; few of them tell of TRUNCATE.
bool is_decoded() {
    return own("SELECT 1 FROM pg_catalog.pg_replication_slots "
               "WHERE database = pg_catalog.current_database() AND plugin <> 'pgoutput' LIMIT 1")
               .n > 0;
}

// How many rows it has if all are due; 0: some are not. Nobody writes to it meanwhile.
int64 count_if_all_due(Relation rel, DueRange range) {
    const AttrNumber column = clock_column(RelationGetRelid(rel));
    TupleTableSlot *slot = table_slot_create(rel, nullptr);
    Snapshot snapshot = RegisterSnapshot(GetLatestSnapshot());
    TableScanDesc scan = begin_scan(rel, snapshot);
    int64 n = 0;
    bool all = true;
    while (all && table_scan_getnextslot(scan, ForwardScanDirection, slot)) {
        CHECK_FOR_INTERRUPTS();
        bool isnull = false;
        const Datum value = slot_getattr(slot, column, &isnull);
        all = !isnull && is_due(datum_clock(value), range);
        ++n;
    }
    table_endscan(scan);
    UnregisterSnapshot(snapshot);
    ExecDropSingleTupleTableSlot(slot);
    return all ? n : 0;
}

bool may_be_all_due(const Target &target, DueRange range) {
    if (!get_rel_relispartition(target.leaf)) return false;
    Relation rel = table_open(target.leaf, NoLock);
    PushActiveSnapshot(GetLatestSnapshot());
    const bool may = RelationGetNumberOfBlocks(rel) >= kSmall && is_plain(rel, target.owner) && spans_all_pending(rel, range);
    PopActiveSnapshot();
    table_close(rel, NoLock);
    return may && !is_decoded();
}

}  // namespace

// Writers are kept out while the rows are looked at, readers only while the file is exchanged.
int64 empty_if_due(const Target &target, DueRange range, int64 most) {
    int64 n = 0;
    if (!may_be_all_due(target, range) || !ConditionalLockRelationOid(target.leaf, ShareLock)) return 0;
    // Known with the lock: a row that a hold reaches may not be marked yet.
    if (may_hold_rows(target.leaf)) return 0;
    Relation rel = table_open(target.leaf, NoLock);
    n = count_if_all_due(rel, range);
    table_close(rel, NoLock);
    if (n == 0 || n > most || !ConditionalLockRelationOid(target.leaf, AccessExclusiveLock)) return 0;
    const ErrorData *error = attempt(
        [&] { during(own_command, true, [&] { run_as(target.owner, kOnce, psprintf("TRUNCATE ONLY %s", target.table)); }); });
    return error == nullptr ? n : 0;
}

}  // namespace pg_retention
