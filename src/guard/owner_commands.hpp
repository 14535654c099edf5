#pragma once
#include "pg/command.hpp"

namespace pg_retention {

// What an owner may not do to a governed table without the right to read its hidden rows: have an expression evaluated over them,
// whose errors and side effects would tell what they hold; or take away what hides and keeps them.
void watch_owner_command(const Command &command);

}  // namespace pg_retention
