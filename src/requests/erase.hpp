#pragma once
// Erasing one person in the running transaction.
#include "pg/latest.hpp"
#include "requests/call.hpp"

namespace pg_retention {

struct Erased {
    int64 rows;                // deleted, anonymised, or waiting for what keeps them
    const char *answer;        // JSON: what was done with which tables, what is kept, under which law and until when
    const char *verification;  // "verification 7", which is entered where something is left to be looked for or at; else null
    const char *categories;    // JSON: which categories of data the tables have that something was done with
    int64 deferred;            // rows that wait for a hold or a restriction to be lifted
    bool gone;                 // no row that is the person stays as it is, for something stands in the way
    bool complete;             // nothing is held back, left or not known
};

enum class Occasion : uint8_t { kRequest, kPreview, kReplay };

// The call's subject must be locked. Errors: none for a row that cannot go; it stands in the answer with its reason. A replay
// that finds nothing left to do writes nothing.
Erased erase_subject(const Call &call, Occasion occasion);

// One erasure at a time, for they lock rows of several persons; and each row must be seen as it is now. Error 25001 under
// repeatable read.
void begin_erasures();

}  // namespace pg_retention
