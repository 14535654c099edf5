#include "guard/maintenance.hpp"

#include "schema/extension.hpp"
#include "schema/indexes.hpp"
#include "guard/affected.hpp"
#include "guard/commands.hpp"
#include "guard/hidden.hpp"
#include "guard/user_functions.hpp"
#include "pg/compat.hpp"
#include "pg/guard.hpp"
#include "pg/internal.hpp"
#include "pg/settings.hpp"

extern "C" {
#include "access/genam.h"
#include "access/table.h"
#include "utils/rel.h"
}

namespace pg_retention {

namespace {

// The name of an index of the table, of that access method, that evaluates something; null: none.
const char *evaluating_index(Oid relid, Oid am) {
    Relation table = table_open(relid, AccessShareLock);
    const char *name = nullptr;
    for_each_index(table, [&](Relation index) {
        if (name == nullptr && index->rd_rel->relam == am && evaluates(index)) name = pstrdup(RelationGetRelationName(index));
    });
    table_close(table, AccessShareLock);
    return name;
}

void check(Oid function) {
    if (settings::reveal || own_command || extension() == nullptr) return;
    const Function *found = refused_function(function);
    if (found == nullptr) return;
    ListCell *cell = nullptr;
    foreach (cell, found->by_anybody ? all_governed_tables() : governed_tables()) {
        const Oid relid = lfirst_oid(cell);
        const char *index = is_spared(relid) ? nullptr : evaluating_index(relid, found->am);
        if (index != nullptr && holds_hidden_rows(relid))
            ereport(
                ERROR,
                (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
                 errmsg(
                     "cannot run function %s: index \"%s\" evaluates expressions over rows that are hidden by a retention policy",
                     get_func_name(function), index),
                 errhint("Set retention.reveal as a role that may.")));
    }
}

}  // namespace

void check_maintenance(Oid function) {
    guarded([function] { check(function); });
}

}  // namespace pg_retention
