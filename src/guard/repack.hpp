#pragma once
// pg_repack copies a table while it is in use, swaps the files and drops the old ones. Its first act on a table is the trigger that logs
// changes: what cannot end well is refused there, before anything is copied.
#include "pg/postgres.hpp"

extern "C" {
#include "nodes/parsenodes.h"
}

namespace pg_retention {

void check_repack(const CreateTrigStmt *create);

}  // namespace pg_retention
