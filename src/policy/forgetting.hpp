#pragma once
// What the rows of a policy would no longer know of themselves, or be guarded by, when it is dropped or leaves a way.
#include "policy/policy_cache.hpp"

namespace pg_retention {

// What started a clock and is gone nobody can be asked again. Error 55006.
void refuse_forgetting(const Policy &policy);

// That, and what stands against dropping the policy: legal holds (RT003), and restrictions, unless it is confirmed.
void refuse_dropping(const Policy &policy);

}  // namespace pg_retention
