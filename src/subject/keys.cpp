#include "subject/keys.hpp"

#include "pg/names.hpp"
#include "pg/security.hpp"
#include "subject/json.hpp"

extern "C" {
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"
}

namespace pg_retention {

namespace {

// Reads the text as the column's type would, into an array of one.
void set_from_text(KeySet *keys, Oid relid, AttrNumber column, const char *text) {
    const Oid type = getBaseType(get_atttype(relid, column));
    Oid input = InvalidOid, parameter = InvalidOid;
    getTypeInputInfo(type, &input, &parameter);
    // What a key is made of may be a domain of the owner's, whose checks run as its input is read.
    const ActingAs saved = act_as(owner_of(relid), true);
    Datum value = OidInputFunctionCall(input, const_cast<char *>(text), parameter, -1);
    leave(saved);
    keys->types[keys->n_columns] = get_array_type(type);
    keys->arrays[keys->n_columns++] = array_of(&value, 1, type);
}

[[noreturn]] void wrong_columns(Oid relid, const AttrNumber *columns, int n) {
    ereport(ERROR,
            (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
             errmsg("the key of table \"%s\" is (%s)", get_rel_name(relid), column_list(relid, columns, n, "")),
             n == 1 ? errhint("Give its value.") : errhint("Give a jsonb object with a value for each of these columns.")));
    pg_unreachable();
}

// Null when the object has no such field, or a null there.
const char *field_of(Datum json, const char *name) {
    LOCAL_FCINFO(call, 2);
    InitFunctionCallInfoData(*call, nullptr, 2, InvalidOid, nullptr, nullptr);
    call->args[0].value = json;
    call->args[0].isnull = false;
    call->args[1].value = CStringGetTextDatum(name);
    call->args[1].isnull = false;
    const Datum value = jsonb_object_field_text(call);
    return call->isnull ? nullptr : TextDatumGetCString(value);
}

const char *scalar_of(Jsonb *json) {
    JsonbValue value;
    if (!JsonbExtractScalar(&json->root, &value) || value.type == jbvNull) return nullptr;
    if (value.type == jbvString) return pnstrdup(value.val.string.val, value.val.string.len);
    return JsonbToCString(nullptr, &json->root, VARSIZE(json));
}

// Not by the call's expression: a caller may have none.
Oid argument_type(FunctionCallInfo fcinfo, int argument) {
    HeapTuple tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(fcinfo->flinfo->fn_oid));
    if (!HeapTupleIsValid(tuple)) elog(ERROR, "cache lookup failed for function %u", fcinfo->flinfo->fn_oid);
    const Oid type = reinterpret_cast<Form_pg_proc>(GETSTRUCT(tuple))->proargtypes.values[argument];
    ReleaseSysCache(tuple);
    return type;
}

}  // namespace

KeySet key_argument(const Kind &kind, FunctionCallInfo fcinfo, int argument) {
    const Oid type = argument_type(fcinfo, argument);
    const Datum value = fcinfo->args[argument].value;
    if (type == JSONBOID) return key_from_json(kind.relid, kind.keys, kind.n_keys, value);
    if (kind.n_keys > 1) wrong_columns(kind.relid, kind.keys, kind.n_keys);
    Oid output = InvalidOid;
    bool varlena = false;
    getTypeOutputInfo(type, &output, &varlena);
    KeySet keys = {};
    keys.n = 1;
    set_from_text(&keys, kind.relid, kind.keys[0], OidOutputFunctionCall(output, value));
    return keys;
}

KeySet key_from_json(Oid relid, const AttrNumber *columns, int n, Datum datum) {
    Jsonb *json = DatumGetJsonbP(datum);
    KeySet keys = {};
    keys.n = 1;
    if (JB_ROOT_IS_SCALAR(json)) {
        const char *text = scalar_of(json);
        if (n != 1 || text == nullptr) wrong_columns(relid, columns, n);
        set_from_text(&keys, relid, columns[0], text);
        return keys;
    }
    if (!JB_ROOT_IS_OBJECT(json) || static_cast<int>(JB_ROOT_COUNT(json)) != n) wrong_columns(relid, columns, n);
    for (int i = 0; i < n; ++i) {
        const char *text = field_of(datum, get_attname(relid, columns[i], false));
        if (text == nullptr) wrong_columns(relid, columns, n);
        set_from_text(&keys, relid, columns[i], text);
    }
    return keys;
}

KeySet key_from_record(Oid relid, const AttrNumber *columns, int n, Datum datum) {
    Jsonb *json = DatumGetJsonbP(datum);
    if (n != 1 || !JB_ROOT_IS_OBJECT(json)) return key_from_json(relid, columns, n, datum);
    KeySet keys = {};
    keys.n = 1;
    set_from_text(&keys, relid, columns[0], JsonbToCString(nullptr, &json->root, VARSIZE(json)));
    return keys;
}

namespace {

Operand column_of(Oid relid, AttrNumber column) {
    return Operand{column_list(relid, &column, 1, "t."), get_atttype(relid, column)};
}

}  // namespace

void append_key_condition(StringInfo sql, Oid relid, const AttrNumber *columns, const Equalities &equalities, const KeySet &keys,
                          Parameters *parameters) {
    if (keys.n_columns == 1 && !equalities.at[0].column_right) {
        const char *array = psprintf("$%d", add_parameter(parameters, keys.types[0], keys.arrays[0]));
        append_equal_any(sql, equalities.at[0], column_of(relid, columns[0]), Operand{array, get_element_type(keys.types[0])});
        return;
    }
    appendStringInfoString(sql, "EXISTS (SELECT FROM unnest(");
    for (int i = 0; i < keys.n_columns; ++i)
        appendStringInfo(sql, "%s$%d", i == 0 ? "" : ", ", add_parameter(parameters, keys.types[i], keys.arrays[i]));
    appendStringInfoString(sql, ") AS k (");
    for (int i = 0; i < keys.n_columns; ++i) appendStringInfo(sql, "%sk%d", i == 0 ? "" : ", ", i);
    appendStringInfoString(sql, ") WHERE ");
    for (int i = 0; i < keys.n_columns; ++i) {
        appendStringInfoString(sql, i == 0 ? "" : " AND ");
        append_equal(sql, equalities.at[i], column_of(relid, columns[i]),
                     Operand{psprintf("k.k%d", i), get_element_type(keys.types[i])});
    }
    appendStringInfoChar(sql, ')');
}

void append_key_condition(StringInfo sql, Oid relid, const AttrNumber *columns, const KeySet &keys, Parameters *parameters) {
    append_key_condition(sql, relid, columns, own_equalities(relid, columns, keys.n_columns), keys, parameters);
}

KeySet distinct_keys(Oid relid, const AttrNumber *columns, int n, const Equalities &equalities, const char *from_where,
                     Parameters *parameters, bool write) {
    KeySet keys = {};
    StringInfoData sql;
    initStringInfo(&sql);
    appendStringInfoString(&sql, "SELECT count(*)");
    for (int i = 0; i < n; ++i) appendStringInfo(&sql, ", array_agg(d.k%d)", i);
    appendStringInfoString(&sql, " FROM (SELECT DISTINCT ");
    for (int i = 0; i < n; ++i) {
        appendStringInfoString(&sql, i == 0 ? "" : ", ");
        keys.types[i] = get_array_type(append_key_value(&sql, equalities.at[i], column_of(relid, columns[i])));
    }
    appendStringInfo(&sql, " %s AND NOT (", from_where);
    for (int i = 0; i < n; ++i)
        appendStringInfo(&sql, "%s%s IS NULL", i == 0 ? "" : " OR ", column_list(relid, &columns[i], 1, "t."));
    appendStringInfoString(&sql, ")) AS d (");
    for (int i = 0; i < n; ++i) appendStringInfo(&sql, "%sk%d", i == 0 ? "" : ", ", i);
    appendStringInfoString(&sql, ")");
    const SqlRows rows = run_as(owner_of(relid), write ? kKeptWriting : kKeptReading, sql.data, *parameters);
    const SqlRow found = rows.first();
    keys.n = static_cast<int>(found.get<int64>(1));
    keys.n_columns = n;
    for (int i = 0; i < n; ++i)
        keys.arrays[i] = found.is_null(i + 2) ? PointerGetDatum(construct_empty_array(get_element_type(keys.types[i])))
                                              : found.detoasted(i + 2);
    rows.free();
    return keys;
}

void append_key_json(StringInfo out, Oid relid, const AttrNumber *columns, int n, HeapTuple row, TupleDesc desc,
                     const int *places, const Bitmapset *hidden) {
    if (n > 1) appendStringInfoChar(out, '{');
    for (int i = 0; i < n; ++i) {
        bool isnull = false;
        if (n > 1) {
            appendStringInfoString(out, i == 0 ? "" : ", ");
            append_json_text(out, get_attname(relid, columns[i], false));
            appendStringInfoString(out, ": ");
        }
        JsonColumn column = json_column(TupleDescAttr(desc, places[i] - 1)->atttypid);
        const Datum value = heap_getattr(row, places[i], desc, &isnull);
        append_json(out, &column, value, isnull || bms_is_member(columns[i], hidden));
    }
    if (n > 1) appendStringInfoChar(out, '}');
}

}  // namespace pg_retention
