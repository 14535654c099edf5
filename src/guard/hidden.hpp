#pragma once
// Commands that would show, lose or release hidden rows in passing.
#include "pg/postgres.hpp"

namespace pg_retention {

// The table, or a partition of it, holds rows that nobody may read now.
bool holds_hidden_rows(Oid relid);

// Error 42501 when it does and this session has no reveal. what: "drop table", "alter the type of a column of".
void refuse_over_hidden_rows(Oid relid, const char *what);

void init_owner_commands();

}  // namespace pg_retention
