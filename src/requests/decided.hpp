#pragma once
// What an erasure decides of rows while the ways from them are there. What is deleted may be the way by which another row is somebody else's, too:
// asked again later it would be taken for the person's alone. So rows of tables that lead to persons over other rows are all decided before one
// of them is deleted, and what was not to be deleted then is not later.
#include "subject/doom.hpp"

namespace pg_retention {

struct Places {
    RowPlace *at;
    int n;
    int room;
};

// Of the rows of one condition of a table.
struct Decided {
    Oid relid;
    int condition;
    Places deletable;
    Places shared;  // the person is taken out of them
    int n_known;    // of these, from another time, in the order of their places
};

// All that are decided, in a context that lives as long as the erasure.
struct Decisions {
    MemoryContext context;
    List *all;  // of Decided
};

// Whether the table is one of those: a path leads on from another row, or to another row of the table itself.
bool leads_over_rows(const Model &model, Oid relid);

Decided *decided_of(Decisions *decisions, const ReachedTable &table, int condition);

// What is decided anew: what was shared is followed to where it is, and stays so.
void begin_deciding(Decided *decided);
// Sorts the rows by what becomes of them, and remembers it. Returns how many come first that are not to be deleted.
int decide(Decisions *decisions, Decided *decided, Doomed *rows, int n);
// The rows that are still to be deleted come first; returns how many they are.
int still_to_delete(Doomed *rows, int n);

// Those that were to be deleted, where they are now.
void follow_deletable(Decided *decided);

}  // namespace pg_retention
