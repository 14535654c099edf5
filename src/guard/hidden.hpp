#pragma once
// Commands that would show, lose or release hidden rows in passing.
#include "pg/postgres.hpp"

namespace pg_retention {

// The table, or a partition of it, holds rows that nobody may read now.
bool holds_hidden_rows(Oid relid);

// A restore completes tables whose policies are not there or not checked yet, with their rows in place: neither the table nor
// one below it is managed, and the user is a superuser.
bool is_spared(Oid relid);

// Error 42501 when it does and this session has no reveal, and it is not spared. what: "drop table", "alter the type of a column of".
void refuse_over_hidden_rows(Oid relid, const char *what);

// The same where it is spared, too.
void refuse_without_reveal(Oid relid, const char *what);

}  // namespace pg_retention
