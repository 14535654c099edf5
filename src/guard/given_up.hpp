#pragma once
// Hidden rows, or values of theirs, that somebody gave up under retention.confirm_drop.
#include "pg/postgres.hpp"

namespace pg_retention {

// Enters in the ledger, when the transaction ends, how many there are in the table or in each of its partitions, by policy. Once for an act,
// however often it is asked. what: "truncate".
void enter_given_up(Oid relid, const char *what);

}  // namespace pg_retention
