#include "ledger/ledger.hpp"

#include "core/data/formats.hpp"
#include "ledger/at_end.hpp"
#include "ledger/chain.hpp"
#include "ledger/own_table.hpp"
#include "pg/actor.hpp"
#include "pg/compat.hpp"
#include "pg/guard.hpp"
#include "pg/trigger.hpp"
#include "pg/time.hpp"

extern "C" {
#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/indexing.h"
#include "commands/trigger.h"
#include "postmaster/bgworker.h"
#include "utils/snapmgr.h"
}

namespace pg_retention {

namespace {

const char *actor() {
    if (MyBgworkerEntry != nullptr && strcmp(MyBgworkerEntry->bgw_library_name, "pg_retention") == 0)
        return "pg_retention worker";
    return session_role();
}

char *relation_name(Oid relid) {
    const char *name = get_rel_name(relid);
    if (name == nullptr) return nullptr;
    return pstrdup(quote_qualified_identifier(get_namespace_name(get_rel_namespace(relid)), name));
}

void set_text(Entry *entry, LedgerColumn column, const char *text) {
    entry->nulls[column] = text == nullptr;
    if (text != nullptr) entry->values[column] = CStringGetTextDatum(text);
}

// From what was entered last, whether it is still there or not: no number is given twice, and what was cut off, or added by another
// hand, is missing, or in the way, for good.
void continue_chain(Relation ledger, Entry *row) {
    Relation marks = open_own_table("ledger_mark", RowExclusiveLock);
    Snapshot snapshot = RegisterSnapshot(GetLatestSnapshot());
    const ChainEnd last = last_entry(ledger, snapshot);
    const LedgerMark mark = read_mark(marks, snapshot);
    UnregisterSnapshot(snapshot);
    row->values[kEntryId] = Int64GetDatum(Max(last.entry_id, mark.end.entry_id) + 1);
    row->values[kPrevious] = PointerGetDatum(mark.end.entry_id == 0 ? last.hash : mark.end.hash);
    row->values[kHash] = PointerGetDatum(digest(*row));
    write_mark(marks, mark, DatumGetInt64(row->values[kEntryId]), row->values[kHash]);
    table_close(marks, NoLock);
}

}  // namespace

void append_row(Entry *row) {
    Relation ledger = open_own_table("ledger", RowExclusiveLock);
    lock_chain(ledger);
    row->values[kFormat] = Int16GetDatum(core::version_of(core::Format::kLedgerEntry));
    continue_chain(ledger, row);
    CatalogTupleInsert(ledger, heap_form_tuple(RelationGetDescr(ledger), row->values, row->nulls));
    table_close(ledger, NoLock);
    CommandCounterIncrement();
}

void append_ledger(const LedgerEntry &entry) {
    append_waiting();
    Entry row = {};
    row.values[kAt] = TimestampTzGetDatum(retention_now());
    set_text(&row, kActor, actor());
    set_text(&row, kAction, name_of(entry.action));
    row.values[kPolicyId] = Int16GetDatum(entry.policy_id);
    row.nulls[kPolicyId] = entry.policy_id == 0;
    const bool named = entry.relation != nullptr || !OidIsValid(entry.relid);
    set_text(&row, kRelation, named ? entry.relation : relation_name(entry.relid));
    row.values[kRowCount] = Int64GetDatum(entry.row_count);
    row.nulls[kRowCount] = entry.row_count < 0;
    set_text(&row, kDetail, entry.detail);
    append_row(&row);
}

}  // namespace pg_retention

RETENTION_FUNCTION(pg_retention_ledger_append_only) {
    (void) pg_retention::trigger_data(fcinfo);
    ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE), errmsg("the ledger can only be appended to")));
    PG_RETURN_NULL();
}
