#pragma once
// The partial index on started clocks, which makes "what is due" one range.
#include "sweep/engine.hpp"

namespace pg_retention {

// A valid one stands on the relation itself.
bool is_indexed(Oid relid);

// CREATE INDEX CONCURRENTLY on each table or partition without one. Between two steps of a worker only: it commits.
// False: one could not be built.
bool build_missing_indexes(Engine *engine, Oid relid);

}  // namespace pg_retention
