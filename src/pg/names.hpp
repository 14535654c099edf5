#pragma once
// Names for SQL text.
#include "pg/postgres.hpp"

namespace pg_retention {

// Schema and name of a relation, quoted where needed. Palloc'ed; the relation must exist.
char *qualified_name(Oid relid);

}  // namespace pg_retention
