#pragma once
// What an erasure could not reach, and what still tells who the person was: looked for when everything is done.
#include "ledger/consequences.hpp"
#include "subject/subject.hpp"

namespace pg_retention {

// Appends ", "left": [{"table", "column", "rows"}]": of the rows that lead to the person still, and that no law keeps, those in whose columns
// a word of the person stands. Returns whether there are any.
bool append_left(StringInfo out, const Subject &subject, List *tables);

// Appends ", "not_reached": [{"table", "why"}]": tables that refer to one of these, and those with personal columns, that no link of the
// person's kinds leads from, also where a trigger wrote into one of them; account: null for what changes nothing. Returns whether there are any.
bool append_not_reached(StringInfo out, const Subject &subject, List *tables, const Account *account);

}  // namespace pg_retention
