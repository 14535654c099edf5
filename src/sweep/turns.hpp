#pragma once
// Which policies need a turn. Of each table the index on its clocks is looked into, all in one transaction: where it holds nothing that could
// be due there is no turn, and an idle pass costs a look per table. What cannot be told that way has its turn.
#include "sweep/engine.hpp"
#include "sweep/order.hpp"

extern "C" {
#include "utils/hsearch.h"
}

namespace pg_retention {

// Tables that had their turn in this pass.
struct Taken {
    HTAB *places;
};

Taken nothing_taken(Engine *engine);

// Those that have not had one, in the order in which they are swept; from now on they have. A step of its own.
Swept *find_turns(Engine *engine, Taken *taken, int *n);

// In a step. False: each table that has a policy of its own has an index on its clocks.
bool may_lack_indexes();

void init_turns();

}  // namespace pg_retention
