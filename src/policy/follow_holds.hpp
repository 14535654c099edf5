#pragma once
// Conditions of legal holds follow the schema: renamed columns are renamed in them, and what they need is not dropped.
#include "pg/postgres.hpp"

extern "C" {
#include "nodes/pg_list.h"
}

namespace pg_retention {

// What a command may do to what conditions name: nothing; give it another name; drop or alter it.
enum class HoldsFollow : uint8_t { kNothing, kNames, kColumns };

// Of the holds that stand and can be asked, before a command.
List *note_hold_conditions();
// After it, with the names that columns have now; or error 2BP01 where one can no longer be asked, unless its table is gone.
void follow_in_holds(HoldsFollow what, List *noted);

template <typename F>
void with_holds(HoldsFollow what, F command) {
    List *noted = what == HoldsFollow::kNothing ? NIL : note_hold_conditions();
    command();
    follow_in_holds(what, noted);
}

}  // namespace pg_retention
