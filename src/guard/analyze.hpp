#pragma once
#include "pg/command.hpp"

namespace pg_retention {

// VACUUM and ANALYZE by hand, where one of the tables holds hidden rows. ANALYZE leaves out what it could only evaluate with user
// code or an error, or passes the table over, and warns.
void watch_vacuum(const Command &command);

}  // namespace pg_retention
