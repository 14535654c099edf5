#pragma once
// The rows of a transition table.
#include "pg/postgres.hpp"

extern "C" {
#include "executor/tuptable.h"
#include "utils/rel.h"
#include "utils/tuplestore.h"
}

namespace pg_retention {

struct TransitionRows {
    Tuplestorestate *store;  // null: there is none
    int pointer;
    TupleTableSlot *slot;  // of the row that next_row found
};

TransitionRows open_rows(Tuplestorestate *store, Relation rel);
void rewind_rows(const TransitionRows &rows);
bool next_row(const TransitionRows &rows);
void close_rows(const TransitionRows &rows);

}  // namespace pg_retention
