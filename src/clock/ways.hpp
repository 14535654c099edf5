#pragma once
// The ways that lead through a table: starts of policies that are reached through a row of it. Whoever writes such a row asks for them, so
// they are kept from row to row; what else there is in the way of policies costs nothing.
#include "pg/postgres.hpp"
#include "schema/path.hpp"

extern "C" {
#include "utils/relcache.h"
}

namespace pg_retention {

struct Way {
    Oid relid;  // the policy's table
    int16_t policy_id;
    int start;  // which of the policy's
    int depth;  // which hop of the path leads to the table
    Path path;
};

struct Ways {
    Oid relid;  // hash key
    int n;
    const Way *all;
    int n_columns;
    const AttrNumber
        *columns;  // of the table as it is, not of a table it is a partition of: where none of them changes, nothing does
};

// Stays until the end of the transaction, whatever is invalidated meanwhile.
const Ways &ways_through(Relation rel);

// Columns of a partition by the numbers of the path's table.
AttrNumber own_column(Oid relid, Oid path_relid, AttrNumber column);

void init_ways();

}  // namespace pg_retention
