// Before a link acts: to whom a few rows would lead by it, and types of references that no link follows.
#include "pg/guard.hpp"
#include "pg/names.hpp"
#include "pg/security.hpp"
#include "pg/settings.hpp"
#include "policy/rights.hpp"
#include "schema/link_front.hpp"
#include "schema/own.hpp"
#include "schema/row_key.hpp"
#include "subject/keys.hpp"

extern "C" {
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/tuplestore.h"
}

namespace pg_retention {

namespace {

constexpr int kSamples = 3;
constexpr char kOwner[] = "Whose data are found on a path is shown to the owner of its tables, or to a superuser.";

char *key_text(Oid relid, const AttrNumber *columns, int n, const SqlRow &row, int place) {
    int places[kMaxKeys];
    StringInfoData out;
    initStringInfo(&out);
    for (int i = 0; i < n; ++i) places[i] = place + i;
    append_key_json(&out, relid, columns, n, row.tuple, row.desc, places);
    return out.data;
}

// Rows that begin the path: keys as text, and what they hold in its first columns.
struct Sample {
    int n;
    char *keys[kSamples];
    Datum *columns[kMaxKeys];
    bool *nulls[kMaxKeys];
};

Sample sample_of(Oid relid, const Step &step) {
    Sample sample = {};
    AttrNumber key[kMaxKeys];
    const int n_key = primary_key(relid, key);
    const char *condition = near_condition(step);
    StringInfoData sql;
    initStringInfo(&sql);
    appendStringInfo(&sql, "SELECT %s, %s FROM %s t WHERE %s", column_list(relid, key, n_key, "t."),
                     column_list(relid, step.near_columns, step.n, "t."), qualified_name(relid),
                     condition == nullptr ? "true" : condition);
    for (int k = 0; k < step.n; ++k)
        appendStringInfo(&sql, " AND %s IS NOT NULL", column_list(relid, &step.near_columns[k], 1, "t."));
    appendStringInfo(&sql, " LIMIT %d", kSamples);
    const SqlRows rows = read_as(owner_of(relid), sql.data);
    for (int k = 0; k < step.n; ++k) {
        sample.columns[k] = static_cast<Datum *>(palloc0(sizeof(Datum) * kSamples));
        sample.nulls[k] = static_cast<bool *>(palloc0(kSamples));
    }
    for (const SqlRow row : rows) {
        sample.keys[sample.n] = key_text(relid, key, n_key, row, 1);
        for (int k = 0; k < step.n; ++k)
            sample.columns[k][sample.n] = SPI_getbinval(row.tuple, row.desc, n_key + k + 1, &sample.nulls[k][sample.n]);
        ++sample.n;
    }
    return sample;
}

void put(const ReturnSetInfo *result, const char *row_key, const char *person) {
    Datum values[2] = {DirectFunctionCall1(jsonb_in, CStringGetDatum(row_key)),
                       person == nullptr ? 0 : DirectFunctionCall1(jsonb_in, CStringGetDatum(person))};
    bool nulls[2] = {false, person == nullptr};
    tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

void put_persons(const ReturnSetInfo *result, const Kind &kind, const Sample &sample, const LinkFront &at) {
    bool led[kSamples] = {};
    if (at.front.n > 0) {
        Parameters parameters = {};
        StringInfoData sql;
        initStringInfo(&sql);
        appendStringInfo(&sql, "SELECT f.row, %s", column_list(kind.relid, kind.keys, kind.n_keys, "t."));
        append_front_join(&sql, kind.relid, at.columns, at.equalities, at.front, &parameters);
        if (at.condition != nullptr) appendStringInfo(&sql, " AND %s", at.condition);
        appendStringInfo(&sql, "%s ORDER BY 1, 2", and_is_person(kind));
        const SqlRows rows = read_as(owner_of(kind.relid), sql.data, parameters);
        for (const SqlRow row : rows) {
            const auto place = row.get<int32>(1);
            led[place] = true;
            put(result, sample.keys[place], key_text(kind.relid, kind.keys, kind.n_keys, row, 2));
        }
    }
    for (int i = 0; i < sample.n; ++i)
        if (!led[i]) put(result, sample.keys[i], nullptr);
}

void sample_link(FunctionCallInfo fcinfo) {
    const auto *result = reinterpret_cast<const ReturnSetInfo *>(fcinfo->resultinfo);
    if (!settings::reveal)
        ereport(ERROR,
                (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE), errmsg("which rows lead to whom is shown to those who may reveal"),
                 errhint("SET retention.reveal = on, which is a right to be granted with GRANT SET.")));
    const Oid relid = PG_GETARG_OID(1);
    const char *way = text_to_cstring(PG_GETARG_TEXT_PP(2));
    LinkPath path;
    Problem problem = {};
    connect_spi();
    const Model *model = load_model();
    const Kind *kind = kind_named(*model, text_to_cstring(PG_GETARG_TEXT_PP(0)));
    if (!resolve_link(relid, way, kind->relid, &path, &problem))
        ereport(ERROR, (errcode(problem.sqlstate), errmsg("%s", problem.message), errhint("%s", problem.hint)));
    // Whoever might make it a link.
    require_ownership(relid, "whose rows are shown", kOwner);
    for (int i = 0; i < path.n_steps; ++i) require_ownership(path.steps[i].far_relid, psprintf("on path \"%s\"", way), kOwner);
    if (path.n_steps == 0)
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("field \"path\" is empty"),
                        errhint("The rows of a kind's own table need no link.")));
    const Sample sample = sample_of(relid, path.steps[0]);
    put_persons(result, *kind, sample, front_along(path, sample.columns, sample.nulls, sample.n));
    SPI_finish();
}

// The values of one column that says where a reference leads, as far as links follow them.
struct Followed {
    Oid relid;
    AttrNumber column;
    List *values;  // char *
};

Followed *followed_in(List **all, Oid relid, AttrNumber column) {
    ListCell *cell = nullptr;
    foreach (cell, *all) {
        auto *one = static_cast<Followed *>(lfirst(cell));
        if (one->relid == relid && one->column == column) return one;
    }
    auto *one = static_cast<Followed *>(palloc(sizeof(Followed)));
    *one = Followed{relid, column, NIL};
    *all = lappend(*all, one);
    return one;
}

List *all_followed(const Model &model) {
    List *all = NIL;
    ListCell *cell = nullptr;
    foreach (cell, model.links) {
        const LinkPath &path = static_cast<const Link *>(lfirst(cell))->path;
        for (int i = 0; i < path.n_steps; ++i) {
            const Hop &key = path.steps[i].key;
            for (int k = 0; key.given != nullptr && k < key.given->n; ++k) {
                Followed *one = followed_in(&all, key.from_relid, key.given->columns[k]);
                one->values = lappend(one->values, const_cast<char *>(key.given->values[k]));
            }
        }
    }
    return all;
}

// Of a path that is one logical key to the person. NIL: it is none, or it fits no more.
List *columns_of_logical_link(Oid relid, const char *text, Oid person) {
    LinkPath path;
    Problem problem = {};
    List *columns = NIL;
    if (!resolve_link(relid, text, person, &path, &problem) || path.n_steps != 1) return NIL;
    const Step &step = path.steps[0];
    for (int i = 0; i < step.n && !step.down && step.named == InvalidAttrNumber; ++i)
        columns = lappend(columns, get_attname(relid, step.near_columns[i], false));
    return columns;
}

// By what ANALYZE found, so that whoever watches may ask often.
void types_not_followed(const ReturnSetInfo *result) {
    connect_spi();
    ListCell *cell = nullptr;
    foreach (cell, all_followed(*load_model())) {
        const auto *one = static_cast<const Followed *>(lfirst(cell));
        const char *name = get_attname(one->relid, one->column, false);
        const SqlRows rows = read_own(
            "SELECT DISTINCT m.value COLLATE \"C\" FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
            "JOIN pg_stats s ON s.schemaname = n.nspname AND s.tablename = c.relname AND s.attname = $2 "
            "CROSS JOIN LATERAL unnest(s.most_common_vals::text::text[]) m (value) WHERE c.oid = $1 AND m.value COLLATE \"C\" <> ALL ($3) ORDER BY 1",
            one->relid, name, typed(TEXTARRAYOID, text_array(one->values)));
        for (const SqlRow row : rows) {
            Datum found[3] = {ObjectIdGetDatum(one->relid), CStringGetTextDatum(name), row.datum(1)};
            bool nulls[3] = {};
            tuplestore_putvalues(result->setResult, result->setDesc, found, nulls);
        }
        rows.free();
    }
    SPI_finish();
}

}  // namespace

}  // namespace pg_retention

RETENTION_FUNCTION(pg_retention_sample_link) {
    InitMaterializedSRF(fcinfo, 0);
    pg_retention::sample_link(fcinfo);
    return static_cast<Datum>(0);
}

RETENTION_FUNCTION(pg_retention_refers_by) {
    const char *path = text_to_cstring(PG_GETARG_TEXT_PP(1));
    List *columns = pg_retention::columns_of_logical_link(PG_GETARG_OID(0), path, PG_GETARG_OID(2));
    if (columns == NIL) PG_RETURN_NULL();
    return pg_retention::text_array(columns);
}

RETENTION_FUNCTION(pg_retention_types_not_followed) {
    InitMaterializedSRF(fcinfo, 0);
    pg_retention::types_not_followed(reinterpret_cast<const ReturnSetInfo *>(fcinfo->resultinfo));
    return static_cast<Datum>(0);
}
