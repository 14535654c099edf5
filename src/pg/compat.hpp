#pragma once
// Differences between PostgreSQL versions, presented as the newest form. PG_VERSION_NUM stands nowhere else.
#include "pg/postgres.hpp"

extern "C" {
#include "access/htup_details.h"
#include "access/tableam.h"
#include "executor/executor.h"
#include "nodes/nodeFuncs.h"
#include "nodes/parsenodes.h"
#include "utils/acl.h"
#include "utils/regproc.h"
}

#if PG_VERSION_NUM < 150000 || PG_VERSION_NUM >= 200000
#error "pg_retention supports PostgreSQL 15 to 19"
#endif

// 18: modules say their name and version.
#ifdef PG_MODULE_MAGIC_EXT
#define RETENTION_MODULE_MAGIC PG_MODULE_MAGIC_EXT(.name = "pg_retention", .version = "1.0")
#else
#define RETENTION_MODULE_MAGIC PG_MODULE_MAGIC
#endif

namespace pg_retention {

// 16: walkers take typed pointers and became macros that cast.
#if PG_VERSION_NUM >= 160000
using TreeWalker = bool (*)(Node *, void *);
inline TreeWalker tree_walker_fn(bool (*walker)(Node *, void *)) { return walker; }
#else
using TreeWalker = bool (*)();
inline TreeWalker tree_walker_fn(bool (*walker)(Node *, void *)) {
    return reinterpret_cast<TreeWalker>(reinterpret_cast<void *>(walker));
}
#endif

// 16: one ownership test for all object classes (object_ownercheck).
inline bool owns_table(Oid relid, Oid role) {
#if PG_VERSION_NUM >= 160000
    return object_ownercheck(1259, relid, role);
#else
    return pg_class_ownercheck(relid, role);
#endif
}

// 16: an update says which indexes it touched (before: whether any).
#if PG_VERSION_NUM >= 160000
using TU_Indexes = TU_UpdateIndexes;
inline bool needs_index_entries(TU_Indexes indexes) { return indexes != TU_None; }
#else
using TU_Indexes = bool;
inline bool needs_index_entries(TU_Indexes indexes) { return indexes; }
#endif

inline void simple_update(Relation rel, ItemPointer tid, TupleTableSlot *slot, Snapshot snapshot, TU_Indexes *indexes) {
    simple_table_tuple_update(rel, tid, slot, snapshot, indexes);
}

// 16: takes whether only summarising indexes changed.
inline void insert_index_entries(ResultRelInfo *target, TupleTableSlot *slot, EState *estate) {
#if PG_VERSION_NUM >= 160000
    ExecInsertIndexTuples(target, slot, estate, true, false, nullptr, NIL, false);
#else
    ExecInsertIndexTuples(target, slot, estate, true, false, nullptr, NIL);
#endif
}

// 16: reads identifiers with an error-saving context.
inline List *qualified_names(const char *text) {
#if PG_VERSION_NUM >= 160000
    return stringToQualifiedNameList(text, nullptr);
#else
    return stringToQualifiedNameList(text);
#endif
}

}  // namespace pg_retention
