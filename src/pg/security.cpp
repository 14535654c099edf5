#include "pg/security.hpp"

#include "pg/compat.hpp"

extern "C" {
#include "catalog/pg_class.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
}

namespace pg_retention {

ActingAs act_as(Oid owner, bool beyond_rls) {
    ActingAs saved = {};
    GetUserIdAndSecContext(&saved.user, &saved.context);
    int context = saved.context | SECURITY_RESTRICTED_OPERATION | SECURITY_LOCAL_USERID_CHANGE;
    if (beyond_rls) context |= SECURITY_NOFORCE_RLS;
    SetUserIdAndSecContext(owner, context);
    saved.nest_level = NewGUCNestLevel();
    (void) set_config_option("search_path", "pg_catalog, pg_temp", PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
    return saved;
}

void leave(const ActingAs &saved) {
    AtEOXact_GUC(false, saved.nest_level);
    SetUserIdAndSecContext(saved.user, saved.context);
}

Oid owner_of(Oid relid) {
    HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
    if (!HeapTupleIsValid(tuple)) return InvalidOid;
    const Oid owner = reinterpret_cast<Form_pg_class>(GETSTRUCT(tuple))->relowner;
    ReleaseSysCache(tuple);
    return owner;
}

}  // namespace pg_retention
