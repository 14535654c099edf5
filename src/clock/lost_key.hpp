#pragma once
// Whether a foreign key that changed a row set its key to the default, for what it referred to is gone, or took it along to another key.
#include "schema/path.hpp"
#include "pg/postgres.hpp"

extern "C" {
#include "access/htup.h"
#include "access/tupdesc.h"
}

namespace pg_retention {

// Of a row as it was and is, in which the columns of the hop have these numbers; null: those that they have in its table. Where the key does both, what it did is seen by the values:
// a key that cascades to just the default is taken for one that is lost.
bool is_set_to_default(const Hop &hop, const AttrNumber *columns, TupleDesc desc, HeapTuple before, HeapTuple after);

}  // namespace pg_retention
