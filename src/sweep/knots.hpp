#pragma once
// Rows that refer to each other: none of them can go before the others, so those that are all due go together.
#include "sweep/engine.hpp"

namespace pg_retention {

// Of a policy that deletes: looks at some of the rows that were left because something refers to them. In a pass, when what can go by
// itself has gone. True: there are more.
bool untie(Engine *engine, int16_t policy_id, Oid relid);

}  // namespace pg_retention
