#pragma once
// PostgreSQL's own referential queries must see hidden rows, or integrity would break. They are exempt by the flag they run
// under and by their form; no function that a user wrote runs under that flag (catalog/user_code.hpp).
#include "pg/postgres.hpp"

namespace pg_retention {

// What is being planned is such a query (ri_triggers.c).
bool is_referential_query(const char *text);

// While a partition is detached: the query that looks for rows that refer to it, which has no flag.
void allow_detach_check(bool allowed);

}  // namespace pg_retention
