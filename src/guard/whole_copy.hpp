#pragma once
// Copies of a whole table that are made through SQL to stand in its place: what repacks, migrates or moves tables makes them. Without
// reveal such a copy lacks the hidden rows, and with the old table they are gone.
#include "pg/command.hpp"

namespace pg_retention {

// CREATE TABLE AS and SELECT INTO; INSERT ... SELECT and MERGE are known by their plan.
void watch_whole_copy(const Command &command);

void init_whole_copy();

}  // namespace pg_retention
