#include "guard/counted.hpp"

#include "schema/extension.hpp"
#include "guard/hidden.hpp"
#include "pg/names.hpp"
#include "pg/security.hpp"
#include "pg/sql.hpp"

namespace pg_retention {

void enter_counts(LedgerEntry entry, bool only_hidden, void (*append)(const LedgerEntry &entry)) {
    SPI_connect();
    SqlRows counts = {};
    unrevealed([&] {
        counts =
            run_as(only_hidden ? extension_owner() : owner_of(entry.relid), kLatest,
                   psprintf("SELECT retention.policy(c), pg_catalog.count(*) FROM (SELECT %s FROM ONLY %s) AS t (c) WHERE %s "
                            "GROUP BY 1 ORDER BY 1",
                            clock_name(entry.relid), qualified_name(entry.relid),
                            only_hidden ? psprintf("NOT (%s)", visible_text(entry.relid, "c")) : "true"));
    });
    for (const SqlRow row : counts) {
        entry.policy_id = row.get_or<int16>(1, 0);
        entry.row_count = row.get<int64>(2);
        append(entry);
    }
    SPI_finish();
}

}  // namespace pg_retention
