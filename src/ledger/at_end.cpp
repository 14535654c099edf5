#include "ledger/at_end.hpp"

#include "ledger/chain.hpp"
#include "ledger/own_table.hpp"
#include "pg/guard.hpp"
#include "pg/names.hpp"
#include "pg/transaction.hpp"

extern "C" {
#include "access/htup_details.h"
#include "access/xlog.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"
}

namespace pg_retention {

namespace {

// Of the subtransaction it happened in: one that is taken back did nothing.
struct Waiting {
    OfLevel level;
    LedgerEntry entry;
    HeapTuple row;  // of one that is entered again; otherwise null
    Oid storage;    // of one that is entered once: where the rows are that it is about; otherwise invalid
};
constinit List *waiting = NIL;  // of Waiting; of this transaction

// With the extension its ledger is gone.
bool has_ledger() {
    const Oid schema = get_namespace_oid("retention", true);
    return OidIsValid(schema) && OidIsValid(get_relname_relid("ledger", schema));
}

// The statements' snapshots are gone by now, and a long detail may be toasted.
void append_at_end() {
    if (!has_ledger()) return;
    PushActiveSnapshot(GetTransactionSnapshot());
    append_waiting();
    PopActiveSnapshot();
}

void end_transaction(XactEvent event, void *) {
    if (waiting == NIL) return;
    if ((event == XACT_EVENT_PRE_COMMIT || event == XACT_EVENT_PRE_PREPARE) && !RecoveryInProgress())
        guarded([] { append_at_end(); });
    if (event == XACT_EVENT_COMMIT || event == XACT_EVENT_ABORT || event == XACT_EVENT_PREPARE) waiting = NIL;
}

void end_subtransaction(SubXactEvent event, SubTransactionId, SubTransactionId, void *) { waiting = end_level(waiting, event); }

void append_again(HeapTuple row) {
    Relation ledger = open_own_table("ledger", AccessShareLock);
    Entry entry = entry_of(row, RelationGetDescr(ledger));
    append_row(&entry);
    table_close(ledger, AccessShareLock);
}

// In the memory of the transaction.
Waiting *add_waiting(const LedgerEntry &entry) {
    call_at_end(AtEnd::kLedger, end_transaction);
    call_at_level_end(end_subtransaction);
    auto *one = static_cast<Waiting *>(palloc0(sizeof(Waiting)));
    *one = Waiting{{GetCurrentTransactionNestLevel()}, entry, nullptr, InvalidOid};
    waiting = lappend(waiting, one);
    return one;
}

Oid storage_of(Oid relid) {
    HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
    if (!HeapTupleIsValid(tuple)) return InvalidOid;
    const Oid storage = reinterpret_cast<Form_pg_class>(GETSTRUCT(tuple))->relfilenode;
    ReleaseSysCache(tuple);
    return storage;
}

bool waits(const LedgerEntry &entry, Oid storage) {
    ListCell *cell = nullptr;
    foreach (cell, waiting) {
        const auto *one = static_cast<const Waiting *>(lfirst(cell));
        if (one->storage == storage && one->entry.action == entry.action && one->entry.policy_id == entry.policy_id &&
            strcmp(one->entry.detail, entry.detail) == 0)
            return true;
    }
    return false;
}

const char *copy_of(const char *text) { return text == nullptr ? nullptr : pstrdup(text); }

}  // namespace

void append_ledger_at_end(const LedgerEntry &entry) {
    MemoryContext before = MemoryContextSwitchTo(TopTransactionContext);
    Waiting *one = add_waiting(entry);
    const bool there = OidIsValid(entry.relid) && get_rel_name(entry.relid) != nullptr;
    one->entry.relation = entry.relation == nullptr && there ? qualified_name(entry.relid) : copy_of(entry.relation);
    one->entry.relid = InvalidOid;
    one->entry.detail = copy_of(entry.detail);
    MemoryContextSwitchTo(before);
}

void append_ledger_once_at_end(const LedgerEntry &entry) {
    const Oid storage = storage_of(entry.relid);
    if (waits(entry, storage)) return;
    append_ledger_at_end(entry);
    static_cast<Waiting *>(llast(waiting))->storage = storage;
}

void append_again_at_end(HeapTuple row) {
    MemoryContext before = MemoryContextSwitchTo(TopTransactionContext);
    add_waiting({})->row = heap_copytuple(row);
    MemoryContextSwitchTo(before);
}

void append_waiting() {
    List *entries = waiting;
    waiting = NIL;
    ListCell *cell = nullptr;
    foreach (cell, entries) {
        const auto *one = static_cast<const Waiting *>(lfirst(cell));
        one->row != nullptr ? append_again(one->row) : append_ledger(one->entry);
    }
}

}  // namespace pg_retention
