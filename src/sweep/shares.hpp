#pragma once
// How many rows of a table sweeps take in a day: a share of them (retention.max_share), whichever of its policies, and of whatever went along with
// others. A day is twenty-four hours from the first of them.
#include "pg/postgres.hpp"

namespace pg_retention {

bool shares_are_limited();

// Of the table as it is now; of a partition that is all of its tree.
int64 most_of_table(Oid relid);

// Of the day that has begun.
int64 most_today(Oid relid);
// How many more may go. No other sweep takes any of the table until the transaction ends.
int64 left_of_table(Oid relid);
// The same, when the table may have grown since the day began.
int64 raise_share(Oid relid);
// The same, for who only looks.
int64 left_of_table_now(Oid relid);
// In the transaction of the batch that took them.
void add_to_share(Oid relid, int64 rows);

// Tables that are no more.
void forget_shares();

}  // namespace pg_retention
