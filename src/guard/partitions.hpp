#pragma once
#include "pg/postgres.hpp"

namespace pg_retention {

// Whether fitting rows into partitions of the table evaluates what somebody wrote: an expression in its key, or in that of a table
// it is a partition of; a function of theirs that compares keys. with_indexes: or an index over an expression, or with a
// condition, that is built on a table when that is attached.
bool evaluates_partitions(Oid relid, bool with_indexes);

}  // namespace pg_retention
