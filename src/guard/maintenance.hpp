#pragma once
// Functions that maintain or check indexes: not commands, and as able to evaluate what an index is made of.
#include "pg/postgres.hpp"

extern "C" {
#include "access/transam.h"
#include "utils/fmgroids.h"
}

namespace pg_retention {

// Asked for each function of each plan that is started. Error 42501, without reveal, when it is one of them and an index of its
// kind evaluates something over a table that holds hidden rows: which index it will be called for is not known then.
void check_maintenance(Oid function);

// Nearly every function of a plan is the server's, and none of these.
inline bool may_maintain_index(Oid function) {
    return function >= FirstNormalObjectId || function == F_BRIN_SUMMARIZE_NEW_VALUES || function == F_BRIN_SUMMARIZE_RANGE ||
           function == F_BRIN_DESUMMARIZE_RANGE || function == F_GIN_CLEAN_PENDING_LIST;
}

}  // namespace pg_retention
