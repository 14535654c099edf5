#pragma once
// The statements that the server writes for a foreign key: to look up a key in the table referred to, to find or lock rows that refer
// to one, and to delete, update or unset these (ri_triggers.c). Each reads one of the key's two tables by the key's columns, compared by
// the key's operators with parameters; where the key has a PERIOD, a subquery adds up the ranges.
#include "pg/postgres.hpp"

extern "C" {
#include "nodes/parsenodes.h"
}

namespace pg_retention {

// Such a statement, of a foreign key that is in the catalog.
bool is_referential_query(const Query *query);

// Nothing that a user wrote is given the value of a column by it: neither an operator nor a cast of the key.
bool compares_by_trusted_functions(const Query *query);

}  // namespace pg_retention
