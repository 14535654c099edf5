#pragma once
// A partition all of whose rows are due is emptied at once.
#include "rows/act.hpp"
#include "sweep/due_rows.hpp"

namespace pg_retention {

// Where nothing else would come of it than of deleting each of them: no trigger, rule, foreign key, publication or slot asks for single rows.
// Waits for nobody: a partition that somebody uses is left as it is. Returns how many rows it had; 0: it was not done.
// One that has more than most is left, too.
int64 empty_if_due(const Target &target, DueRange range, int64 most);

}  // namespace pg_retention
