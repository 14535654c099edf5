#include "schema/link_front.hpp"

#include "pg/names.hpp"
#include "pg/security.hpp"

#include <initializer_list>

extern "C" {
#include "catalog/pg_type.h"
#include "utils/lsyscache.h"
}

namespace pg_retention {

namespace {

// From rows of the table to all that the step, repeated, leads to from them, these themselves included.
Front climb(const Step &step, const Front &from) {
    const Oid relid = step.far_relid;
    const Equalities equalities = finding_far(step);
    Front to = from;
    Parameters parameters = {};
    StringInfoData sql, names, values, next, first;
    for (StringInfo each : {&sql, &names, &values, &next, &first}) initStringInfo(each);
    for (int k = 0; k < step.n; ++k) {
        const Operand value = {psprintf("f.v%d", k), get_element_type(from.types[k])};
        const Operand column = {column_list(relid, &step.near_columns[k], 1, "t."), get_atttype(relid, step.near_columns[k])};
        appendStringInfo(&names, ", v%d", k);
        appendStringInfo(&values, ", array_agg(c.v%d)", k);
        appendStringInfoString(&first, ", ");
        appendStringInfoString(&next, ", ");
        to.types[k] = get_array_type(append_key_value(&first, equalities.at[k], value));
        (void) append_key_value(&next, equalities.at[k], column);
    }
    appendStringInfo(&sql, "WITH RECURSIVE c (row%s) AS (SELECT f.row%s FROM ROWS FROM (unnest($%d)", names.data, first.data,
                     add_parameter(&parameters, INT4ARRAYOID, from.rows));
    for (int k = 0; k < step.n; ++k)
        appendStringInfo(&sql, ", unnest($%d)", add_parameter(&parameters, from.types[k], from.values[k]));
    appendStringInfo(&sql, ") AS f (row%s) UNION SELECT c.row%s FROM c JOIN %s t ON ", names.data, next.data,
                     qualified_name(relid));
    for (int k = 0; k < step.n; ++k) {
        appendStringInfoString(&sql, k == 0 ? "" : " AND ");
        append_equal(&sql, equalities.at[k],
                     Operand{column_list(relid, &step.far_columns[k], 1, "t."), get_atttype(relid, step.far_columns[k])},
                     Operand{psprintf("c.v%d", k), get_element_type(to.types[k])});
    }
    for (int k = 0; k < step.n; ++k)
        appendStringInfo(&sql, " AND %s IS NOT NULL", column_list(relid, &step.near_columns[k], 1, "t."));
    for (const char *condition : {near_condition(step), far_condition(step)})
        if (condition != nullptr) appendStringInfo(&sql, " AND %s", condition);
    appendStringInfo(&sql, ") SELECT count(*), array_agg(c.row)%s FROM c", values.data);
    const SqlRows rows = read_as(owner_of(relid), sql.data, parameters);
    to.n = static_cast<int>(rows.first().get<int64>(1));
    to.rows = rows.first().detoasted(2);
    for (int k = 0; k < step.n; ++k) to.values[k] = rows.first().detoasted(k + 3);
    rows.free();
    return to;
}

}  // namespace

static LinkFront follow(const LinkPath &path, Front front) {
    const Step *step = path.steps;
    for (int i = 0; i + 1 < path.n_steps && front.n > 0; ++i, ++step)
        front = next_front(step->far_relid, step->far_columns, finding_far(*step), step[1].near_columns, step[1].n,
                           step->repeats ? climb(*step, front) : front, far_condition(*step), near_condition(step[1]));
    if (step->repeats && front.n > 0) front = climb(*step, front);
    return LinkFront{step->far_columns, finding_far(*step), front, far_condition(*step)};
}

LinkFront front_along(const LinkPath &path, const Datum *const *columns, const bool *const *nulls, int n_rows) {
    const Step &step = path.steps[0];
    return follow(path, first_front(step.near_relid, step.near_columns, step.n, columns, nulls, n_rows));
}

LinkFront front_from_row(const LinkPath &path, const Datum *const *columns, const bool *const *nulls, int n_rows) {
    const Step &step = path.steps[0];
    return follow(path, first_front(step.near_relid, first_columns(path), step.n, columns, nulls, n_rows));
}

}  // namespace pg_retention
