#pragma once

namespace pg_retention {

// By which columns holds know rows (policy/held_tables.hpp).
void init_held_columns();

}  // namespace pg_retention
