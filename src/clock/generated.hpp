#pragma once
// A row before it is stored has no values yet in the columns that are generated from others.
#include "pg/postgres.hpp"

extern "C" {
#include "access/htup.h"
#include "utils/rel.h"
}

namespace pg_retention {

// With those that will be stored: what the server computes when the triggers are through. The same row where there are none.
HeapTuple with_generated(Relation rel, HeapTuple row);

}  // namespace pg_retention
