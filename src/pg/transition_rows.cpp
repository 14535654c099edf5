#include "pg/transition_rows.hpp"

extern "C" {
#include "executor/executor.h"
}

namespace pg_retention {

TransitionRows open_rows(Tuplestorestate *store, Relation rel) {
    if (store == nullptr) return {};
    TransitionRows rows = {store, 0, MakeSingleTupleTableSlot(RelationGetDescr(rel), &TTSOpsMinimalTuple)};
    rows.pointer = tuplestore_alloc_read_pointer(store, EXEC_FLAG_REWIND);
    return rows;
}

void rewind_rows(const TransitionRows &rows) {
    if (rows.store == nullptr) return;
    tuplestore_select_read_pointer(rows.store, rows.pointer);
    tuplestore_rescan(rows.store);
}

bool next_row(const TransitionRows &rows) {
    if (rows.store == nullptr) return false;
    tuplestore_select_read_pointer(rows.store, rows.pointer);
    return tuplestore_gettupleslot(rows.store, true, false, rows.slot);
}

void close_rows(const TransitionRows &rows) {
    if (rows.store != nullptr) ExecDropSingleTupleTableSlot(rows.slot);
}

}  // namespace pg_retention
