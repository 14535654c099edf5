#pragma once
// Whether a legal hold reaches one row, by what the row holds. Who is held is kept in memory.
#include "pg/postgres.hpp"

extern "C" {
#include "access/htup.h"
#include "utils/rel.h"
}

namespace pg_retention {

// As policy/held_rows.hpp says of them.
bool is_row_reached(Relation rel, HeapTuple row);
bool leaves_hold(Relation rel, HeapTuple was, HeapTuple is);
bool cannot_tell(Oid relid);
bool leads_away(Relation rel, HeapTuple was, HeapTuple is);
bool is_left_behind(Relation rel, HeapTuple row, Oid to);
void note_person(Relation rel, HeapTuple row);

}  // namespace pg_retention
