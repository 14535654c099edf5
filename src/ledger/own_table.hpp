#pragma once
// Direct access to the extension's tables: no query, so neither the current user's rights nor triggers matter.
#include "pg/postgres.hpp"

extern "C" {
#include "access/table.h"
#include "catalog/namespace.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
}

namespace pg_retention {

inline Relation open_own_table(const char *name, LOCKMODE mode) {
    const Oid relid = get_relname_relid(name, get_namespace_oid("retention", false));
    if (!OidIsValid(relid))
        ereport(ERROR, (errcode(ERRCODE_UNDEFINED_TABLE), errmsg("relation \"retention.%s\" does not exist", name)));
    return table_open(relid, mode);
}

}  // namespace pg_retention
