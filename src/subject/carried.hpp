#pragma once
// What a DELETE takes along: rows that ON DELETE CASCADE, however far it goes, takes with the row they refer to.
#include "subject/doom.hpp"

namespace pg_retention {

// For each of these rows of one leaf the name of a table in which rows would go with it that are about somebody else; null: there are none.
const char **carried_from_others(const Subject &subject, const RowPlace *rows, int n);

}  // namespace pg_retention
