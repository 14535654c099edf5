#pragma once
// Keys of rows, told as other functions take them.
#include "schema/foreign_key.hpp"
#include "schema/path.hpp"
#include "pg/sql.hpp"

namespace pg_retention {

struct KeyColumns {
    int n;  // 0: the table has no key
    AttrNumber columns[kMaxKeys];
};

KeyColumns key_columns_of(Oid relid);

// "t.a, t.b": of a row t of the table, or of a partition of it; "NULL" without a key.
const char *key_list(Oid relid, const KeyColumns &key);

// Of a row that has them from this column on. Palloc'ed; null without a key.
char *key_json(Oid relid, const KeyColumns &key, const SqlRow &row, int first);

// The key, as rows are followed by it.
Hop hop_of(const ForeignKey &key);
// Whether rows of the table may be counted for the caller.
bool may_read(Oid relid);

// Of a table whose rows row security shows the caller, or keeps from him: those that he sees, by a query over t. Partitions are seen as the table
// is.
SqlRows shown_to_caller(Oid relid, long limit, const char *columns, const char *condition, const SqlValue &from,
                        const SqlValue &until);

}  // namespace pg_retention
