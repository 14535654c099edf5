#include "guard/given_up.hpp"

#include "schema/extension.hpp"
#include "policy/attached.hpp"
#include "guard/counted.hpp"
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

// Of which nobody knows what they say, so all of them are hidden.
void enter_unstamped(LedgerEntry entry) {
    SPI_connect();
    entry.row_count =
        run_as(owner_of(entry.relid), kLatest, psprintf("SELECT pg_catalog.count(*) FROM ONLY %s", qualified_name(entry.relid)))
            .first()
            .get<int64>(1);
    SPI_finish();
    if (entry.row_count > 0) append_ledger_once_at_end(entry);
}

void enter_table(Oid relid, const char *what) {
    LedgerEntry entry = {};
    entry.action = LedgerAction::kGivenUp;
    entry.relid = relid;
    entry.detail = what;
    if (awaits_stamps(relid) || has_foreign_clock(relid)) return enter_unstamped(entry);
    enter_counts(entry, true, append_ledger_once_at_end);
}

}  // namespace

void enter_given_up(Oid relid, const char *what) {
    ListCell *cell = nullptr;
    foreach (cell, find_all_inheritors(relid, AccessShareLock, nullptr))
        if (get_rel_relkind(lfirst_oid(cell)) == RELKIND_RELATION && clock_column(lfirst_oid(cell)) != InvalidAttrNumber)
            enter_table(lfirst_oid(cell), what);
}

}  // namespace pg_retention
