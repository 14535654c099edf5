#pragma once
// Kinds of persons and links to them follow the schema: what they name is renamed with it, and not dropped under them.
#include "pg/postgres.hpp"

extern "C" {
#include "nodes/pg_list.h"
}

namespace pg_retention {

// What all of them name now; asked before a statement that may rename or drop something.
List *named_subjects();

// Writes names anew that have changed since, also in the records of persons. from: a column of these tables that is named "to" now; null:
// what was renamed is none.
void rename_subjects(List *before, List *tables, const char *from, const char *to);

// Error 2BP01 when one of them no longer fits the schema, and did before. confirmed: a warning, and what is asked about a person fails until
// it fits again.
void require_subjects(List *before, bool confirmed);

// Removes those whose table is gone, and what else is known of the columns and rows of such a table.
void forget_dropped_subjects();

}  // namespace pg_retention
