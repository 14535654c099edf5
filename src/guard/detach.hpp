#pragma once
// A partition that rows of another table refer to cannot be detached. The server looks for such rows in a query of its own, which sees
// what its user sees: here they are looked for among the hidden ones, too.
#include "pg/postgres.hpp"

extern "C" {
#include "nodes/parsenodes.h"
}

namespace pg_retention {

// Error 23503 when a row refers to the partition. Locks what the command locks, in its order; of those who may not give the command
// nothing is asked, and the server refuses them.
void refuse_referenced(const RangeVar *parent, const PartitionCmd *command);

// Hidden rows that no policy reaches once the partition has left: error 42501 without retention.confirm_drop.
void refuse_to_leave(Oid partition);

}  // namespace pg_retention
