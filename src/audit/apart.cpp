#include "audit/apart.hpp"

#include "pg/names.hpp"
#include "pg/security.hpp"
#include "schema/front.hpp"

extern "C" {
#include "utils/lsyscache.h"
}

namespace pg_retention {

namespace {

Front front_of(const AuditPlan &plan, const AuditedWay &way, const SqlRows &rows) {
    const Hop &hop = way.apart->hops[0];
    const auto n = static_cast<int>(rows.n);
    Datum *values[kMaxKeys];
    bool *nulls[kMaxKeys];
    for (int k = 0; k < hop.n_keys; ++k) {
        values[k] = static_cast<Datum *>(palloc(sizeof(Datum) * (n + 1)));
        nulls[k] = static_cast<bool *>(palloc(sizeof(bool) * (n + 1)));
        for (int row = 0; row < n; ++row) {
            const SqlRow found = rows[row];
            nulls[k][row] = found.is_null(way.value + k);
            if (!nulls[k][row]) values[k][row] = found.datum(way.value + k);
        }
    }
    return first_front(plan.leaf, hop.from, hop.n_keys, values, nulls, n);
}

}  // namespace

Ends follow_apart(const AuditPlan &plan, const AuditedWay &way, const SqlRows &rows) {
    const Path &path = *way.apart;
    Ends ends = {static_cast<bool *>(palloc0(rows.n + 1)), static_cast<bool *>(palloc0(rows.n + 1)),
                 static_cast<Datum *>(palloc0(sizeof(Datum) * (rows.n + 1)))};
    Front front = front_of(plan, way, rows);
    for (int h = 0; h + 1 < path.n_hops && front.n > 0; ++h)
        front = next_front(path.hops[h].to_relid, path.hops[h].to, key_equalities(path.hops[h], Side::kReferenced),
                           path.hops[h + 1].from, path.hops[h + 1].n_keys, front);
    if (front.n == 0) return ends;
    const Hop &last = path.hops[path.n_hops - 1];
    Parameters parameters = {};
    StringInfoData sql;
    initStringInfo(&sql);
    appendStringInfo(&sql, "SELECT f.row, %s", column_list(last.to_relid, &path.column, 1, "t."));
    append_front_join(&sql, last.to_relid, last.to, key_equalities(last, Side::kReferenced), front, &parameters);
    const SqlRows found = read_as(owner_of(last.to_relid), sql.data, parameters);
    for (const SqlRow end : found) {
        const auto row = end.get<int32>(1);
        ends.leads[row] = true;
        ends.is_set[row] = !end.is_null(2);
        if (ends.is_set[row]) ends.values[row] = end.datum(2);
    }
    found.free();
    return ends;
}

}  // namespace pg_retention
