#pragma once
// What the extension itself has recorded of persons has an end, too: retention.backup_age, objection_age, disclosure_age, request_age.
#include "sweep/engine.hpp"

namespace pg_retention {

// In one step, for a pass with nothing to do is to take few.
void forget_what_is_old(Engine *engine);

}  // namespace pg_retention
