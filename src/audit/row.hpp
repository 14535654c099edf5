#pragma once
// Looking at the rows of a table or partition, and mending what is safe.
#include "audit/plan.hpp"

extern "C" {
#include "storage/itemptr.h"
}

namespace pg_retention {

// One row of the answer: a fault of a row, or of the table.
struct Fault {
    Oid relid;
    bool has_row;
    ItemPointerData tid;
    Finding finding;
    const char *policy;  // the one that has the row, or that the row says; null: none
    const char *column;  // null: none in particular
    bool has_clock;      // where the clock is at fault
    core::Clock says;
    core::Clock should_be;
    bool repaired;
    const char *detail;  // why it was not repaired, or what there is to say; may be null
};

struct Tally {
    int64 rows;
    int64 found[kFindings];
    int64 repaired;
};

// Told of each fault; what it points to does not outlive the call. May be null.
struct Listener {
    void (*tell)(void *argument, const Fault &fault);
    void *argument;
};

// Looks at what the statement of the plan has read.
void audit_rows(const AuditPlan &plan, const SqlRows &rows, bool repair, const Listener &listener, Tally *tally);

// Enters in the ledger how many rows of the table were repaired, if any.
void record_repairs(Oid relid, int64 rows);

// The table's own faults. governed: what to look for when rows cannot be at fault.
void audit_columns(List *relids, const Listener &listener, Tally *tally);

// Writes the row anew where nothing is released earlier or shown by it. Null: done; otherwise why not.
const char *repair_row(const Fault &fault);

}  // namespace pg_retention
