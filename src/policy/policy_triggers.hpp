#pragma once
// What happens when a row of retention.policy is written: checked, provided for, undone.
#include "schema/path.hpp"
#include "pg/during.hpp"
#include "pg/postgres.hpp"

namespace pg_retention {

// While the extension writes policies by itself: validated and ready may be written, and nothing is checked or recorded.
extern Dynamic<bool> own_policy_write;

// Checks every policy of the relation, as after a restore, and completes what is missing. False: *problem says why.
bool validate_relation(Oid relid, char **problem);

// The same for every table; what does not fit is left to the sweep, which says so in retention.status.
void validate_all();

// Removes what belonged to tables that are gone, and path triggers nobody needs any more.
void forget_dropped();

}  // namespace pg_retention
