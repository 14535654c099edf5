#pragma once
// Tables whose rows may stay visible and refer to rows that a policy hides: retention.reference_to_hidden.
#include "policy/policy_cache.hpp"

namespace pg_retention {

// A notice that names them, to who writes the policy; none where there are none.
void tell_of_references(const Policy &policy);

}  // namespace pg_retention
