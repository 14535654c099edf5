#pragma once
#include "pg/command.hpp"

namespace pg_retention {

// Error 2BP01 when the command has renamed, moved or replaced what rows are hidden with.
void keep_own_objects(const Command &command);

}  // namespace pg_retention
