#pragma once
// What rows are judged by: policies, and the rows on the ways of their clocks. A row that is deleted is judged when its statement ends. If
// that, or something that runs inside of it, has changed what it is judged by, the change was compared with the rows that were left then, and
// nobody has weighed this one.
#include "pg/postgres.hpp"

namespace pg_retention {

enum class Judge : uint8_t { kPolicies, kWays };

// In this transaction, by the command that runs.
void note_change_of(Judge judge);

// Whether that was so when the row was gone already, which the command deleted.
bool has_changed_since(Judge judge, CommandId deleted);

}  // namespace pg_retention
