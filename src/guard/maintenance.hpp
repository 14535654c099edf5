#pragma once
// Functions that maintain or check indexes: not commands, and as able to evaluate what an index is made of.
#include "pg/postgres.hpp"

namespace pg_retention {

// Asked for each function of each plan that is started. Error 42501, without reveal, when it is one of them and an index of its
// kind evaluates something over a table that holds hidden rows: which index it will be called for is not known then.
void check_function(Oid function);

}  // namespace pg_retention
