#pragma once
// The statement that is being run, the innermost of those that write: whose doing it is that a trigger fires. Kept by whoever
// hooks into the running of statements.
#include "pg/during.hpp"
#include "pg/mark.hpp"
#include "pg/postgres.hpp"

extern "C" {
#include "executor/execdesc.h"
}

namespace pg_retention {

extern Dynamic<const QueryDesc *> running;  // null: none

// Whether that is exempt as this.
bool is_running_as(Exemption as);

}  // namespace pg_retention
