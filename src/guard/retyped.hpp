#pragma once
// What a form of ALTER TABLE makes of a column that may have to stay.
#include "pg/postgres.hpp"

extern "C" {
#include "nodes/parsenodes.h"
}

namespace pg_retention {

// Of ColumnChange, as numbers. NIL: nothing, or the table has no column of that name.
List *changes_of(const AlterTableStmt *alter, const AlterTableCmd *command, Oid relid);

}  // namespace pg_retention
