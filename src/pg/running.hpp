#pragma once
// The statement that is being run, the innermost of those that write: whose doing it is that a trigger fires. Kept by whoever
// hooks into the running of statements.
#include "core/time/clock.hpp"
#include "pg/during.hpp"
#include "pg/mark.hpp"
#include "pg/postgres.hpp"

extern "C" {
#include "executor/execdesc.h"
}

namespace pg_retention {

// A row on its way from one partition to another: gone from the first, and not yet in the second. One statement moves one row at a time.
struct Departure {
    Oid relid;  // where it stood; invalid: no row is on its way
    core::Clock clock;
};

struct Running {
    const QueryDesc *query;
    Departure departure;
};

extern Dynamic<Running *> running;  // null: none

// Whether that is exempt as this.
bool is_running_as(Exemption as);

}  // namespace pg_retention
