#pragma once
// Rows that lead to rows of other tables, followed hop by hop: all of them at once, each table read by its own owner.
#include "schema/key_equality.hpp"
#include "pg/sql.hpp"

extern "C" {
#include "lib/stringinfo.h"
}

namespace pg_retention {

// Rows, each by its place, with values that lead one step on; several of one row where a path goes down.
struct Front {
    int n;
    int n_columns;
    Oid types[kMaxKeys];     // array types
    Datum values[kMaxKeys];  // arrays
    Datum rows;              // int4[]
};

// columns[k][row] are what n_rows rows of the table hold in its columns near[k]; a row with a null leads nowhere.
Front first_front(Oid relid, const AttrNumber *near, int n_columns, const Datum *const *columns, const bool *const *nulls,
                  int n_rows);

// " FROM ... AS f (row, v0) JOIN table t ON t.a = f.v0", with the front as parameters; "=" as the equalities say.
void append_front_join(StringInfo sql, Oid relid, const AttrNumber *columns, const Equalities &equalities, const Front &front,
                       Parameters *parameters);

// From the rows of the table that the front leads to, by their columns, what these hold in onward. Of rows, t, that meet these conditions
// alone; null: of all.
Front next_front(Oid relid, const AttrNumber *columns, const Equalities &equalities, const AttrNumber *onward, int n_onward,
                 const Front &front, const char *condition = nullptr, const char *another = nullptr);

}  // namespace pg_retention
