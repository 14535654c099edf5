#pragma once
// A partition in which every row has had its time goes as a sweep would have it: that is how partitions are rotated.
#include "pg/postgres.hpp"

namespace pg_retention {

// Whether its owner may drop or empty it without more ado. False: it has no rows, or one that is not due, and the usual questions are asked.
bool is_due_partition(Oid relid);

// Once it is locked and goes: how many rows of which policy, for the ledger. what: "drop".
void enter_due_partition(Oid relid, const char *what);

}  // namespace pg_retention
