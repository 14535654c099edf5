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

bool are_alike(Oid a, Oid b) { return a == b || (is_integer(a) && is_integer(b)); }

// Where among the columns that are read that column of the key stands; -1: nowhere, or not as the key has it.
int place_in_step(const Step &step, const Kind &kind, AttrNumber key) {
    for (int i = 0; i < step.n; ++i) {
        if (step.far_columns[i] != key) continue;
        const bool alike =
            are_alike(getBaseType(get_atttype(step.near_relid, step.near_columns[i])), getBaseType(get_atttype(kind.relid, key)));
        return alike && is_plain(step.near_relid, step.near_columns[i]) ? i : -1;
    }
    return -1;
}

bool find_key(Along *along) {
    const Kind &kind = *along->kind;
    const LinkPath &path = along->path;
    if (path.n_steps > 1 || (path.n_steps == 1 && (path.steps[0].down || path.steps[0].repeats))) return false;
    for (int i = 0; i < kind.n_keys; ++i) {
        along->key_places[i] = path.n_steps == 0 ? i : place_in_step(path.steps[0], kind, kind.keys[i]);
        if (along->key_places[i] < 0 || !is_plain(kind.relid, kind.keys[i])) return false;
    }
    return true;
}

void add_column(Along *along, Oid relid, AttrNumber column) {
    const int at = along->n + along->n_given;
    along->names[at] = get_attname(relid, column, false);
    along->types[at] = getBaseType(get_atttype(relid, column));
}

void append_value(StringInfo out, Oid type, Datum value) {
    char number[kNumberText];
    switch (type) {
        case INT2OID:
        case INT4OID:
        case INT8OID:
            (void) pg_lltoa(type == INT2OID   ? DatumGetInt16(value)
                            : type == INT4OID ? DatumGetInt32(value)
                                              : DatumGetInt64(value),
                            number);
            return appendStringInfoString(out, number);
        case UUIDOID: return appendStringInfo(out, "\"%s\"", DatumGetCString(DirectFunctionCall1(uuid_out, value)));
        default: return append_json_text(out, TextDatumGetCString(value));
    }
}

// As the type of the column has it, and by what its values are equal.
void take_given(Along *along, Oid relid, const Given &given, int i) {
    const AttrNumber column = given.columns[i];
    Oid type = InvalidOid, input = InvalidOid, parameter = InvalidOid;
    int32 modifier = -1;
    get_atttypetypmodcoll(relid, column, &type, &modifier, &along->given[i].collation);
    getTypeInputInfo(type, &input, &parameter);
    along->given[i].value = OidInputFunctionCall(input, const_cast<char *>(given.values[i]), parameter, modifier);
    const Equality equality = own_equality(relid, column);
    fmgr_info(get_opcode(equality.op), &along->given[i].equal);
    if (OidIsValid(equality.collation)) along->given[i].collation = equality.collation;
}

// Its rows whose key is this one.
Front front_of_keys(const Kind &kind, const Datum *const *columns, const bool *const *nulls, int n_rows) {
    return first_front(kind.relid, kind.keys, kind.n_keys, columns, nulls, n_rows);
}

LinkFront follow(const Along &along, const Datum *const *columns, const bool *const *nulls, int n_rows) {
    const Kind &kind = *along.kind;
    if (along.path.n_steps > 0) return front_from_row(along.path, columns, nulls, n_rows);
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
        // Of a step that may be gone not at all nothing is given yet.
        const Given *given = step.repeats ? nullptr : given_of(step);
        for (; along->n < step.n; ++along->n) add_column(along, relid, first_columns(along->path)[along->n]);
        for (; given != nullptr && along->n_given < given->n; ++along->n_given) {
            add_column(along, relid, given->columns[along->n_given]);
            take_given(along, relid, *given, along->n_given);
        }
    }
    along->holds_key = find_key(along);
    along->is_key_text = along->holds_key && kind->condition == nullptr;
    return true;
}

bool is_given(Along *along, const Datum *values, const bool *nulls) {
    for (int i = 0; i < along->n_given; ++i) {
        auto &given = along->given[i];
        const int place = along->n + i;
        if (nulls[place] || !DatumGetBool(FunctionCall2Coll(&given.equal, given.collation, values[place], given.value)))
            return false;
    }
    return true;
}

char *key_held(const Along &along, const Datum *values) {
    const Kind &kind = *along.kind;
    StringInfoData out;
    initStringInfo(&out);
    if (kind.n_keys > 1) appendStringInfoChar(&out, '{');
    for (int i = 0; i < kind.n_keys; ++i) {
        const int place = along.key_places[i];
        if (kind.n_keys > 1) {
            appendStringInfoString(&out, i == 0 ? "" : ", ");
            append_json_text(&out, get_attname(kind.relid, kind.keys[i], false));
            appendStringInfoString(&out, ": ");
        }
        append_value(&out, along.types[place], values[place]);
    }
    if (kind.n_keys > 1) appendStringInfoChar(&out, '}');
    // Of a number there is one form.
    return kind.n_keys == 1 && is_integer(along.types[along.key_places[0]]) ? out.data : canonical_key(out.data);
}

void for_each_person_along(const Along &along, const Datum *const *columns, const bool *const *nulls, int n_rows,
                           PersonOfRow consumer, void *argument) {
    const Kind &kind = *along.kind;
    const LinkFront at = follow(along, columns, nulls, n_rows);
    if (at.front.n == 0) return;
    Parameters parameters = {};
    StringInfoData sql;
    initStringInfo(&sql);
    appendStringInfo(&sql, "SELECT DISTINCT f.row, %s", column_list(kind.relid, kind.keys, kind.n_keys, "t."));
    append_front_join(&sql, kind.relid, at.columns, at.equalities, at.front, &parameters);
    if (at.condition != nullptr) appendStringInfo(&sql, " AND %s", at.condition);
    appendStringInfoString(&sql, and_is_person(kind));
    const SqlRows rows = read_as(owner_of(kind.relid), sql.data, parameters);
    for_each_key(kind, rows, 2,
                 [&](const SqlRow &row, const char *key) { consumer(argument, row.get<int32>(1), canonical_key(key)); });
    rows.free();
}

char *canonical_key(const char *json) {
    const Datum key = DirectFunctionCall1(jsonb_in, CStringGetDatum(json));
    return DatumGetCString(DirectFunctionCall1(jsonb_out, key));
}

}  // namespace pg_retention
