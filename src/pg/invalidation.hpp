#pragma once
// The server has ten places for all libraries that want to know of changed relations, and output plugins of replication take some anew with
// each start. Whoever of us wants to know shares one.
#include "pg/postgres.hpp"

extern "C" {
#include "utils/inval.h"
}

namespace pg_retention {

// While the library is loaded. Called with the relation, invalid: any.
void watch_relations(RelcacheCallbackFunction forget);

}  // namespace pg_retention
