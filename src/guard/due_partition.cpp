#include "guard/due_partition.hpp"

#include "guard/counted.hpp"
#include "guard/removal.hpp"
#include "schema/extension.hpp"
#include "policy/attached.hpp"
#include "policy/policy_cache.hpp"
#include "clock/decide.hpp"
#include "ledger/at_end.hpp"
#include "pg/compat.hpp"
#include "pg/security.hpp"
#include "pg/sql.hpp"
#include "pg/time.hpp"

extern "C" {
#include "miscadmin.h"
#include "utils/lsyscache.h"
}

namespace pg_retention {

namespace {

// By its start alone: a flag that makes one row due sooner says nothing of the others that it stands for.
bool is_due(Oid relid, core::Clock clock) {
    const Policy *policy = policy_by_id(static_cast<int16_t>(core::policy_of(clock)));
    if (policy == nullptr || !enforced(*policy) || !deletes(policy->action) || !core::is_started(clock)) return false;
    return core::start_of(clock) <= cutoffs_of(*policy, retention_now()).due && may_go(decide(relid, clock));
}

bool all_due(Oid relid, const SqlRows &latest) {
    for (const SqlRow row : latest)
        if (!is_due(relid, row.get<core::Clock>(1))) return false;
    return latest.n > 0;
}

}  // namespace

bool is_due_partition(Oid relid) {
    if (!get_rel_relispartition(relid) || is_being_stamped(relid) || !owns_table(relid, GetUserId())) return false;
    SPI_connect();
    const bool due = all_due(relid, latest_rows(relid, false));
    SPI_finish();
    return due;
}

void enter_due_partition(Oid relid, const char *what) {
    LedgerEntry entry = {};
    entry.action = LedgerAction::kDeleted;
    entry.relid = relid;
    entry.detail = psprintf("%s of the partition", what);
    enter_counts(entry, false, append_ledger_at_end);
}

}  // namespace pg_retention
