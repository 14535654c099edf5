#pragma once
// What is to be prepared for policies: tables whose rows are stamped anew, indexes that are built. Sweeps do it.
#include "pg/postgres.hpp"

namespace pg_retention {

// Rows of the table are stamped anew, by the worker or a sweep.
void plan_preparation(Oid relid);

// Its index is built anew, and nothing else.
void plan_index(Oid relid);
// Whatever became of them: what follows DROP INDEX may have been out of order. For a step of a sweep.
void plan_missing_indexes();

}  // namespace pg_retention
