#include "guard/given_up.hpp"

#include "schema/extension.hpp"
#include "policy/attached.hpp"
#include "guard/hidden.hpp"
#include "guard/removal.hpp"
#include "ledger/at_end.hpp"
#include "pg/compat.hpp"
#include "pg/names.hpp"
#include "pg/security.hpp"
#include "pg/sql.hpp"

extern "C" {
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "utils/lsyscache.h"
}

namespace pg_retention {

namespace {

void enter(LedgerEntry *entry) {
    if (entry->row_count > 0) append_ledger_once_at_end(*entry);
    entry->row_count = 0;
}

// Of which nobody knows what they say, so all of them are hidden.
void enter_unstamped(LedgerEntry *entry) {
    entry->row_count =
        run_as(owner_of(entry->relid), kLatest, psprintf("SELECT pg_catalog.count(*) FROM ONLY %s", qualified_name(entry->relid)))
            .first()
            .get<int64>(1);
    enter(entry);
}

void enter_table(Oid relid, const char *what) {
    LedgerEntry entry = {};
    entry.action = LedgerAction::kGivenUp;
    entry.relid = relid;
    entry.detail = what;
    if (awaits_stamps(relid) || has_foreign_clock(relid)) return enter_unstamped(&entry);
    SqlRows kinds = {};
    unrevealed([&] { kinds = latest_rows(relid, true); });
    // They come in the order of their policies.
    for (const SqlRow row : kinds) {
        const auto policy = static_cast<int16_t>(core::policy_of(row.get<core::Clock>(1)));
        if (policy != entry.policy_id) enter(&entry);
        entry.policy_id = policy;
        entry.row_count += row.get<int64>(2);
    }
    enter(&entry);
}

}  // namespace

void enter_given_up(Oid relid, const char *what) {
    ListCell *cell = nullptr;
    SPI_connect();
    foreach (cell, find_all_inheritors(relid, AccessShareLock, nullptr))
        if (get_rel_relkind(lfirst_oid(cell)) == RELKIND_RELATION && clock_column(lfirst_oid(cell)) != InvalidAttrNumber)
            enter_table(lfirst_oid(cell), what);
    SPI_finish();
}

}  // namespace pg_retention
