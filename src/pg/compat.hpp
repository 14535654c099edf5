#pragma once
// Differences between PostgreSQL versions, presented as the newest form. PG_VERSION_NUM stands nowhere else.
#include "pg/postgres.hpp"

extern "C" {
#include "access/htup_details.h"
#include "nodes/nodeFuncs.h"
#include "nodes/parsenodes.h"
#include "utils/acl.h"
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

}  // namespace pg_retention
