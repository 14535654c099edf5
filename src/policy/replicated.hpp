#pragma once
// Tables that are replicated logically, and get their first policy: what stops an apply worker then is said beforehand.
#include "pg/postgres.hpp"

namespace pg_retention {

// Warns of publications that will send the clock, and of subscriptions that write into the table. Before it has its clock.
void warn_of_replication(Oid relid);

}  // namespace pg_retention
