#pragma once
// Checks of a policy against the schema. Errors name the field and carry a hint.
#include "catalog/path.hpp"
#include "catalog/policy_cache.hpp"

namespace pg_retention {

// The relation must be an ordinary or partitioned table that the current user owns.
void check_relation(Oid relid);

// Resolves all paths and the condition; paths has room for policy.n_starts.
void check_policy(const Policy &policy, Path *paths);

// An enforced policy that anonymises needs personal columns that can take what is put into them.
void check_anonymisers(const Policy &policy);

// True when some start would be released earlier under b than under a: release instants are compared, never lengths.
bool shortens(const core::Terms &a, const core::Terms &b);

}  // namespace pg_retention
