#pragma once
// What an erasure could not do, row by row: when others are done, something may have cut off the way to a row, and nobody would find it again.
#include "requests/outcome.hpp"
#include "subject/doom.hpp"

namespace pg_retention {

struct UndoneRow {
    RowPlace place;
    int why;   // which of the reasons
    bool met;  // gone through again: what becomes of it is said anew
};

struct Undone {
    MemoryContext context;
    List *reasons;  // of Tally, without their rows
    UndoneRow *rows;
    int n;
    int room;
};

void add_undone(Undone *undone, const Tally &reason, Oid leaf, const ItemPointerData &tid);

void add_undone(Undone *undone, const Undone &more);

// The rows of these tables (of ReachedTable) are about to be gone through again: where they are now.
void begin_meeting(Undone *undone, List *tables);
void meet(Undone *undone, const Doomed *rows, int n);
// Those that were met go, and those that are no more.
void end_meeting(Undone *undone);

// Adds the rows to the lines of the answer.
void add_to(List **tallies, MemoryContext context, const Undone &undone);

}  // namespace pg_retention
