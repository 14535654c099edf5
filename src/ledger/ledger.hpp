#pragma once
// The append-only, hash-chained record of what was done.
#include "ledger/words.hpp"
#include "pg/postgres.hpp"

namespace pg_retention {

struct LedgerEntry {
    LedgerAction action;
    int16_t policy_id;     // 0: none
    Oid relid;             // invalid: none
    const char *relation;  // its name, where the table is gone; otherwise null
    int64 row_count;       // negative: none
    const char *detail;    // may be null; never data about a subject
};

// Appends to the chain, whoever the current user is. The chain stays locked until the transaction ends: call it last.
void append_ledger(const LedgerEntry &entry);

}  // namespace pg_retention
