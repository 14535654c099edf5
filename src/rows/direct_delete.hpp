#pragma once
// Deletes rows without a statement, for whoever has decided about each of them in the version that is deleted. A statement locks a row before
// the guard's trigger, or before a wait, and writes that to the WAL; this takes the row as it is, or leaves it. What refers to the rows is
// asked, and goes with them, as with a statement.
#include "pg/postgres.hpp"

extern "C" {
#include "nodes/execnodes.h"
#include "utils/snapshot.h"
}

namespace pg_retention {

struct DirectDelete {
    Relation rel;
    EState *estate;
    ResultRelInfo *target;
    Snapshot snapshot;
    bool fires;  // for foreign keys
};

// Not where a trigger or rule of the application's is to be run, nor where the owner may not delete.
bool may_delete_directly(Relation rel, Oid owner);

// Within the snapshot that is active. Foreign keys see to what refers to the rows at the end.
DirectDelete begin_direct_delete(Relation rel);
// kLocked: by somebody, the caller's own transaction included. kChanged: or gone since.
enum class Deleted : uint8_t { kDone, kLocked, kChanged };
Deleted delete_directly(const DirectDelete &act, ItemPointer tid);
void end_direct_delete(const DirectDelete &act);

}  // namespace pg_retention
