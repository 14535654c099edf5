// A ledger that is loaded where entries were written already: a restore of the schema, an act, retention.resume(), then the data. What came
// later goes behind what came before it, and an entry says so. A trigger, so whatever loads it: COPY, INSERT, in any order of the tables.
#include "ledger/at_end.hpp"
#include "ledger/chain.hpp"
#include "ledger/own_table.hpp"
#include "ledger/terms.hpp"
#include "pg/compat.hpp"
#include "pg/guard.hpp"
#include "pg/trigger.hpp"

extern "C" {
#include "access/genam.h"
#include "access/htup_details.h"
#include "access/stratnum.h"
#include "access/xact.h"
#include "catalog/indexing.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/snapmgr.h"
}

namespace pg_retention {

namespace {

// Null: there is none of that number.
HeapTuple find_entry(Relation ledger, int64 entry_id, Snapshot snapshot) {
    ScanKeyData key;
    ScanKeyInit(&key, kEntryId + 1, BTEqualStrategyNumber, F_INT8EQ, Int64GetDatum(entry_id));
    SysScanDesc scan = systable_beginscan(ledger, primary_key_index(ledger), true, snapshot, 1, &key);
    HeapTuple row = systable_getnext(scan);
    if (HeapTupleIsValid(row)) row = heap_copytuple(row);
    systable_endscan(scan);
    return HeapTupleIsValid(row) ? row : nullptr;
}

bool is(const Entry &entry, LedgerAction action) {
    return strcmp(TextDatumGetCString(entry.values[kAction]), name_of(action)) == 0;
}

[[noreturn]] void refuse(int64 entry_id, const char *why) {
    ereport(ERROR, (errcode(ERRCODE_UNIQUE_VIOLATION),
                    errmsg("entry " INT64_FORMAT " of the ledger is there already, and %s", entry_id, why),
                    errhint("Restore schema and data into a database of its own; that ledger can be kept beside this one with "
                            "retention.export_ledger().")));
    pg_unreachable();
}

// What was written here up to a mark, the latest first. Ends where entries that were loaded begin.
struct Written {
    List *rows;  // of HeapTuple
    bool told;   // that such entries were moved: the last of them says so
    ChainEnd before;
};

Written written_up_to(Relation ledger, const ChainEnd &end, Snapshot snapshot) {
    Written written = {NIL, false, end};
    while (HeapTuple row = find_entry(ledger, written.before.entry_id, snapshot)) {
        CHECK_FOR_INTERRUPTS();
        const Entry entry = entry_of(row, RelationGetDescr(ledger));
        if (!same_bytes(entry.values[kHash], PointerGetDatum(written.before.hash))) break;
        const int64 id = DatumGetInt64(entry.values[kEntryId]);
        if (!same_bytes(entry.values[kHash], PointerGetDatum(digest(entry)))) refuse(id, "was altered");
        if (is(entry, LedgerAction::kPolicyCreated)) refuse(id, "policies were written in this database");
        written.rows = lappend(written.rows, row);
        written.before = ChainEnd{id - 1, DatumGetByteaPCopy(entry.values[kPrevious])};
        written.told = is(entry, LedgerAction::kEntriesMoved);
        if (written.told) break;
    }
    return written;
}

void tell(const ChainEnd &end, int entries) {
    StringInfoData detail;
    initStringInfo(&detail);
    appendStringInfoChar(&detail, '{');
    put_raw_json(&detail, "entries", psprintf("%d", entries));
    put_json(&detail, "head", text_of(head_of(end.entry_id, end.hash)));
    appendStringInfoChar(&detail, '}');
    LedgerEntry entry = {};
    entry.action = LedgerAction::kEntriesMoved;
    entry.row_count = -1;
    entry.detail = detail.data;
    append_ledger_at_end(entry);
}

bool follows_loaded(Relation ledger, const ChainEnd &before, Snapshot snapshot) {
    HeapTuple row = find_entry(ledger, before.entry_id, snapshot);
    return row != nullptr && same_bytes(entry_of(row, RelationGetDescr(ledger)).values[kHash], PointerGetDatum(before.hash));
}

// A mark goes back to what it was before the first of them: of entries that are not loaded yet, it says where they end.
void move_to_end(Relation ledger, Relation marks, HeapTuple mark, const Written &written, const ChainEnd &end,
                 Snapshot snapshot) {
    if (!written.told) tell(end, list_length(written.rows));
    for (int i = list_length(written.rows) - 1; i >= 0; --i) {
        auto *row = static_cast<HeapTuple>(list_nth(written.rows, i));
        CatalogTupleDelete(ledger, &row->t_self);
        append_again_at_end(row);
    }
    if (written.before.entry_id == 0 || follows_loaded(ledger, written.before, snapshot))
        CatalogTupleDelete(marks, &mark->t_self);
    else
        write_mark(marks, LedgerMark{end, mark->t_self}, written.before.entry_id, PointerGetDatum(written.before.hash));
}

void move_written(Relation ledger, Snapshot snapshot) {
    Relation marks = open_own_table("ledger_mark", RowExclusiveLock);
    SysScanDesc scan = systable_beginscan(marks, InvalidOid, false, snapshot, 0, nullptr);
    while (HeapTuple mark = systable_getnext(scan)) {
        Datum values[2];
        bool nulls[2];
        heap_deform_tuple(mark, RelationGetDescr(marks), values, nulls);
        const ChainEnd end = {DatumGetInt64(values[0]), DatumGetByteaPCopy(values[1])};
        const Written written = written_up_to(ledger, end, snapshot);
        if (written.rows != NIL) move_to_end(ledger, marks, mark, written, end, snapshot);
    }
    systable_endscan(scan);
    table_close(marks, NoLock);
}

bool is_there(Relation ledger, int64 entry_id, Entry *found) {
    Snapshot snapshot = RegisterSnapshot(GetLatestSnapshot());
    HeapTuple row = find_entry(ledger, entry_id, snapshot);
    UnregisterSnapshot(snapshot);
    if (row != nullptr) *found = entry_of(row, RelationGetDescr(ledger));
    return row != nullptr;
}

void make_room(Relation ledger, const Entry &loaded) {
    Entry found = {};
    const int64 id = DatumGetInt64(loaded.values[kEntryId]);
    lock_chain(ledger);
    if (!is_there(ledger, id, &found)) return;
    if (!loaded.nulls[kHash] && same_bytes(found.values[kHash], loaded.values[kHash])) refuse(id, "is the same");
    Snapshot snapshot = RegisterSnapshot(GetLatestSnapshot());
    move_written(ledger, snapshot);
    UnregisterSnapshot(snapshot);
    CommandCounterIncrement();
    if (is_there(ledger, id, &found)) refuse(id, "was not written here");
}

}  // namespace

}  // namespace pg_retention

RETENTION_FUNCTION(pg_retention_make_room_in_ledger) {
    const TriggerData *data = pg_retention::trigger_data(fcinfo);
    if (!TRIGGER_FIRED_BEFORE(data->tg_event) || !TRIGGER_FIRED_BY_INSERT(data->tg_event) ||
        !TRIGGER_FIRED_FOR_ROW(data->tg_event) || strcmp(RelationGetRelationName(data->tg_relation), "ledger") != 0 ||
        RelationGetNamespace(data->tg_relation) != get_namespace_oid("retention", true))
        ereport(ERROR, (errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
                        errmsg("function must be called before a row of retention.ledger is inserted")));
    const pg_retention::Entry loaded = pg_retention::entry_of(data->tg_trigtuple, RelationGetDescr(data->tg_relation));
    if (!loaded.nulls[pg_retention::kEntryId]) pg_retention::make_room(data->tg_relation, loaded);
    return PointerGetDatum(data->tg_trigtuple);
}
