#pragma once
// Who watches whole copies of governed tables is asked of statements that read such a table, and of no other.
#include "pg/postgres.hpp"

extern "C" {
#include "executor/execdesc.h"
#include "nodes/parsenodes.h"
#include "nodes/plannodes.h"
}

namespace pg_retention {

struct CopyWatch {
    List *(*find)(const Query *query);  // before it is planned: the tables of which it copies all
    void (*mark)(PlannedStmt *plan, const List *tables);
    void (*started)(const QueryDesc *query, int flags);  // whoever may not read them has been told so
};
// Set once, when the library is loaded; null before.
inline constinit CopyWatch copy_watch = {};

}  // namespace pg_retention
