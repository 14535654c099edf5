#pragma once
// Columns of the extension's types, and that they are not lost with it.
#include "pg/postgres.hpp"

extern "C" {
#include "nodes/pg_list.h"
#include "nodes/plannodes.h"
}

namespace pg_retention {

struct OwnColumn {
    Oid relid;
    AttrNumber number;
    Oid type;
    bool personal;  // otherwise a clock or a period
    const char *name;
    const char *table;      // qualified, quoted
    const char *type_name;  // with its modifier
};

// Of OwnColumn: those of the types of the list, in tables of any kind and composite types.
List *columns_of_types(List *types);

// Asked before a statement that may drop the extension with all that depends on it: the columns that would be lost.
List *columns_at_risk(const PlannedStmt *planned);

// Error 2BP01 when there are any, and the extension is gone.
void require_columns(List *before);

}  // namespace pg_retention
