#pragma once
// A policy that a caller of SQL names, by its name or its number.
#include "policy/policy_cache.hpp"

extern "C" {
#include "fmgr.h"
}

namespace pg_retention {

// Text, or an integer. Error 42704: there is none.
const Policy &policy_argument(FunctionCallInfo fcinfo);

// The same, and the caller must own its table, or be a superuser: 42501. NULL is no policy: 22004.
const Policy &own_policy_argument(FunctionCallInfo fcinfo);

// What is written for a policy by its name, windows and paces, stays its own when it is renamed.
void follow_name(const char *old, const char *name);

}  // namespace pg_retention
