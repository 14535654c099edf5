#include "subject/along.hpp"

#include "pg/names.hpp"
#include "pg/security.hpp"
#include "schema/link_front.hpp"
#include "subject/keys.hpp"

extern "C" {
#include "catalog/pg_collation.h"
#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
}

namespace pg_retention {

namespace {

constexpr int kNumberText = 24;

const Given *given_of(const Step &step) { return step.down ? nullptr : step.key.given; }

// Of one column, equal only where its text is the same.
bool is_plain(Oid relid, AttrNumber column) {
    const Oid type = getBaseType(get_atttype(relid, column));
    if (is_integer(type) || type == UUIDOID) return true;
    const Oid collation = get_typcollation(type) == InvalidOid ? InvalidOid : own_equality(relid, column).collation;
    return (type == TEXTOID || type == VARCHAROID) && (!OidIsValid(collation) || get_collation_isdeterministic(collation));
}

bool holds_key(const Along &along) {
    const Kind &kind = *along.kind;
    if (kind.n_keys != 1 || kind.condition != nullptr) return false;
    if (along.path.n_steps == 0) return is_plain(kind.relid, kind.keys[0]);
    const Step &step = along.path.steps[0];
    if (along.path.n_steps != 1 || step.down || step.repeats || step.n != 1 || step.far_columns[0] != kind.keys[0]) return false;
    const Oid near = getBaseType(get_atttype(step.near_relid, step.near_columns[0]));
    const Oid far = getBaseType(get_atttype(step.far_relid, step.far_columns[0]));
    return is_plain(step.near_relid, step.near_columns[0]) && is_plain(step.far_relid, step.far_columns[0]) &&
           (near == far || (is_integer(near) && is_integer(far)));
}

void add_column(Along *along, Oid relid, AttrNumber column) {
    const int at = along->n + along->n_given;
    along->names[at] = get_attname(relid, column, false);
    along->types[at] = getBaseType(get_atttype(relid, column));
}

char *number_key(int64 value) {
    auto *text = static_cast<char *>(palloc(kNumberText));
    (void) pg_lltoa(value, text);
    return text;
}

// Its rows whose key is this one.
Front front_of_keys(const Kind &kind, const Datum *const *columns, const bool *const *nulls, int n_rows) {
    return first_front(kind.relid, kind.keys, kind.n_keys, columns, nulls, n_rows);
}

LinkFront follow(const Along &along, const Datum *const *columns, const bool *const *nulls, int n_rows) {
    const Kind &kind = *along.kind;
    if (along.path.n_steps > 0) return front_along(along.path, columns, nulls, n_rows);
    return LinkFront{kind.keys, own_equalities(kind.relid, kind.keys, kind.n_keys), front_of_keys(kind, columns, nulls, n_rows),
                     nullptr};
}

}  // namespace

bool open_along(const Kind *kind, Oid relid, const char *path, Along *along, Problem *problem) {
    *along = Along{};
    along->kind = kind;
    if (!resolve_link(relid, path, kind->relid, &along->path, problem)) return false;
    if (along->path.n_steps == 0) {
        for (; along->n < kind->n_keys; ++along->n) add_column(along, kind->relid, kind->keys[along->n]);
    } else {
        const Step &step = along->path.steps[0];
        const Given *given = given_of(step);
        for (; along->n < step.n; ++along->n) add_column(along, relid, step.near_columns[along->n]);
        for (; given != nullptr && along->n_given < given->n; ++along->n_given)
            add_column(along, relid, given->columns[along->n_given]);
    }
    along->is_key_text = holds_key(*along);
    return true;
}

bool is_given(const Along &along, const Datum *values, const bool *nulls) {
    for (int i = 0; i < along.n_given; ++i) {
        Oid output = InvalidOid;
        bool varlena = false;
        const int place = along.n + i;
        if (nulls[place]) return false;
        getTypeOutputInfo(along.types[place], &output, &varlena);
        if (strcmp(OidOutputFunctionCall(output, values[place]), given_of(along.path.steps[0])->values[i]) != 0) return false;
    }
    return true;
}

char *key_held(const Along &along, Datum value) {
    switch (along.types[0]) {
        case INT2OID: return number_key(DatumGetInt16(value));
        case INT4OID: return number_key(DatumGetInt32(value));
        case INT8OID: return number_key(DatumGetInt64(value));
        case UUIDOID: return psprintf("\"%s\"", DatumGetCString(DirectFunctionCall1(uuid_out, value)));
        default: {
            StringInfoData out;
            initStringInfo(&out);
            append_json_text(&out, TextDatumGetCString(value));
            return canonical_key(out.data);
        }
    }
}

void for_each_person_along(const Along &along, const Datum *const *columns, const bool *const *nulls, int n_rows,
                           PersonOfRow consumer, void *argument) {
    const Kind &kind = *along.kind;
    const LinkFront at = follow(along, columns, nulls, n_rows);
    if (at.front.n == 0) return;
    Parameters parameters = {};
    StringInfoData sql, key;
    initStringInfo(&sql);
    initStringInfo(&key);
    appendStringInfo(&sql, "SELECT DISTINCT f.row, %s", column_list(kind.relid, kind.keys, kind.n_keys, "t."));
    append_front_join(&sql, kind.relid, at.columns, at.equalities, at.front, &parameters);
    if (at.condition != nullptr) appendStringInfo(&sql, " AND %s", at.condition);
    appendStringInfoString(&sql, and_is_person(kind));
    const SqlRows rows = read_as(owner_of(kind.relid), sql.data, parameters);
    if (rows.n == 0) return;
    int places[kMaxKeys];
    for (int i = 0; i < kind.n_keys; ++i) places[i] = i + 2;
    KeyText form = key_text_of(kind.relid, kind.keys, kind.n_keys, rows.first().desc, places);
    for (const SqlRow row : rows) {
        resetStringInfo(&key);
        append_key(&key, &form, row.tuple, row.desc, places, nullptr);
        consumer(argument, row.get<int32>(1), canonical_key(key.data));
    }
    rows.free();
}

char *canonical_key(const char *json) {
    const Datum key = DirectFunctionCall1(jsonb_in, CStringGetDatum(json));
    return DatumGetCString(DirectFunctionCall1(jsonb_out, key));
}

}  // namespace pg_retention
