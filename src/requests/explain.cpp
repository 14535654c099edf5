// Finding a person, and what would be walked for one, before anything happens.
#include "core/text/telling.hpp"
#include "policy/policy_cache.hpp"
#include "pg/guard.hpp"
#include "pg/names.hpp"
#include "schema/own.hpp"
#include "pg/security.hpp"
#include "requests/call.hpp"

extern "C" {
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "utils/lsyscache.h"
#include "utils/tuplestore.h"
}

namespace pg_retention {

namespace {

void put(const ReturnSetInfo *result, Datum *values, bool *nulls) {
    tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

// The names of the table's policies, by priority.
char *policies_of(Oid relid) {
    StringInfoData names;
    initStringInfo(&names);
    int count = 0;
    const Policy *policy = all_policies(&count);
    for (int i = 0; i < count; ++i)
        if (policy[i].relid == relid) appendStringInfo(&names, "%s%s", names.len > 0 ? ", " : "", policy[i].name);
    return names.len > 0 ? names.data : nullptr;
}

void explain(FunctionCallInfo fcinfo) {
    const auto *result = reinterpret_cast<const ReturnSetInfo *>(fcinfo->resultinfo);
    const Call call = open_call(fcinfo, false);
    ListCell *cell = nullptr;
    foreach (cell, reach_tables(call.subject)) {
        const auto *table = static_cast<const ReachedTable *>(lfirst(cell));
        const char *policies = policies_of(table->relid);
        for (int i = 0; i < list_length(table->conditions); ++i) {
            const Link &link = *static_cast<const Condition *>(list_nth(table->conditions, i))->link;
            Datum values[5] = {ObjectIdGetDatum(table->relid), CStringGetTextDatum(link.text),
                               CStringGetTextDatum(name_of(link.role)), policies == nullptr ? 0 : CStringGetTextDatum(policies),
                               Int64GetDatum(count_rows(*table, i))};
            bool nulls[5] = {false, false, false, policies == nullptr, false};
            put(result, values, nulls);
        }
    }
    SPI_finish();
}

// The key of the kind's row t, as jsonb: its value, or an object for several columns.
char *key_of(const Kind &kind) {
    StringInfoData sql;
    initStringInfo(&sql);
    if (kind.n_keys == 1) return psprintf("to_jsonb(%s)", column_list(kind.relid, kind.keys, 1, "t."));
    for (int i = 0; i < kind.n_keys; ++i)
        appendStringInfo(&sql, "%s%s, %s", i == 0 ? "jsonb_build_object(" : ", ",
                         quote_literal_cstr(get_attname(kind.relid, kind.keys[i], false)),
                         column_list(kind.relid, &kind.keys[i], 1, "t."));
    appendStringInfoChar(&sql, ')');
    return sql.data;
}

// Whether row t of a table has the value, $1, in this column.
char *has_value(Oid relid, AttrNumber column) {
    const char *name = column_list(relid, &column, 1, "t.");
    char category = 0;
    bool preferred = false;
    get_type_category_preferred(getBaseType(get_atttype(relid, column)), &category, &preferred);
    if (category != TYPCATEGORY_STRING) return psprintf("%s::text = $1", name);
    // Names, too, are written in any case.
    return psprintf("lower(%s) = lower($1) OR retention.identity(%s::text) = retention.identity($1)", name, name);
}

// The keys of the persons that the condition holds for; the value was found in a column of this name.
void put_persons(const ReturnSetInfo *result, const Kind &kind, const char *condition, const Parameters &parameters,
                 const char *column) {
    const SqlRows found = read_as(owner_of(kind.relid),
                                  psprintf("SELECT DISTINCT %s FROM %s t WHERE (%s)%s ORDER BY 1", key_of(kind),
                                           qualified_name(kind.relid), condition, and_is_person(kind)),
                                  parameters);
    for (const SqlRow row : found) {
        if (row.is_null(1)) continue;
        bool nulls[3] = {};
        Datum values[3] = {CStringGetTextDatum(kind.name), row.datum(1), DirectFunctionCall1(namein, CStringGetDatum(column))};
        put(result, values, nulls);
    }
    found.free();
}

void find_in_column(const ReturnSetInfo *result, const Kind &kind, AttrNumber column, Datum value) {
    Parameters parameters = {};
    (void) add_parameter(&parameters, TEXTOID, value);
    put_persons(result, kind, has_value(kind.relid, column), parameters, get_attname(kind.relid, column, false));
}

// An address may stand in a table of its own.
void find_in_naming(const ReturnSetInfo *result, const Kind &kind, const Step &step, AttrNumber column, Datum value) {
    Parameters given = {}, parameters = {};
    StringInfoData where;
    (void) add_parameter(&given, TEXTOID, value);
    const char *condition = near_condition(step);
    const KeySet found = distinct_keys(step.near_relid, step.near_columns, step.n, finding_near(step),
                                       psprintf("FROM %s t WHERE (%s) AND %s", qualified_name(step.near_relid),
                                                has_value(step.near_relid, column), condition == nullptr ? "true" : condition),
                                       &given, false);
    if (found.n == 0) return;
    initStringInfo(&where);
    append_key_condition(&where, kind.relid, step.far_columns, finding_far(step), found, &parameters);
    put_persons(result, kind, where.data, parameters, get_attname(step.near_relid, column, false));
}

void find_in_namings(const ReturnSetInfo *result, const Kind &kind, Datum value) {
    ListCell *cell = nullptr;
    foreach (cell, kind.named_in) {
        const auto *naming = static_cast<const Naming *>(lfirst(cell));
        for (int c = -1; (c = bms_next_member(naming->words, c)) >= 0;)
            find_in_naming(result, kind, naming->link->path.steps[0], static_cast<AttrNumber>(c), value);
    }
}

// Beside what identifies: names, and ways to be reached.
void find_in_own_row(const ReturnSetInfo *result, const Model &model, const Kind &kind, Datum value) {
    Bitmapset *columns = nullptr;
    for (int c = -1; (c = bms_next_member(kind.words, c)) >= 0;) {
        const PersonalColumn *personal = personal_column(model, kind.relid, static_cast<AttrNumber>(c));
        if (personal != nullptr && core::is_telling_category(personal->category)) columns = bms_add_member(columns, c);
    }
    for (int i = 0; i < kind.n_identifying; ++i) columns = bms_add_member(columns, kind.identifying[i]);
    for (int c = -1; (c = bms_next_member(columns, c)) >= 0;) find_in_column(result, kind, static_cast<AttrNumber>(c), value);
}

void find_persons(FunctionCallInfo fcinfo) {
    const auto *result = reinterpret_cast<const ReturnSetInfo *>(fcinfo->resultinfo);
    connect_spi();
    const Model *model = load_model();
    ListCell *cell = nullptr;
    foreach (cell, model->kinds) {
        const auto *kind = static_cast<const Kind *>(lfirst(cell));
        find_in_own_row(result, *model, *kind, PG_GETARG_DATUM(0));
        find_in_namings(result, *kind, PG_GETARG_DATUM(0));
    }
    SPI_finish();
}

}  // namespace

}  // namespace pg_retention

RETENTION_FUNCTION(pg_retention_explain_subject) {
    InitMaterializedSRF(fcinfo, 0);
    pg_retention::explain(fcinfo);
    return static_cast<Datum>(0);
}

RETENTION_FUNCTION(pg_retention_find_subject) {
    InitMaterializedSRF(fcinfo, 0);
    pg_retention::find_persons(fcinfo);
    return static_cast<Datum>(0);
}
