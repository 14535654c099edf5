#include "subject/keys.hpp"

#include "pg/names.hpp"
#include "pg/security.hpp"
#include "subject/json.hpp"
#include "subject/same_key.hpp"

extern "C" {
#include "utils/array.h"
#include "utils/lsyscache.h"
}

namespace pg_retention {

KeySet set_of(const RowKey &key) {
    KeySet keys = {};
    keys.n = 1;
    keys.n_columns = key.n;
    for (int i = 0; i < key.n; ++i) {
        Datum value = key.values[i].datum;
        keys.types[i] = get_array_type(key.values[i].type);
        keys.arrays[i] = array_of(&value, 1, key.values[i].type);
    }
    return keys;
}

KeySet set_of_records(Oid relid, const AttrNumber *columns, int n_columns, const Datum *records, int n) {
    auto *values = static_cast<Datum *>(palloc(sizeof(Datum) * kMaxKeys * (n + 1)));
    KeySet keys = {};
    keys.n = n;
    keys.n_columns = n_columns;
    for (int row = 0; row < n; ++row) {
        const RowKey key = key_from_record(relid, columns, n_columns, records[row]);
        for (int i = 0; i < key.n; ++i) values[i * n + row] = key.values[i].datum;
    }
    for (int i = 0; i < n_columns; ++i) {
        const Oid type = getBaseType(get_atttype(relid, columns[i]));
        keys.types[i] = get_array_type(type);
        keys.arrays[i] = array_of(values + i * n, n, type);
    }
    return keys;
}

KeySet set_of_records(const Kind &kind, const Datum *records, int n) {
    return set_of_records(kind.relid, kind.keys, kind.n_keys, records, n);
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

void append_keys_join(StringInfo sql, const Kind &kind, const char *from, const KeySet &keys, Parameters *parameters) {
    const Equalities equalities = own_equalities(kind.relid, kind.keys, kind.n_keys);
    appendStringInfo(sql, " FROM %s t JOIN unnest(", from);
    for (int i = 0; i < keys.n_columns; ++i)
        appendStringInfo(sql, "%s$%d", i == 0 ? "" : ", ", add_parameter(parameters, keys.types[i], keys.arrays[i]));
    appendStringInfoString(sql, ") WITH ORDINALITY AS k (");
    for (int i = 0; i < keys.n_columns; ++i) appendStringInfo(sql, "k%d, ", i);
    appendStringInfoString(sql, "place) ON ");
    for (int i = 0; i < keys.n_columns; ++i) {
        appendStringInfoString(sql, i == 0 ? "" : " AND ");
        append_equal(sql, equalities.at[i], column_of(kind.relid, kind.keys[i]),
                     Operand{psprintf("k.k%d", i), get_element_type(keys.types[i])});
    }
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

KeyText key_text_of(Oid relid, const AttrNumber *columns, int n, TupleDesc row, const int *places) {
    KeyText form = {};
    form.n = n;
    for (int i = 0; i < n; ++i) {
        const Oid type = TupleDescAttr(row, places[i] - 1)->atttypid;
        form.columns[i] = columns[i];
        form.names[i] = get_attname(relid, columns[i], false);
        form.values[i] = json_column(type);
        form.by_settings = form.by_settings || is_written_by_settings(type) || getBaseType(type) == TIMESTAMPTZOID;
    }
    return form;
}

void append_key(StringInfo out, KeyText *form, HeapTuple row, TupleDesc desc, const int *places, const Bitmapset *hidden) {
    const int level = form->by_settings ? fix_writing() : 0;
    if (form->n > 1) appendStringInfoChar(out, '{');
    for (int i = 0; i < form->n; ++i) {
        bool isnull = false;
        if (form->n > 1) {
            appendStringInfoString(out, i == 0 ? "" : ", ");
            append_json_text(out, form->names[i]);
            appendStringInfoString(out, ": ");
        }
        const Datum value = heap_getattr(row, places[i], desc, &isnull);
        append_json(out, &form->values[i], value, isnull || bms_is_member(form->columns[i], hidden));
    }
    if (form->n > 1) appendStringInfoChar(out, '}');
    if (form->by_settings) restore_writing(level);
}

void append_key_json(StringInfo out, Oid relid, const AttrNumber *columns, int n, HeapTuple row, TupleDesc desc,
                     const int *places, const Bitmapset *hidden) {
    KeyText form = key_text_of(relid, columns, n, desc, places);
    append_key(out, &form, row, desc, places, hidden);
}

char *key_in(const Kind &kind, const SqlRow &row, int first) {
    int places[kMaxKeys];
    StringInfoData key;
    initStringInfo(&key);
    for (int i = 0; i < kind.n_keys; ++i) places[i] = first + i;
    append_key_json(&key, kind.relid, kind.keys, kind.n_keys, row.tuple, row.desc, places);
    return key.data;
}

KeySet persons_with(const Kind &kind, const Datum *records, int n) {
    const Equalities equalities = own_equalities(kind.relid, kind.keys, kind.n_keys);
    StringInfoData from;
    Parameters parameters = {};
    initStringInfo(&from);
    appendStringInfo(&from, "FROM %s t WHERE ", qualified_name(kind.relid));
    append_key_condition(&from, kind.relid, kind.keys, equalities, set_of_records(kind, records, n), &parameters);
    appendStringInfoString(&from, and_is_person(kind));
    return distinct_keys(kind.relid, kind.keys, kind.n_keys, equalities, from.data, &parameters, false);
}

}  // namespace pg_retention
