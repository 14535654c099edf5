#pragma once
// Columns whose period is over before that of their rows: anonymised while the row lives on.
#include "sweep/engine.hpp"

namespace pg_retention {

// All that is due by now in one table or partition, in batches.
void sweep_columns(Engine *engine, int16_t policy_id, Oid leaf);

// The latest start for which the period of a column is over. What the law needs is left until the law lets the row go.
core::Start column_cutoff(const Policy &policy, const core::Period &period, bool required_by_law);
// And the first instant at which it is over for a row with this start.
core::Micros column_over_from(const Policy &policy, const core::Period &period, bool required_by_law, core::Start start);

// Whether a row that is not due has a column whose period is over, and that was not taken yet.
bool are_columns_due(const Policy &policy);

// Before that no sweep takes the column, unless it is approved: its declaration is new, or the policy is armed.
TimestampTz column_waits_until(const Policy &policy, const char *column);

// A column that is anonymised in all rows with a start of the policy up to this one, but for those that a sweep comes back to.
struct DoneColumn {
    NameData name;
    core::Start until;
};
// Of a table or partition; how many.
int columns_done(const Policy &policy, Oid leaf, DoneColumn **done);
// Of one column; -1: none.
core::Start column_done_until(const Policy &policy, Oid leaf, const char *column);

// Whether the next sweep looks again at rows with this start.
bool will_come_back(int16_t policy_id, Oid leaf, core::Start start);
// Has it look at this row, which that transaction wrote.
void come_back_to_row(int16_t policy_id, Oid leaf, const ItemPointerData &tid, core::Start start, TransactionId written_by);

}  // namespace pg_retention
