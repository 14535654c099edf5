#pragma once
// What would take rows away all at once.
#include "pg/postgres.hpp"

namespace pg_retention {

// Refuses when the law or a hold keeps a row of the table, or of a partition of it. what: "detach".
void refuse_over_kept_rows(Oid relid, const char *what);

}  // namespace pg_retention
