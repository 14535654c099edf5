#pragma once
// One row by its key, however a caller of SQL spells it: bigint, text or uuid for a key of one column, a jsonb object with a value for each
// column, or a jsonb value for one column. Whatever takes a key takes it here, and so finds the same row or gives the same error.
//
// A value is read as its column's type reads text, without the column's length: a value that is too long names no row. What the type itself
// would cut, or refuses, is an error. Values are compared by the key's own equality.
#include "schema/path.hpp"
#include "pg/sql.hpp"

extern "C" {
#include "fmgr.h"
#include "lib/stringinfo.h"
}

namespace pg_retention {

struct RowKey {
    Oid relid;
    int n;
    AttrNumber columns[kMaxKeys];
    SqlValue values[kMaxKeys];  // of the columns' types, beneath their domains
};

// The index over the columns that name a row: the primary key's, or else a unique one over NOT NULL columns, the replica identity before others,
// the narrowest then. Invalid: there is none.
Oid naming_index(Relation rel);

// The columns of a table's primary key, or of what stands for it; returns how many they are. Errors: 42704 when it has none, with a hint; 54000 for more than
// kMaxKeys.
int primary_key(Oid relid, AttrNumber *columns);

// Whether no two rows hold the same in these columns: a unique index, whole and checked at once, says so of some of them.
bool is_unique_in(Oid relid, const AttrNumber *columns, int n);

// The key that a function was given, for these columns. Errors: 22004 when it is null; 22023 when it has not these columns, with a hint;
// 22001 when a type would cut a value; those of the types.
RowKey key_argument(Oid relid, const AttrNumber *columns, int n, FunctionCallInfo fcinfo, int argument);
RowKey key_from_json(Oid relid, const AttrNumber *columns, int n, Datum json);
// What the extension wrote itself: the value of one column is no object of columns, whatever it looks like.
RowKey key_from_record(Oid relid, const AttrNumber *columns, int n, Datum json);

// "t.a OPERATOR(...) $1 AND t.b OPERATOR(...) $2": whether t is the row.
void append_row_condition(StringInfo sql, const RowKey &key, Parameters *parameters);

}  // namespace pg_retention
