#pragma once
// Rows that are given a start which a sweep has already passed with their columns. A transaction keeps in mind the starts it
// writes; as it commits, those up to which a sweep has taken a table by then go into retention.column_late.
#include "core/time/clock.hpp"
#include "pg/postgres.hpp"

extern "C" {
#include "access/htup.h"
#include "utils/rel.h"
}

namespace pg_retention {

// The table or partition has a row with this clock now.
void note_start(Oid leaf, core::Clock clock);

// A column that is anonymised before its row has another value than before.
bool has_new_value(Relation leaf, core::Clock clock, HeapTuple before, HeapTuple after);

// Columns of rows with starts of this policy in this table have been taken by a sweep.
bool is_in_progress(Oid leaf, int16_t policy_id);

// Enters what this transaction has noted so far.
void record_late_starts();

// Until the transaction ends nobody commits starts in the table; what was noted before is committed.
void lock_starts(Oid leaf);

// Rows of retention.column_progress came or went.
void progress_changed();

void init_late_starts();

}  // namespace pg_retention
