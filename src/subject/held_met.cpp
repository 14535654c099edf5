// Rows that holds reach, looked for in a table. What a condition asks may fail for a row, which a hold keeps then.
#include "pg/names.hpp"
#include "pg/security.hpp"
#include "schema/condition.hpp"
#include "schema/own.hpp"
#include "subject/held.hpp"

extern "C" {
#include "catalog/pg_inherits.h"
#include "utils/lsyscache.h"
}

namespace pg_retention {

namespace {

// " AND NOT (...)": rows that other holds reach. They may be on a partition alone.
void append_not_others(StringInfo sql, const Met &met, Parameters *parameters) {
    ListCell *cell = nullptr, *inner = nullptr;
    foreach (cell, met.others) {
        const auto *other = static_cast<const Reach *>(lfirst(cell));
        if (!meets(*other, met.relid)) continue;
        appendStringInfoString(sql, " AND (");
        if (!is_below(met.relid, other->relid)) {
            List *tables = find_all_inheritors(other->relid, NoLock, nullptr);
            appendStringInfoString(sql, "t.tableoid NOT IN (");
            foreach (inner, tables) appendStringInfo(sql, "%s%u", inner == list_head(tables) ? "" : ", ", lfirst_oid(inner));
            appendStringInfoString(sql, ") OR ");
        }
        appendStringInfoChar(sql, '(');
        append_reached(sql, *other, parameters);
        appendStringInfoString(sql, ") IS NOT TRUE)");
    }
}

bool may_fail(const Met &met) {
    ListCell *cell = nullptr;
    foreach (cell, met.others)
        if (static_cast<const Reach *>(lfirst(cell))->conditions != NIL) return true;
    return met.reach != nullptr && met.reach->conditions != NIL;
}

// Of what rows hold, whatever the server's own code makes of it; not of what others do meanwhile, of the transaction, or of what is left of the server.
bool is_of_rows(const ErrorData *error) {
    switch (ERRCODE_TO_CATEGORY(error->sqlerrcode)) {
        case ERRCODE_TO_CATEGORY(ERRCODE_INVALID_TRANSACTION_STATE):
        case ERRCODE_TO_CATEGORY(ERRCODE_TRANSACTION_ROLLBACK):
        case ERRCODE_TO_CATEGORY(ERRCODE_INSUFFICIENT_RESOURCES):
        case ERRCODE_TO_CATEGORY(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE):
        case ERRCODE_TO_CATEGORY(ERRCODE_OPERATOR_INTERVENTION):
        case ERRCODE_TO_CATEGORY(ERRCODE_SYSTEM_ERROR):
        case ERRCODE_TO_CATEGORY(ERRCODE_INTERNAL_ERROR): return false;
        default: return true;
    }
}

MetRow row_in(const SqlRow &row) { return MetRow{row.get<Oid>(1), row.get<ItemPointerData>(2), row.get<core::Clock>(3)}; }

struct Call {
    MetBody body;
    void *argument;
};

int64 call_all(const Met &met, const Call &call) {
    Parameters parameters = met.parameters;
    StringInfoData sql;
    int64 n = 0;
    initStringInfo(&sql);
    appendStringInfo(&sql, "SELECT t.tableoid, t.ctid, t.%s FROM %s t WHERE true", clock_name(met.relid),
                     qualified_name(met.relid));
    if (met.reach != nullptr) {
        appendStringInfoString(&sql, " AND (");
        append_reached(&sql, *met.reach, &parameters);
        appendStringInfoString(&sql, ") IS TRUE");
    }
    appendStringInfoString(&sql, met.also);
    append_not_others(&sql, met, &parameters);
    appendStringInfoString(&sql, " ORDER BY t.tableoid, t.ctid FOR NO KEY UPDATE");
    for_each_portion(owner_of(met.relid), kKeptWriting, sql.data, parameters, [&](const SqlRows &rows) {
        for (const SqlRow row : rows) call.body(call.argument, row_in(row));
        n += static_cast<int64>(rows.n);
    });
    return n;
}

bool is_one(const Met &met, const SqlValue &row, Oid leaf) {
    ListCell *cell = nullptr;
    if (met.reach != nullptr && !is_met(*met.reach, row, leaf)) return false;
    foreach (cell, met.others) {
        const auto *other = static_cast<const Reach *>(lfirst(cell));
        if (is_below(leaf, other->relid) && is_met(*other, row, leaf)) return false;
    }
    return true;
}

int64 call_one_by_one(const Met &met, const Call &call) {
    int64 n = 0;
    const Oid type = get_rel_type_id(met.relid);
    const char *sql =
        psprintf("SELECT t.tableoid, t.ctid, t.%s, t FROM %s t WHERE true%s ORDER BY t.tableoid, t.ctid FOR NO KEY UPDATE",
                 clock_name(met.relid), qualified_name(met.relid), met.also);
    for_each_portion(owner_of(met.relid), kKeptWriting, sql, met.parameters, [&](const SqlRows &rows) {
        for (const SqlRow row : rows) {
            const MetRow found = row_in(row);
            if (!is_one(met, typed(type, row.datum(4)), found.leaf)) continue;
            call.body(call.argument, found);
            ++n;
        }
    });
    return n;
}

}  // namespace

int64 for_each_met(const Met &met, MetBody body, void *argument) {
    const Call call = {body, argument};
    int64 n = 0;
    if (!may_fail(met)) return call_all(met, call);
    const int level = fix_reading();
    ErrorData *error = attempt([&] { n = call_all(met, call); });
    restore_reading(level);
    if (error == nullptr) return n;
    if (met.strict) refuse_failing(*met.reach, error);
    if (!is_of_rows(error)) ReThrowError(error);
    return call_one_by_one(met, call);
}

bool is_met(const Reach &reach, const SqlValue &row, Oid in) {
    bool met = true;
    const auto ask = [&] {
        Parameters parameters = {};
        StringInfoData sql;
        initStringInfo(&sql);
        const int number = add_parameter(&parameters, row);
        appendStringInfoString(&sql, "SELECT (");
        append_reached(&sql, reach, &parameters);
        appendStringInfo(&sql, ") IS TRUE FROM (SELECT ($%d).*, '%u'::pg_catalog.oid AS tableoid) t", number, in);
        met = run_as(owner_of(reach.relid), kKeptReading, sql.data, parameters).first().get<bool>(1);
    };
    if (reach.conditions == NIL) {
        ask();
        return met;
    }
    const int level = fix_reading();
    ErrorData *error = attempt(ask);
    restore_reading(level);
    if (error != nullptr && !is_of_rows(error)) ReThrowError(error);
    return error != nullptr || met;
}

void refuse_failing(const Reach &reach, ErrorData *error) {
    if (!is_of_rows(error)) ReThrowError(error);
    ereport(ERROR,
            (errcode(ERRCODE_DATA_EXCEPTION),
             errmsg("the condition of the hold fails for a row of table \"%s\"", get_rel_name(reach.relid)),
             errhint("Write it so that it can be asked of every row, those that are hidden included: by CASE, for example.")));
    pg_unreachable();
}

}  // namespace pg_retention
