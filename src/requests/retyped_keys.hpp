#pragma once
// What is recorded of persons follows a command that writes their keys otherwise.
#include "pg/command.hpp"

namespace pg_retention {

// Around the command. Another type of a key, or another label of an enum in it: records follow row by row. Error 2BP01 where they cannot.
// A warning where hashes of erased persons cannot: of another type, and of other names of the table.
void follow_retyped_keys(const Command &command);

}  // namespace pg_retention
