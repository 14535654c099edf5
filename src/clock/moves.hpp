#pragma once
// A row that changes partition is deleted and inserted, which is no deletion: if it arrives. A trigger on the way may swallow it, send it
// elsewhere or change it, so one that may not go has to come, and as late as it left.
#include "clock/decide.hpp"
#include "pg/postgres.hpp"
#include "pg/running.hpp"

extern "C" {
#include "utils/rel.h"
}

namespace pg_retention {

// What is deleted from, or inserted into, the partition is a row on its way.
bool moves_between_partitions(Relation rel);

void depart(Relation rel, core::Clock clock);

// Which floors stood where it left; to be asked before it arrives.
Floors floors_departed();

// The clock it left with.
core::Clock arrive(Relation rel);

// What is still on its way when the statement ends, or the next row sets out, is lost.
void require_arrival(const Departure &departure);

}  // namespace pg_retention
