#include "policy/held_tables.hpp"

#include "pg/names.hpp"
#include "pg/security.hpp"
#include "policy/attached.hpp"
#include "policy/held_rows.hpp"
#include "policy/policy_cache.hpp"
#include "schema/own.hpp"

extern "C" {
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "utils/lsyscache.h"
}

namespace pg_retention {

namespace {

bool has_marked(Oid relid) {
    SPI_connect();
    const bool marked =
        has_flagged(relid, core::kHeld, core::first_from(0, 0), core::last_exempt(PG_INT16_MAX, core::kNotStarted));
    SPI_finish();
    return marked;
}

bool is_held_whole(Oid leaf) {
    ListCell *cell = nullptr;
    foreach (cell, with_ancestors(leaf)) {
        int count = 0;
        const Policy *policy = policies_of(lfirst_oid(cell), &count);
        for (int i = 0; i < count; ++i)
            if (whole_hold(leaf, policy[i].id) != nullptr) return true;
    }
    return false;
}

}  // namespace

bool has_flagged(Oid relid, uint8_t flag, core::Clock from, core::Clock until) {
    const char *clock = clock_name(relid);
    return run_as(owner_of(relid), kAnyLatest,
                  psprintf("SELECT 1 FROM %s WHERE %s AND %s", qualified_name(relid), has_flag(clock, flag),
                           clock_range(clock, 1, 2)),
                  clock_value(from), clock_value(until))
               .n > 0;
}

bool has_held_rows(Oid relid) {
    ListCell *cell = nullptr;
    if (!any_hold()) return false;
    foreach (cell, find_all_inheritors(relid, AccessShareLock, nullptr)) {
        const Oid leaf = lfirst_oid(cell);
        if (get_rel_relkind(leaf) != RELKIND_RELATION || clock_column(leaf) == InvalidAttrNumber) continue;
        if (has_marked(leaf) || (may_hold_rows(leaf) && held_rows.any_unmarked(leaf))) return true;
    }
    return false;
}

bool may_have_held_rows(Oid relid) {
    ListCell *cell = nullptr;
    if (!any_hold()) return false;
    foreach (cell, find_all_inheritors(relid, AccessShareLock, nullptr))
        if (is_held_whole(lfirst_oid(cell))) return true;
    return has_held_rows(relid);
}

}  // namespace pg_retention
