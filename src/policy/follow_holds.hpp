#pragma once
// Conditions of legal holds follow the schema: renamed columns are renamed in them, and what they need is not dropped.
#include "pg/postgres.hpp"

extern "C" {
#include "nodes/pg_list.h"
}

namespace pg_retention {

// Of the holds that stand and can be asked, before a command.
List *note_hold_conditions();
// After one that renames: with the names that columns have now.
void rename_in_holds(List *noted);
// After one that alters or drops: error 2BP01 where one can no longer be asked, unless its table is gone.
void require_hold_conditions(List *noted);

template <typename F>
void with_holds(bool renames, bool alters, F command) {
    List *noted = renames || alters ? note_hold_conditions() : NIL;
    command();
    renames ? rename_in_holds(noted) : require_hold_conditions(noted);
}

}  // namespace pg_retention
