#pragma once
// The chain recomputed: where it is broken, and which of the breaks an entry names that began a new segment after them.
#include "ledger/entry.hpp"

extern "C" {
#include "nodes/pg_list.h"
#include "utils/snapshot.h"
}

namespace pg_retention {

struct LedgerBreak {
    int64 entry_id;         // of the entry that is not as it was, that follows a gap, or that is missing
    const char *problem;    // without data about anybody
    bool by_head;           // a head that was kept elsewhere says so: nobody here can sign for that
    int64 acknowledged_by;  // the entry that names it; 0: none
};

struct Verification {
    int64 entries;
    int64 first_bad;  // the first that is not acknowledged; 0: none
    int64 acknowledged;
    List *breaks;  // of LedgerBreak, in the order in which they are met
    Head last;     // the last entry that is there
    bytea *whole;  // stands for all entries, as they are
};

// head: as it was once; an end that was cut off since is missing. Null: nobody kept one.
Verification verify_ledger(const Head *head, Snapshot snapshot);

// How an entry that begins a segment says what stood before it: the first field of its detail.
constexpr char kWholeField[] = "before";

}  // namespace pg_retention
