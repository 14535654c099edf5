#pragma once
// Rows of the extension's own small tables, read where no statement can be run: while one is planned, and before it has a snapshot. What is
// committed by now, and what this transaction has done.
#include "pg/postgres.hpp"

extern "C" {
#include "access/htup.h"
#include "access/tupdesc.h"
}

namespace pg_retention {

struct OwnRow {
    HeapTuple row;
    TupleDesc desc;

    Datum get(const char *name, bool *isnull) const;
    Datum datum(const char *name) const;  // not null
    char *text(const char *name) const;   // of a text column; null where SQL's value is
};

// Invalid: the script that made the extension has none of this name.
Oid own_table(const char *name);

// The rows lie in the server's buffers: what outlives the call is copied.
void for_each_own_row(Oid table, void (*body)(const OwnRow &row));

}  // namespace pg_retention
