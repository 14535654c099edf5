#pragma once
// The key by which a table's rows are told apart. While rows are hidden, nobody without reveal can prove it again, and without it what is
// carried here a second time is doubled.
#include "pg/postgres.hpp"

extern "C" {
#include "nodes/parsenodes.h"
}

namespace pg_retention {

// The statement drops constraints, and with them the last such key of the table.
bool drops_last_key(Oid relid, const AlterTableStmt *alter);

// The same for DROP INDEX, which is refused over hidden rows without retention.confirm_drop.
void check_dropped_indexes(const DropStmt *drop);

// Rows that are copied with their clocks come from a dump. Into a table that has rows and no key they are refused: whether they are there
// already nobody could tell.
void check_carried_rows(const CopyStmt *copy);

}  // namespace pg_retention
