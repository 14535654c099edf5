#pragma once
// A row that changes partition is deleted and inserted, which is no deletion: if it arrives. A trigger on the way may swallow it, send it
// elsewhere or change it, so one that may not go has to come, and as late as it left. What follows is the order of events:
//
//   before the row is updated     may_leave: which row that is, and what its clock was
//   it is deleted where it was    the server writes into the row that it moved
//   before it is inserted         arrive: the row that is gone is that one
//   when the statement ends       has_arrived: asked of each row that moved and may not go
#include "clock/decide.hpp"
#include "pg/postgres.hpp"
#include "pg/running.hpp"

extern "C" {
#include "access/htup.h"
#include "utils/rel.h"
}

namespace pg_retention {

// What an UPDATE that runs inserts into the partition is a row that was on its way.
bool moves_between_partitions(Relation rel);
// The same of what it changes there. MERGE, and statements that change data in a CTE, insert others, too.
bool may_move(Relation rel);

void may_leave(Relation rel, HeapTuple row, core::Clock clock);

// The row that comes now, as it left, and the floors that stood there; relid invalid: nobody knows of such a row. Where others are inserted,
// too, it is known only if no trigger can have swallowed it, and does not count for has_arrived.
struct Arrival {
    Departure from;
    Floors floors;
};
Arrival arrive(Relation rel);

// Of a row as it was deleted.
bool has_moved(HeapTuple row);
bool has_arrived(Relation rel, HeapTuple row);

}  // namespace pg_retention
