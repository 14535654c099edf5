#pragma once
// Clocks name policies by numbers, which mean something else in another database. So each database has a random number of its own, in
// retention.numbering, which is dumped with it; the type of a clock column has that as its modifier. Clocks with another one, or none, are
// unknown.
#include "pg/postgres.hpp"

namespace pg_retention {

// From the table in that schema; 0: there is none yet.
int32 read_number(Oid schema);

// This database's; it is given one with its first policy.
int32 own_number();

}  // namespace pg_retention
