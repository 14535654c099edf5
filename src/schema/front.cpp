#include "schema/front.hpp"

#include "pg/names.hpp"
#include "pg/security.hpp"

extern "C" {
#include "catalog/pg_type.h"
#include "utils/lsyscache.h"
}

namespace pg_retention {

Front first_front(Oid relid, const AttrNumber *near, int n_columns, const Datum *const *columns, const bool *const *nulls,
                  int n_rows) {
    Front front = {};
    auto *kept = static_cast<Datum *>(palloc(sizeof(Datum) * (n_rows + 1)));
    auto *places = static_cast<Datum *>(palloc(sizeof(Datum) * (n_rows + 1)));
    for (int row = 0; row < n_rows; ++row) {
        bool whole = true;
        for (int k = 0; k < n_columns; ++k) whole = whole && !nulls[k][row];
        if (whole) places[front.n++] = Int32GetDatum(row);
    }
    front.n_columns = n_columns;
    front.rows = array_of(places, front.n, INT4OID);
    for (int k = 0; k < n_columns; ++k) {
        const Oid type = getBaseType(get_atttype(relid, near[k]));
        for (int i = 0; i < front.n; ++i) kept[i] = columns[k][DatumGetInt32(places[i])];
        front.types[k] = get_array_type(type);
        front.values[k] = array_of(kept, front.n, type);
    }
    return front;
}

void append_front_join(StringInfo sql, Oid relid, const AttrNumber *columns, const Equalities &equalities, const Front &front,
                       Parameters *parameters) {
    appendStringInfo(sql, " FROM ROWS FROM (unnest($%d)", add_parameter(parameters, INT4ARRAYOID, front.rows));
    for (int k = 0; k < front.n_columns; ++k)
        appendStringInfo(sql, ", unnest($%d)", add_parameter(parameters, front.types[k], front.values[k]));
    appendStringInfoString(sql, ") AS f (row");
    for (int k = 0; k < front.n_columns; ++k) appendStringInfo(sql, ", v%d", k);
    appendStringInfo(sql, ") JOIN %s t ON ", qualified_name(relid));
    for (int k = 0; k < front.n_columns; ++k) {
        appendStringInfoString(sql, k == 0 ? "" : " AND ");
        append_equal(sql, equalities.at[k], Operand{column_list(relid, &columns[k], 1, "t."), get_atttype(relid, columns[k])},
                     Operand{psprintf("f.v%d", k), get_element_type(front.types[k])});
    }
}

Front next_front(Oid relid, const AttrNumber *columns, const Equalities &equalities, const AttrNumber *onward, int n_onward,
                 const Front &front, const char *condition, const char *another) {
    Parameters parameters = {};
    StringInfoData sql;
    initStringInfo(&sql);
    appendStringInfoString(&sql, "SELECT count(*), array_agg(f.row)");
    for (int k = 0; k < n_onward; ++k) appendStringInfo(&sql, ", array_agg(%s)", column_list(relid, &onward[k], 1, "t."));
    append_front_join(&sql, relid, columns, equalities, front, &parameters);
    for (int k = 0; k < n_onward; ++k)
        appendStringInfo(&sql, "%s %s IS NOT NULL", k == 0 ? " WHERE" : " AND", column_list(relid, &onward[k], 1, "t."));
    for (const char *each : {condition, another})
        if (each != nullptr) appendStringInfo(&sql, " AND %s", each);
    const SqlRows rows = read_as(owner_of(relid), sql.data, parameters);
    const SqlRow found = rows.first();
    Front next = {};
    next.n = static_cast<int>(found.get<int64>(1));
    next.n_columns = n_onward;
    if (next.n > 0) next.rows = found.detoasted(2);
    for (int k = 0; k < n_onward && next.n > 0; ++k) {
        next.types[k] = get_array_type(getBaseType(get_atttype(relid, onward[k])));
        next.values[k] = found.detoasted(k + 3);
    }
    rows.free();
    return next;
}

}  // namespace pg_retention
