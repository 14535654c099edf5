#pragma once
// What a policy's words mean: the columns, types and functions that they name now. After a command the same words may mean something else.
#include "policy/policy_cache.hpp"

extern "C" {
#include "nodes/nodes.h"
}

namespace pg_retention {

// As a text, another one for another meaning. condition is cooked; null: the policy has none.
char *meaning_of(const Policy &policy, Node *condition);

// As a text, another one where a function that it calls, and is not the server's, is replaced. What that one calls is not in it.
char *bodies_of(Node *condition);

// Whether it reads a column of the table that goes by this name.
bool reads_column(Node *condition, Oid relid, const char *name);

}  // namespace pg_retention
