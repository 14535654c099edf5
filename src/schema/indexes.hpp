#pragma once
// The indexes of a table, each open while it is looked at.
#include "pg/postgres.hpp"

extern "C" {
#include "access/genam.h"
#include "access/table.h"
#include "utils/rel.h"
#include "utils/relcache.h"
}

namespace pg_retention {

// look: void(Relation index).
template <typename F>
void for_each_index(Relation table, F look) {
    ListCell *cell = nullptr;
    foreach (cell, RelationGetIndexList(table)) {
        Relation index = index_open(lfirst_oid(cell), AccessShareLock);
        look(index);
        index_close(index, NoLock);
    }
}

// test: bool(Relation index).
template <typename F>
bool any_index(Relation table, F test) {
    bool found = false;
    for_each_index(table, [&](Relation index) { found = found || test(index); });
    return found;
}

}  // namespace pg_retention
