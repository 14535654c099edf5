#pragma once
// The extension's triggers on a governed table keep their place there.
#include "pg/postgres.hpp"

extern "C" {
#include "nodes/parsenodes.h"
}

namespace pg_retention {

// Error 42501 for a command that would disable, drop, rename or replace one of them, or have another one set the clock of a row
// after them.
void check_trigger_command(const Node *statement);

}  // namespace pg_retention
