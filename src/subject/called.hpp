#pragma once
// What tells who other persons are: by their own rows, by tables that say more of them, and by rows of other kinds that are the same human,
// by a key or by an identifying value.
#include "subject/others.hpp"

namespace pg_retention {

// The columns of a row t of the kind that add_called reads, each with a comma before it.
void append_called(StringInfo sql, const Model &model, const Kind &kind);

// What is known so far, of one request.
Called *new_called();

// Adds to the words of these persons (of Other, one for each row found) what tells who they are, but for the subject's; place: the first of
// the columns.
void add_called(const Subject &subject, const Kind &kind, const SqlRows &found, int place, List *persons);

}  // namespace pg_retention
