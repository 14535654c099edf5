#pragma once
// Sets of keys: of persons, and of rows on the way to them. An array per column, all of one length, to be given to a
// statement as parameters.
#include "schema/row_key.hpp"
#include "pg/sql.hpp"
#include "subject/json.hpp"
#include "subject/model.hpp"

extern "C" {
#include "fmgr.h"
#include "access/htup.h"
#include "access/tupdesc.h"
#include "lib/stringinfo.h"
}

namespace pg_retention {

struct KeySet {
    int n;  // keys
    int n_columns;
    Oid types[kMaxKeys];  // array types
    Datum arrays[kMaxKeys];
};

// The one key, of a table whose keys are collected in sets.
KeySet set_of(const RowKey &key);
// Keys of persons as append_key_json wrote them: n values of jsonb.
KeySet set_of_records(const Kind &kind, const Datum *records, int n);
// The same of the rows of any table, by these columns.
KeySet set_of_records(Oid relid, const AttrNumber *columns, int n_columns, const Datum *records, int n);
// Of those the persons who are still there: a table that is not governed lets them go.
KeySet persons_with(const Kind &kind, const Datum *records, int n);

// "t.a = ANY ($3)", or for several columns "EXISTS (...)": whether the columns of t hold one of the keys.
void append_key_condition(StringInfo sql, Oid relid, const AttrNumber *columns, const Equalities &equalities, const KeySet &keys,
                          Parameters *parameters);
// The same for a table's own keys.
void append_key_condition(StringInfo sql, Oid relid, const AttrNumber *columns, const KeySet &keys, Parameters *parameters);

// " FROM from t JOIN unnest(...) WITH ORDINALITY AS k (k0, k1, place) ON t.a = k.k0 ...": the rows t of a kind with these keys, and which one it
// is, from 1. from: a table, or what has its columns.
void append_keys_join(StringInfo sql, const Kind &kind, const char *from, const KeySet &keys, Parameters *parameters);

// The distinct keys that the statement "FROM ... WHERE ..." yields in these columns of a table; rows with a null do not count.
// Distinct by the equalities. Runs as the table's owner; with write in a new snapshot.
KeySet distinct_keys(Oid relid, const AttrNumber *columns, int n, const Equalities &equalities, const char *from_where,
                     Parameters *parameters, bool write);

// How the keys of a table are written, found once for all its rows.
struct KeyText {
    int n;
    AttrNumber columns[kMaxKeys];
    const char *names[kMaxKeys];
    JsonColumn values[kMaxKeys];
    bool by_settings;  // of the session, unless they are fixed
};
// row: as they are read, with the columns of the key at these places.
KeyText key_text_of(Oid relid, const AttrNumber *columns, int n, TupleDesc row, const int *places);
void append_key(StringInfo out, KeyText *form, HeapTuple row, TupleDesc desc, const int *places, const Bitmapset *hidden);

// As JSON: a value for one column, an object for several; null for what is hidden. Read again it is the same key, whatever the settings
// of the session that writes it and of the one that reads it.
void append_key_json(StringInfo out, Oid relid, const AttrNumber *columns, int n, HeapTuple row, TupleDesc desc,
                     const int *places, const Bitmapset *hidden = nullptr);

// The same of a row of a kind, whose key stands in its columns from first on. Palloc'ed.
char *key_in(const Kind &kind, const SqlRow &row, int first = 1);
// use(row, key) for each of many rows of one statement, how they are written found once. The key lives until the next row.
template <typename Use>
void for_each_key(const Kind &kind, const SqlRows &rows, int first, Use use) {
    int places[kMaxKeys];
    StringInfoData key;
    if (rows.n == 0) return;
    for (int i = 0; i < kind.n_keys; ++i) places[i] = first + i;
    KeyText form = key_text_of(kind.relid, kind.keys, kind.n_keys, rows.table->tupdesc, places);
    initStringInfo(&key);
    for (const SqlRow row : rows) {
        resetStringInfo(&key);
        append_key(&key, &form, row.tuple, row.desc, places, nullptr);
        use(row, key.data);
    }
    pfree(key.data);
}

}  // namespace pg_retention
