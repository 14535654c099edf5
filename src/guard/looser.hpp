#pragma once
// What a write to retention.policy would let go early or show: decided by the dates of the rows that are there, as they stand and as they
// would be, whatever was written: a policy changed, switched, dropped, or put in front of another.
#include "pg/postgres.hpp"

namespace pg_retention {

void init_looser();

}  // namespace pg_retention
