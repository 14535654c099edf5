#pragma once
// The partial index on started clocks, which makes "what is due" one range.
#include "sweep/engine.hpp"

namespace pg_retention {

// CREATE INDEX CONCURRENTLY on each table or partition without one. Between two steps of a worker only: it commits.
// False: one could not be built.
bool build_missing_indexes(Engine *engine, Oid relid);

}  // namespace pg_retention
