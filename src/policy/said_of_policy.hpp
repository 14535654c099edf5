#pragma once
// SQL functions of a policy's number that say something of the policy.
#include "policy/policy_cache.hpp"

extern "C" {
#include "fmgr.h"
#include "utils/builtins.h"
}

namespace pg_retention {

// What say(policy) says; NULL where that is nothing, or there is no such policy.
template <typename F>
Datum said_of_policy(FunctionCallInfo fcinfo, F say) {
    const Policy *policy = policy_by_id(PG_GETARG_INT16(0));
    const char *said = policy == nullptr ? nullptr : say(*policy);
    if (said == nullptr) PG_RETURN_NULL();
    PG_RETURN_TEXT_P(cstring_to_text(said));
}

}  // namespace pg_retention
