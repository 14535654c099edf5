#pragma once
// A database keeps in retention.disk_format what its values were written in.
#include "pg/postgres.hpp"

namespace pg_retention {

// Refuses a database with values this library would misread (0A000). An update of the extension, which may raise them, passes.
void check_formats();

}  // namespace pg_retention
