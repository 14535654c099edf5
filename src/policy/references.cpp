#include "policy/references.hpp"

#include "pg/guard.hpp"
#include "pg/latest.hpp"
#include "schema/own.hpp"

namespace pg_retention {

void tell_of_references(const Policy &policy) {
    if (policy.mode == Mode::kOff) return;
    connect_spi();
    // What the server has counted last.
    SqlRows found = {};
    seeing_what_was_done([&] {
        found = read_own(
            "SELECT string_agg(t.relation, ', ' ORDER BY t.relation COLLATE \"C\"), string_agg(t.relation || ' with ' || CASE WHEN t.n >= 0 "
            "THEN 'about ' || t.n || ' rows' ELSE 'rows that nobody has counted yet' END, '; ' ORDER BY t.relation COLLATE \"C\") "
            "FROM (SELECT DISTINCT r.relation::text AS relation, c.reltuples::bigint AS n FROM retention.reference_to_hidden r "
            "JOIN pg_class c ON c.oid = r.relation WHERE r.policy_id = $1) t",
            policy.id);
    });
    const SqlRow said = found.first();
    if (!said.is_null(1))
        ereport(
            NOTICE,
            (errmsg("rows of %s refer to rows that policy \"%s\" hides", said.text(1), policy.name),
             errdetail("%s.", said.text(2)),
             errhint("Who follows the key finds nothing there: see retention.propose_policies(), and docs/applications.md.")));
    SPI_finish();
}

}  // namespace pg_retention
