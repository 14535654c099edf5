#pragma once
// Whether what a command checks of every row is known beforehand: by constraints that stand, or since it is about nothing that a row has yet.
// Then that it passes tells of no row.
#include "pg/postgres.hpp"

extern "C" {
#include "nodes/parsenodes.h"
}

namespace pg_retention {

// The column is NOT NULL, or a valid CHECK says so, in the table and in each one below it.
bool proves_not_null(Oid relid, const char *column);

// The valid constraints of the table, and of each one below it, imply the condition.
bool proves_check(Oid relid, const Node *raw);

// A key of the same columns stands, and compares them as a new one would. One of some of them is not enough: once it is dropped, the wider
// one would tell whoever inserts of the other columns. elements: of IndexElem, or names.
bool proves_unique(Oid relid, const List *elements);

// A partition is given the keys of its table: it has each of them already.
bool proves_keys_of(Oid parent, Oid partition);

// Whether a change of the column's type has values compared, or checked, that were not, or in another way: by a unique or exclusion index whose
// comparison is another's, or by a CHECK that need not say what it said.
bool compares_anew(Oid relid, const AlterTableCmd *command);

// The column is NOT NULL, or has a CHECK or a key, in the table or in one below it.
bool is_constrained(Oid relid, AttrNumber column);

// The columns that the command adds, which neither the table nor one below it has yet, and that are not computed from others; or those of
// them whose values are not all the same but null, so that a key of theirs does not tell whether there are rows.
List *added_columns(const AlterTableStmt *alter, Oid relid);
List *added_key_columns(const AlterTableStmt *alter, Oid relid);

// It names a column that the command adds, of whatever kind: before that it cannot be read as the server will read it.
bool reads_added(const Node *raw, const AlterTableStmt *alter);

// A literal: the same for every row.
bool is_constant(const Node *raw);

// The expression names these columns and no others.
bool reads_only(const Node *raw, const List *columns);

}  // namespace pg_retention
