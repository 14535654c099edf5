#include "sweep/waiting.hpp"

#include "pg/names.hpp"
#include "schema/own.hpp"

namespace pg_retention {

Cursor *cursor_of(Cursors *cursors, int16_t policy_id, Oid leaf) {
    Cursor *cursor = &cursors->all[(leaf + static_cast<Oid>(policy_id)) % Cursors::kMost];
    if (cursor->leaf != leaf || cursor->policy_id != policy_id)
        *cursor = Cursor{leaf, policy_id, core::first_exempt(policy_id), {}};
    return cursor;
}

SqlRows next_waiting(Cursors *cursors, const Waiting &wanted) {
    Cursor *cursor = cursor_of(cursors, wanted.policy_id, wanted.leaf);
    const char *clock = clock_name(wanted.leaf);
    const SqlRows found = run_as(
        wanted.owner, kOnceByIndex,
        psprintf(
            "SELECT tableoid, ctid, %s FROM ONLY %s WHERE %s AND (%s OPERATOR(retention.>) $1 OR ctid > $3) AND ctid <> ALL ($4) "
            "AND retention.waiting(%s) ORDER BY %s, ctid LIMIT %d FOR UPDATE SKIP LOCKED",
            clock, qualified_name(wanted.leaf), pending_range(clock, 1, 2), clock, clock, clock, wanted.most),
        clock_value(cursor->clock), clock_value(core::last_exempt(wanted.policy_id, wanted.until)), cursor->tid,
        typed(TIDARRAYOID, wanted.but));
    for (const SqlRow row : found) {
        cursor->tid = row.get<ItemPointerData>(2);
        cursor->clock = row.get<core::Clock>(3);
    }
    if (static_cast<int>(found.n) < wanted.most) cursor->leaf = InvalidOid;
    return found;
}

}  // namespace pg_retention
