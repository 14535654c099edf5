#pragma once
// Erasing one person in the running transaction.
#include "subject/call.hpp"

namespace pg_retention {

struct Erased {
    int64 rows;         // deleted, anonymised, or waiting for what keeps them
    const char *answer; // JSON: what was done with which tables, what is kept, under which law and until when
};

// The call's subject must be locked. Errors: none for a row that cannot go; it stands in the answer with its reason.
Erased erase_subject(const Call &call, bool dry_run);

// One erasure at a time, for they lock rows of several persons; and each row must be seen as it is now. Error 25001 under
// repeatable read.
void begin_erasures();

}  // namespace pg_retention
