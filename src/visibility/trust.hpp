#pragma once
// Whose code a clause runs. Functions of the server and of C libraries cannot report what they are given to somebody who may
// not read it; functions that users wrote can.
#include "pg/postgres.hpp"

extern "C" {
#include "nodes/nodes.h"
#include "nodes/parsenodes.h"
}

namespace pg_retention {

// Internal, C, or declared leakproof by a superuser.
bool is_trusted_function(Oid function);

// Every function and operator in the expression is trusted; it has no sub-query and no domain with a check.
bool is_trusted(Node *expression);

// Whether some operator of the expression may fail on some value: where it is tried on hidden values, that it fails tells of them.
// Those that only compare do not, nor do those of a short list; LIKE fails where its pattern ends in an escape.
bool may_fail(Node *expression);

// Every function and operator of the statement came with the server, but for the condition itself; it has no domain with a check, and none that
// estimators try on values fails on one.
bool is_all_of_server(Query *query);

void init_trust();  // registers the invalidation callback

}  // namespace pg_retention
