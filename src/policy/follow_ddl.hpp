#pragma once
// Policies, kinds of persons and links follow the schema.
#include "pg/command.hpp"

namespace pg_retention {

// Renames rewrite them; what they need is neither dropped nor given another type.
void follow_command(const Command &command);

}  // namespace pg_retention
