#include "guard/unbuilt.hpp"

#include "schema/indexes.hpp"
#include "guard/user_functions.hpp"
#include "pg/compat.hpp"

extern "C" {
#include "access/genam.h"
#include "access/table.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "utils/rel.h"
}

namespace pg_retention {

namespace {

// One of a partitioned table is not valid until each partition has its part, and is never built itself.
bool tells(Relation index) {
    const FormData_pg_index *form = index->rd_index;
    if (form->indisvalid || index->rd_rel->relkind != RELKIND_INDEX) return false;
    return form->indisunique || form->indisexclusion || evaluates(index);
}

void check(Relation table, Relation index) {
    if (tells(index))
        ereport(
            ERROR,
            (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
             errmsg("cannot build index \"%s\" of table \"%s\", which is not valid: the table holds rows that are hidden by a "
                    "retention policy",
                    RelationGetRelationName(index), RelationGetRelationName(table)),
             errhint("Drop the index, or set retention.reveal as a role that may.")));
}

}  // namespace

void refuse_unbuilt_index(Oid relid) {
    ListCell *cell = nullptr;
    foreach (cell, find_all_inheritors(relid, AccessShareLock, nullptr)) {
        Relation table = table_open(lfirst_oid(cell), AccessShareLock);
        for_each_index(table, [table](Relation index) { check(table, index); });
        table_close(table, NoLock);
    }
}

}  // namespace pg_retention
