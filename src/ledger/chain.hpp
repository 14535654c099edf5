#pragma once
// Where the chain ends: at its last entry, and, beside the ledger, at the mark of what was entered last. The mark goes back with the
// transaction, and is dumped, restored and replicated as the ledger is; who cuts off the end of the ledger alone leaves it behind.
#include "ledger/entry.hpp"

extern "C" {
#include "storage/itemptr.h"
#include "utils/rel.h"
#include "utils/snapshot.h"
}

namespace pg_retention {

struct ChainEnd {
    int64 entry_id;  // 0: there is none
    bytea *hash;
};

struct LedgerMark {
    ChainEnd end;
    ItemPointerData place;
};

// Until the transaction ends nobody else continues the chain.
void lock_chain(Relation ledger);

ChainEnd last_entry(Relation ledger, Snapshot snapshot);
LedgerMark read_mark(Relation marks, Snapshot snapshot);
void write_mark(Relation marks, const LedgerMark &mark, int64 entry_id, Datum hash);

// Gives it a number, the hash before and its own, and enters it. The chain stays locked until the transaction ends.
void append_row(Entry *row);

}  // namespace pg_retention
