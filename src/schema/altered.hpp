#pragma once
// Which tables a command about one relation alters.
#include "pg/postgres.hpp"

extern "C" {
#include "nodes/parsenodes.h"
#include "nodes/pg_list.h"
#include "storage/lockdefs.h"
}

namespace pg_retention {

// The relation and all below it; of a composite type the tables that are made of it, which change with it, and all below these.
List *altered_tables(Oid relid, LOCKMODE mode);

// An attribute is a column of those tables.
inline bool renames_column(const RenameStmt *rename) {
    return rename->renameType == OBJECT_COLUMN || rename->renameType == OBJECT_ATTRIBUTE;
}

}  // namespace pg_retention
