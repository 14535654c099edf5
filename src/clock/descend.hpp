#pragma once
// The way down a path: a changed ancestor restamps the rows below it, in the same transaction.
#include "pg/postgres.hpp"

extern "C" {
#include "commands/trigger.h"
#include "utils/rel.h"
}

namespace pg_retention {

void descend(const TriggerData *data);

}  // namespace pg_retention
