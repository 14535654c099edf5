#pragma once
// What a person is told of legal holds when a request meets one (Article 12(4)): the ground and the days, and not what the holder calls it.
#include "subject/subject.hpp"

namespace pg_retention {

// [{"hold_id": 1, "ground": "17(3)(e)", "since": ..., "review_on": ...}]: those that keep rows about the person in these tables (of ReachedTable).
void append_holds(StringInfo out, const Subject &subject, List *tables);

}  // namespace pg_retention
