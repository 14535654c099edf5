#pragma once
// Reading what is there now, and not what the statement saw when it began.
#include "pg/postgres.hpp"

extern "C" {
#include "access/xact.h"
#include "utils/snapmgr.h"
}

namespace pg_retention {

// What is read meanwhile is as it is now: after what was done to other rows and, in the same statement, to other persons.
template <typename F>
void seeing_what_was_done(F body) {
    CommandCounterIncrement();
    PushActiveSnapshot(GetLatestSnapshot());
    body();
    PopActiveSnapshot();
}

}  // namespace pg_retention
