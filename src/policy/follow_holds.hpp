#pragma once
// What legal holds know rows by stays: renamed columns are renamed in their conditions, what these need is not dropped, and the key of a table with
// a held row is not replaced.
#include "pg/postgres.hpp"

extern "C" {
#include "nodes/pg_list.h"
}

namespace pg_retention {

// Of the holds on a row, or on those of a condition, before a command.
List *note_held_by();
// After one that renames: with the names that columns have now.
void rename_in_holds(List *noted);
// After one that alters or drops: error 2BP01 where one can no longer be asked, RT003 where its row has another key, unless its table is gone.
void require_held_by(List *noted);

template <typename F>
void with_holds(bool renames, bool alters, F command) {
    List *noted = renames || alters ? note_held_by() : NIL;
    command();
    renames ? rename_in_holds(noted) : require_held_by(noted);
}

}  // namespace pg_retention
