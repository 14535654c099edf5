#pragma once
// Names for SQL text.
#include "pg/postgres.hpp"

namespace pg_retention {

// Schema and name of a relation, quoted where needed. Palloc'ed; the relation must exist.
char *qualified_name(Oid relid);

// "a, b" or, with a prefix, "t.a, t.b": quoted names of columns.
char *column_list(Oid relid, const AttrNumber *columns, int n, const char *prefix);

}  // namespace pg_retention
