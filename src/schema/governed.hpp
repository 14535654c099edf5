#pragma once
// The decision behind the condition in every plan: which relations hide rows, and by what. test/core puts another in its place, to
// see what the rest does to the server's own tests when everything is governed.
#include "pg/postgres.hpp"

extern "C" {
#include "nodes/primnodes.h"
}

namespace pg_retention {

// The relation has a clock.
bool is_governed(Oid relid);

// Whether a statement over the relation has to be looked at: it is governed, or something behind it may be. Cheaper than the above, and
// of most relations the only question.
bool may_matter(Oid relid);

// The clock of a governed relation's row, in a query that has the relation as entry rti of its range table.
Node *clock_of(Oid relid, Index rti);

// The same as text, in a statement that has the relation under that name.
const char *clock_text(Oid relid, const char *name);

// Whether the expression is the clock of that entry, wherever the planner has put it.
bool is_clock_of(const Node *expression, Index rti);

}  // namespace pg_retention
