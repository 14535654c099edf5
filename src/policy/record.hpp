#pragma once
// What is written of policies and declarations, entered in the ledger with its old and new terms.
#include "ledger/words.hpp"
#include "policy/policy_cache.hpp"

extern "C" {
#include "access/htup.h"
#include "access/tupdesc.h"
}

namespace pg_retention {

// When it is entered: what somebody writes, at once, and so last, as append_ledger; what follows from a command on tables, when the
// transaction ends, for more of them may follow.
enum class Entered : uint8_t { kNow, kAtEnd };

// A row of retention.policy; before or after may be null. relation: its table by name, where it is gone; otherwise null.
void record_policy(LedgerAction action, TupleDesc desc, HeapTuple before, HeapTuple after, Entered when = Entered::kNow,
                   const char *relation = nullptr);

// One that was taken unchecked, as a restore brings it, and is checked now. The ledger comes with a restore; where it has not its first
// terms, for it came alone or somebody wrote it for a table that had a clock, they are entered as they stand.
void record_unknown_policy(int16_t id);

// A superuser had rows of it released earlier, by writing something else.
void record_loosened(const Policy &policy);

// A personal column, as a row of retention.personal_column or of retention.personal_columns: declared, changed or withdrawn,
// as one of the two is null. Entered where policies stand for the table; those written later list what is declared by then.
void record_declaration(Oid relid, TupleDesc desc, HeapTuple before, HeapTuple after, Entered when);

}  // namespace pg_retention
