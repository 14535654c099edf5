#pragma once
// Triggers of the extension that each table of a tree has, partitions and heirs, for whichever of them a statement names fires its own alone.
#include "pg/postgres.hpp"

extern "C" {
#include "nodes/parsenodes.h"
#include "nodes/pg_list.h"
}

namespace pg_retention {

struct TreeTrigger {
    const char *name;
    const char *event;   // "AFTER INSERT"
    const char *tables;  // "REFERENCING NEW TABLE AS written"; empty: none
};

// The table and what is below it, as far as it holds rows: OIDs.
List *tree_of(Oid relid);

// For each statement, and always. False: it is there.
bool add_tree_trigger(Oid relid, const TreeTrigger &trigger, const char *function);

// From tables that are below none that the table of the extension names in its column relation.
void withdraw_tree_triggers(const char *function, const char *registered);

// No other command changes what is below a table. A dump runs these before it brings what is registered, and the triggers that there were after
// that: it must not find them there.
bool changes_trees(Node *statement);

}  // namespace pg_retention
