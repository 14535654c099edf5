#pragma once
// The statement that is being run, the innermost of those that write: whose doing it is that a trigger fires. Kept by whoever
// hooks into the running of statements.
#include "core/time/clock.hpp"
#include "pg/during.hpp"
#include "pg/mark.hpp"
#include "pg/postgres.hpp"

extern "C" {
#include "executor/execdesc.h"
#include "storage/itemptr.h"
}

namespace pg_retention {

// The row of a partition that an UPDATE has come to: perhaps it leaves for another one. One statement moves one row at a time.
struct Departure {
    Oid relid;  // where it stands, or stood; invalid: there is none
    ItemPointerData tid;
    core::Clock clock;
};

struct Running {
    const QueryDesc *query;
    Departure departure;
    Oid asked;         // a partitioned table; invalid: none
    bool may_swallow;  // a trigger of it, or of a partition, a row on its way
};

extern Dynamic<Running *> running;  // null: none

// Whether that is exempt as this.
bool is_running_as(Exemption as);

// Whether it is the extension's own, and writes no clocks.
bool is_running_own();

}  // namespace pg_retention
