#pragma once
// The server has ten places for all libraries that want to know of changed relations, and 64 for those that want to know of changed rows of
// catalogs; output plugins of replication take some anew with each start. Whoever of us wants to know shares one, of each catalog.
#include "pg/postgres.hpp"

extern "C" {
#include "utils/inval.h"
}

namespace pg_retention {

// While the library is loaded. Called with the relation, invalid: any.
void watch_relations(RelcacheCallbackFunction forget);

// The same of a catalog that has a cache (TYPEOID), with that and the hash of what changed, 0: any.
void watch_catalog(int cache, SyscacheCallbackFunction forget);

}  // namespace pg_retention
