#pragma once
// Which statements see hidden rows: the extension's own, by their mark, and the server's referential queries, or integrity would break.
// A referential query is known by what it is, held against the foreign keys in the catalog, and only where the server itself raised its
// flag; whatever else is planned or executed meanwhile is governed, whoever wrote it.
#include "pg/mark.hpp"
#include "pg/postgres.hpp"

extern "C" {
#include "nodes/parsenodes.h"
}

namespace pg_retention {

// Of a query that is about to be planned. raised: the server's flag was, when the planner was called. A query that the server asks
// under its flag over governed tables and that is not one of its referential queries is an error: governed, a cascade would leave rows
// behind in silence.
Exemption exemption_of(const Query *query, bool raised);

}  // namespace pg_retention
