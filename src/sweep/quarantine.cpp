#include "sweep/quarantine.hpp"

#include "schema/own.hpp"
#include "ledger/ledger.hpp"
#include "pg/event.hpp"
#include "pg/names.hpp"
#include "pg/security.hpp"
#include "pg/time.hpp"
#include "pg/attempt.hpp"

extern "C" {
#include "catalog/pg_type.h"
#include "utils/lsyscache.h"
}

namespace pg_retention {

namespace {

core::Start last_recorded(int16_t policy_id) {
    const SqlRows found = own("SELECT recorded FROM retention.quarantine_record WHERE policy_id = $1", policy_id);
    return found.n == 0 ? -1 : found.first().get<int64>(1);
}

// False: another sweep has entered them meanwhile.
bool remember_recorded(int16_t policy_id, core::Start before, core::Start recorded) {
    return own("INSERT INTO retention.quarantine_record AS q (policy_id, recorded) VALUES ($1, $2) "
               "ON CONFLICT (policy_id) DO UPDATE SET recorded = excluded.recorded WHERE q.recorded = $3 RETURNING true",
               policy_id, recorded, before)
               .n > 0;
}

int64 count_started(Oid leaf, int16_t policy_id, core::Start after, core::Start until, bool all) {
    return run_as(owner_of(leaf), kOnceReading,
                  psprintf("SELECT pg_catalog.count(*) FROM (SELECT FROM ONLY %s WHERE %s%s) AS t", qualified_name(leaf),
                           pending_range(clock_name(leaf), 1, 2), all ? "" : " LIMIT 1"),
                  clock_value(core::first_from(policy_id, after + 1)), clock_value(core::last_until(policy_id, until)))
        .first()
        .get<int64>(1);
}

}  // namespace

void record_quarantined(int16_t policy_id, bool counts) {
    const Policy *policy = policy_by_id(policy_id);
    if (policy == nullptr || !enforced(*policy) || !policy->validated) return;
    const Oid relid = policy->relid;
    const core::Start hide = cutoffs_of(*policy, retention_now()).hide;
    const core::Start recorded = last_recorded(policy_id);
    if (hide <= recorded) return;
    int64 rows = 0;
    ListCell *cell = nullptr;
    foreach (cell, leaves_of(relid))
        if (clock_column(lfirst_oid(cell)) != InvalidAttrNumber)
            rows += count_started(lfirst_oid(cell), policy_id, recorded, hide, counts);
    if (rows == 0 || !remember_recorded(policy_id, recorded, hide)) return;
    LedgerEntry entry = {};
    entry.action = LedgerAction::kQuarantined;
    entry.policy_id = policy_id;
    entry.relid = relid;
    entry.row_count = counts ? rows : -1;
    append_ledger(entry);
    tell_listeners(psprintf("policy %s %s", name_of(entry.action), policy->name));
}

void forget_unblocked(Engine *engine) {
    if (engine->unfinished) return;
    begin_step(engine);
    own("DELETE FROM retention.blocked_row b WHERE retry_at <= $1 AND EXISTS (SELECT FROM retention.policy p "
        "WHERE p.policy_id = b.policy_id AND p.mode = 'enforce' AND p.ready AND p.validated) AND NOT EXISTS (SELECT FROM retention.blocked_table t "
        "WHERE t.relation = b.relation AND t.policy_id = b.policy_id) AND NOT EXISTS (SELECT FROM retention.held_policy h "
        "WHERE h.policy_id = b.policy_id)",
        at(retention_now()));
    end_step(engine);
}

}  // namespace pg_retention
