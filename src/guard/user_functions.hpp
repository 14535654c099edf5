#pragma once
// Functions of users that the server calls through caches of its own (of types, of indexes): looked up before a command, they run
// in it whatever is forbidden then. So the command is asked before.
#include "pg/postgres.hpp"

extern "C" {
#include "utils/relcache.h"
}

namespace pg_retention {

// One that compares or measures values of the type, or of what it is made of; InvalidOid: none.
Oid user_function_of_type(Oid type);

// One that belongs to the index: its operator classes', or its columns' types'. only_summary: if VACUUM writes to it by itself
// (BRIN, GIN).
Oid user_function_of_index(Oid index, bool only_summary = false);

// The index evaluates more than its columns: an expression, a condition on more than the clock, or such a function.
bool evaluates(Relation index);

// One of any index of the table or of one below it; only_summaries: of such indexes.
Oid user_function_below(Oid relid, bool only_summaries);

// An index of the table, or of one below it, evaluates more than its columns.
bool index_below_evaluates(Oid relid);

// Error 42501 for such a function, if there is one.
void refuse_user_function(Oid function);

}  // namespace pg_retention
