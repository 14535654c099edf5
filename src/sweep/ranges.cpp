#include "sweep/ranges.hpp"

#include "pg/compat.hpp"
#include "pg/names.hpp"
#include "pg/security.hpp"
#include "schema/own.hpp"
#include "sweep/engine.hpp"

extern "C" {
#include "storage/lmgr.h"
#include "utils/acl.h"
#include "utils/lsyscache.h"
}

namespace pg_retention {

List *readable_leaves(const Policy &policy, List **locked) {
    List *leaves = NIL;
    ListCell *cell = nullptr;
    foreach (cell, leaves_of(policy.relid)) {
        const Oid leaf = lfirst_oid(cell);
        const bool may = may_use_schema(get_rel_namespace(leaf), owner_of(leaf)) &&
                         pg_class_aclcheck(leaf, owner_of(leaf), ACL_SELECT) == ACLCHECK_OK;
        if (!may || !ConditionalLockRelationOid(leaf, AccessShareLock))
            *locked = lappend_oid(*locked, leaf);
        else if (clock_column(leaf) != InvalidAttrNumber)
            leaves = lappend_oid(leaves, leaf);
    }
    return leaves;
}

int64 count_pending(const How &how, Oid leaf, core::Clock from, core::Clock until) {
    if (until < from) return 0;
    return run_as(owner_of(leaf), how,
                  psprintf("SELECT pg_catalog.count(*) FROM ONLY %s WHERE %s", qualified_name(leaf),
                           pending_range(clock_name(leaf), 1, 2)),
                  clock_value(from), clock_value(until))
        .first()
        .get<int64>(1);
}

int64 count_released(Oid leaf, int16_t policy_id, const core::Cutoffs &cutoffs) {
    const char *clock = clock_name(leaf);
    if (cutoffs.release < 0) return 0;
    return run_as(owner_of(leaf), kOnceReading,
                  psprintf("SELECT pg_catalog.count(*) FROM ONLY %s WHERE %s AND %s AND NOT %s AND NOT %s AND NOT %s",
                           qualified_name(leaf), pending_range(clock, 1, 2), has_flag(clock, core::kKept),
                           has_flag(clock, core::kAnonymised), has_flag(clock, core::kHeld), has_flag(clock, core::kRestricted)),
                  clock_value(core::first_exempt(policy_id)), clock_value(core::last_exempt(policy_id, cutoffs.release)))
        .first()
        .get<int64>(1);
}

int64 expected_rows_of(Oid leaf, core::Clock from, core::Clock until) {
    if (until < from) return 0;
    return static_cast<int64>(expect_as(
        owner_of(leaf), psprintf("SELECT 1 FROM ONLY %s WHERE %s", qualified_name(leaf), clock_range(clock_name(leaf), 1, 2)),
        clock_value(from), clock_value(until)));
}

}  // namespace pg_retention
