#pragma once
// Entries that wait for the end of their transaction. A command on tables may be followed by others on more tables in the same transaction,
// and whoever holds the chain must wait for no table: a sweep that has it waits for the chain.
#include "ledger/ledger.hpp"

extern "C" {
#include "access/htup.h"
}

namespace pg_retention {

// Entered when the transaction commits, or before the next entry that does not wait. The table's name is that of now.
void append_ledger_at_end(const LedgerEntry &entry);

// The same, unless such an entry waits already, about the same storage. The server may ask twice about one act.
void append_ledger_once_at_end(const LedgerEntry &entry);

// The same of one that stood elsewhere in the chain: all of it but its number and hashes stays. row: of retention.ledger.
void append_again_at_end(HeapTuple row);

// Enters those that wait. For append_ledger.
void append_waiting();

}  // namespace pg_retention
