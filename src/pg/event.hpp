#pragma once
// What listeners of channel pg_retention hear when the transaction commits: the kind of thing, what became of it, and its name or number.
#include "pg/postgres.hpp"

extern "C" {
#include "commands/async.h"
}

namespace pg_retention {

inline void tell_listeners(const char *event) { Async_Notify("pg_retention", event); }

}  // namespace pg_retention
