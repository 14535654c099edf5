#pragma once
// Rows that a path leads to persons from, followed to its end.
#include "schema/front.hpp"
#include "schema/link_path.hpp"

namespace pg_retention {

// Where it has arrived: the persons are the rows of the last table whose columns equal what the front holds, and that meet the condition.
struct LinkFront {
    const AttrNumber *columns;
    Equalities equalities;
    Front front;
    const char *condition;  // null: none
};

// What is to be read of a row: the near columns of the first step; where that repeats, and so may be gone not at all, the row's own key.
inline const AttrNumber *first_columns(const LinkPath &path) {
    return path.steps[0].repeats ? path.steps[0].far_columns : path.steps[0].near_columns;
}

// By these columns. The path has a step.
LinkFront front_from_row(const LinkPath &path, const Datum *const *columns, const bool *const *nulls, int n_rows);

// columns[k][row] are what n_rows rows hold in the near columns of the first step, null where they do not begin it. The path has a step.
LinkFront front_along(const LinkPath &path, const Datum *const *columns, const bool *const *nulls, int n_rows);

}  // namespace pg_retention
