#pragma once
// applies_to: an immutable condition on one row, without subqueries.
#include "schema/path.hpp"
#include "pg/postgres.hpp"

extern "C" {
#include "nodes/execnodes.h"
#include "utils/rel.h"
}

namespace pg_retention {

// Parses and checks; errors name the field. search_path must be pinned by the caller (act_as).
Node *cook_condition(Relation rel, const char *text, const char *field = "applies_to");

// What it says as SQL that reads the same wherever it is put, about rows of the table that go by this name.
char *condition_text(Relation rel, const char *text, const char *alias, const char *field = "applies_to");

// The same of one that is cooked, qualified as far as the search_path asks for: with the names that columns have now.
char *condition_text(Oid relid, Node *cooked);

// What a constant in a condition means hangs on none of the session's settings: from here on they are fixed, and moments are of the extension's
// zone. Returns what restore_reading takes; an error restores them by itself.
int fix_reading();
void restore_reading(int level);

// It may be evaluated as whoever is there: it does not call anything that users wrote, neither by name nor through a type.
bool runs_servers_code_alone(Node *condition);

// The context must live as long as the state: what the state keeps is allocated there. A slot that is kept is used by one at a time.
bool condition_holds(ExprState *state, ExprContext *context, TupleTableSlot *slot, HeapTuple row);
bool condition_holds(ExprState *state, ExprContext *context, TupleDesc desc, HeapTuple row);

}  // namespace pg_retention
