#pragma once
// What is declared of personal columns follows the schema: a type that said it says it no longer, a column takes the place of another.
#include "pg/postgres.hpp"

extern "C" {
#include "access/tupdesc.h"
#include "nodes/pg_list.h"
#include "nodes/plannodes.h"
}

namespace pg_retention {

// What was declared before a command, of the tables it may change.
struct DeclaredBefore {
    bool any;      // otherwise it changes nothing of it
    List *tables;  // NIL: whichever
    Oid detached;  // a partition that leaves those above it; invalid: none
    List *above;
    TupleDesc desc;
    List *columns;  // of DeclaredColumn
};

DeclaredBefore declared_before(const PlannedStmt *planned);

// After the command: what a type said that a column has no longer goes into retention.personal_column; what was said of a column that
// is gone is kept for one that takes its place; a partition that leaves takes along what its table says; and what is declared otherwise than before is in the ledger.
void follow_declared(const DeclaredBefore &before);

}  // namespace pg_retention
