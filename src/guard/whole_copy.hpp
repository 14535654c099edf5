#pragma once
// Copies of a whole table that are made through SQL to stand in its place: what repacks, migrates or moves tables makes them. Without
// reveal such a copy lacks the hidden rows, and with the old table they are gone.
#include "pg/command.hpp"

namespace pg_retention {

// CREATE TABLE AS and SELECT INTO; INSERT ... SELECT is known by its plan.
void watch_whole_copy(const Command &command);

// A table with clocks that no policy stands for holds rows that perhaps nobody has anywhere else. Refuses to lose the hidden ones of them
// without retention.confirm_drop, to superusers, too. what: "drop".
void refuse_losing_unmanaged(Oid relid, const char *what);

void init_whole_copy();

}  // namespace pg_retention
