#pragma once
// The extension's triggers on a governed table keep their place there.
#include "pg/command.hpp"
#include "pg/postgres.hpp"

extern "C" {
#include "nodes/parsenodes.h"
}

namespace pg_retention {

// Error 42501 for a command that would disable, drop, rename or replace one of them, bind it to an extension with which it goes, or have
// another one set the clock of a row after them.
void check_trigger_command(const Node *statement);

// Watches commands: ENABLE TRIGGER ALL or USER, with which a restore of data alone ends, would make those that fire whatever
// session_replication_role is to ordinary ones. They are set back at once.
void keep_triggers(const Command &command);

}  // namespace pg_retention
