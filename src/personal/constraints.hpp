#pragma once
// Whether a table's constraints can live with what becomes of its personal columns.
#include "personal/personal.hpp"

extern "C" {
#include "utils/rel.h"
}

namespace pg_retention {

// Whether the first rows are read, too: what an anonymiser makes of them. An error may then hold a value of theirs.
enum class Tries : uint8_t { kRows, kNoRows };

// Errors name the column, in their text and as its name, and what stands against it, and have a hint. applies_to: a condition on the rows that are
// anonymised; null: all. SPI must be connected.
void check_constraints(Oid relid, List *columns, const char *applies_to, Tries tries);

// The error for one column.
[[noreturn]] void refuse_anonymiser(const PersonalColumn &column, int sqlstate, const char *reason, const char *hint);

// The part that needs values: what anonymising gives, against types and check constraints; and what becomes of the first rows.
// known: names of the constraints that were checked with the table that this one is a part of; returned with its own. NIL:
// it is no part of any.
List *check_samples(Relation rel, List *columns, const char *applies_to, Tries tries, List *known);

}  // namespace pg_retention
