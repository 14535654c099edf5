#pragma once
// Rows of erased persons that are there again: after a restore of a table, an import, by replication.
#include "sweep/engine.hpp"

namespace pg_retention {

// A round over the tables of all kinds, a few blocks in each pass; a day lies between two of a worker. most: blocks. Returns what is left
// of them.
int64 look_for_returned(Engine *engine, int64 most);

// What was found is looked for anew: somebody was erased.
void forget_returned();

}  // namespace pg_retention
