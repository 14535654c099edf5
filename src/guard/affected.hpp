#pragma once
// The governed tables over whose rows a command evaluates expressions.
#include "pg/postgres.hpp"

extern "C" {
#include "nodes/parsenodes.h"
}

namespace pg_retention {

// Oids of them; of an ungoverned table that stands above a governed one, too. A command over a whole schema or database has
// them all, but for a superuser: like autovacuum it keeps up statistics, and shows no row to who wrote a function.
List *affected_tables(const Node *statement);

// The table if it is governed or stands above one that is; InvalidOid otherwise. An index stands for its table.
Oid governed_table(const RangeVar *relation);

// Tables that have a column of this domain, or of a domain over it.
List *tables_of_domain(Oid domain);

}  // namespace pg_retention
