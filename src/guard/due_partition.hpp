#pragma once
// A partition in which every row has had its time goes as a sweep would have it: that is how partitions are rotated.
#include "pg/postgres.hpp"

namespace pg_retention {

// Whether its owner may drop or empty it without more ado; how many rows go so is entered in the ledger. False: it has no rows, or one that
// is not due, and the usual questions are asked. what: "drop".
bool take_due_partition(Oid relid, const char *what);

}  // namespace pg_retention
