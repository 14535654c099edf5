#include "guard/partitions.hpp"

#include "schema/indexes.hpp"
#include "schema/user_code.hpp"
#include "guard/user_functions.hpp"
#include "pg/compat.hpp"

extern "C" {
#include "access/genam.h"
#include "access/table.h"
#include "catalog/partition.h"
#include "utils/partcache.h"
#include "utils/rel.h"
}

namespace pg_retention {

namespace {

bool key_evaluates(Relation rel) {
    const PartitionKeyData *key = RelationGetPartitionKey(rel);
    if (key == nullptr) return false;
    for (int i = 0; i < key->partnatts; ++i)
        if (is_written_by_a_user(key->partsupfunc[i].fn_oid)) return true;
    return key->partexprs != NIL;
}

bool evaluates_rows(Oid relid, bool with_indexes) {
    Relation rel = table_open(relid, AccessShareLock);
    const bool found = key_evaluates(rel) || (with_indexes && any_index(rel, evaluates));
    table_close(rel, NoLock);
    return found;
}

}  // namespace

bool evaluates_partitions(Oid relid, bool with_indexes) {
    ListCell *cell = nullptr;
    if (evaluates_rows(relid, with_indexes)) return true;
    if (!get_rel_relispartition(relid)) return false;
    foreach (cell, get_partition_ancestors(relid))
        if (evaluates_rows(lfirst_oid(cell), false)) return true;
    return false;
}

}  // namespace pg_retention
