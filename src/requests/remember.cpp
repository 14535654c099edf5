#include "requests/remember.hpp"

#include "requests/came_back.hpp"

#include "core/text/telling.hpp"
#include "schema/extension.hpp"
#include "pg/names.hpp"
#include "schema/own.hpp"
#include "pg/security.hpp"
#include "pg/settings.hpp"
#include "pg/time.hpp"
#include "subject/identity.hpp"
#include "subject/identity_form.hpp"
#include "subject/same_key.hpp"

extern "C" {
#include "access/table.h"
#include "catalog/pg_type.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
}

namespace pg_retention {

bytea *bytes_of(const void *bytes, int n) {
    auto *result = static_cast<bytea *>(palloc(VARHDRSZ + n));
    SET_VARSIZE(result, VARHDRSZ + n);
    std::memcpy(VARDATA(result), bytes, n);
    return result;
}

void print_parts(const ErasureKey &key, std::initializer_list<const char *> parts, char (&print)[kPrintBytes]) {
    uint8 hash[kHashBytes];
    StringInfoData text;
    initStringInfo(&text);
    for (const char *part : parts) {
        appendStringInfoString(&text, part);
        appendStringInfoChar(&text, '\0');
    }
    keyed_hash(key.secret, text.data, text.len - 1, hash);
    std::memcpy(print, hash, kPrintBytes);
    pfree(text.data);
}

namespace {

bytea *print_of(const ErasureKey &key, const char *key_json, const char *what, const char *value) {
    char print[kPrintBytes];
    print_parts(key, {key_json, what, value}, print);
    return bytes_of(print, kPrintBytes);
}

bool has_print(List *prints, const bytea *print) {
    ListCell *cell = nullptr;
    foreach (cell, prints) {
        const auto *one = static_cast<const bytea *>(lfirst(cell));
        if (VARSIZE_ANY(one) == VARSIZE_ANY(print) &&
            std::memcmp(VARDATA_ANY(one), VARDATA_ANY(print), VARSIZE_ANY_EXHDR(print)) == 0)
            return true;
    }
    return false;
}

bool is_key(const Kind &kind, int column) {
    for (int k = 0; k < kind.n_keys; ++k)
        if (kind.keys[k] == column) return true;
    return false;
}

// The columns but the key and the clock, by number.
List *printed_columns(const Kind &kind) {
    List *columns = NIL;
    Relation rel = table_open(kind.relid, AccessShareLock);
    TupleDesc desc = RelationGetDescr(rel);
    for (int i = 0; i < desc->natts; ++i) {
        const AttrNumber column = TupleDescAttr(desc, i)->attnum;
        if (!TupleDescAttr(desc, i)->attisdropped && column != clock_column(kind.relid) && !is_key(kind, column))
            columns = lappend_int(columns, column);
    }
    table_close(rel, NoLock);
    return columns;
}

SqlValue print_array(const Prints &prints) {
    List *all = list_concat_copy(prints.telling, prints.others);
    auto *values = static_cast<Datum *>(palloc(sizeof(Datum) * (list_length(all) + 1)));
    int n = 0;
    ListCell *cell = nullptr;
    foreach (cell, all) values[n++] = PointerGetDatum(lfirst(cell));
    return typed(BYTEAARRAYOID, array_of(values, n, BYTEAOID));
}

// One key may have been several persons', one after the other.
void remember_key(const ErasureKey &key, Oid relid, const char *json, const Prints &prints) {
    uint8 hash[kHashBytes];
    hash_person(key, relid, json, hash);
    own("INSERT INTO retention.erasure AS e (hash, key_print, erased_at, prints) VALUES ($1, $2, $3, $4) "
        "ON CONFLICT (hash) DO UPDATE SET erased_at = excluded.erased_at, "
        "prints = ARRAY(SELECT p FROM unnest(e.prints || excluded.prints) p GROUP BY p ORDER BY p)",
        typed(BYTEAOID, PointerGetDatum(bytes_of(hash, sizeof hash))), print_value(key), at(retention_now()),
        print_array(prints));
}

}  // namespace

ErasureKey read_erasure_key() {
    if (settings::erasure_key_file[0] == '\0')
        ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE), errmsg("no key for the list of erasures is set"),
                        errhint("Set retention.erasure_key_file to a file with at least %d random bytes, outside the cluster and "
                                "its backups.",
                                kShortestKey)));
    ErasureKey key = {};
    key.secret = read_key(settings::erasure_key_file);
    constexpr char kOwnName[] = "pg_retention list of erasures";
    uint8 hash[kHashBytes];
    keyed_hash(key.secret, kOwnName, sizeof kOwnName, hash);
    std::memcpy(key.print, hash, sizeof key.print);
    return key;
}

void hash_person(const ErasureKey &key, Oid relid, const char *key_json, uint8 (&hash)[kHashBytes]) {
    // A table's name holds no zero byte, so no two pairs of table and key give the same text.
    StringInfoData text;
    initStringInfo(&text);
    appendStringInfoString(&text, qualified_name(relid));
    appendStringInfoChar(&text, '\0');
    appendStringInfoString(&text, key_json);
    keyed_hash(key.secret, text.data, text.len, hash);
    pfree(text.data);
}

void append_printed(StringInfo sql, const Model &model, const Kind &kind) {
    ListCell *cell = nullptr;
    for (int c = -1; (c = bms_next_member(kind.words, c)) >= 0;)
        appendStringInfo(sql, ", %s", identifying_value(model, kind, static_cast<AttrNumber>(c)));
    foreach (cell, printed_columns(kind)) {
        const auto column = static_cast<AttrNumber>(lfirst_int(cell));
        appendStringInfo(sql, ", %s::text", column_list(kind.relid, &column, 1, "t."));
    }
}

Prints prints_of(const ErasureKey &key, const Kind &kind, const char *key_json, const SqlRow &row, int first) {
    Prints prints = {};
    ListCell *cell = nullptr;
    int place = first;
    for (int c = -1; (c = bms_next_member(kind.words, c)) >= 0;) {
        const char *value = row.text(place++);
        const char *form = value == nullptr || core::is_common_word(value) ? nullptr : identity_of(value);
        if (form == nullptr) continue;
        prints.telling = lappend(prints.telling, print_of(key, key_json, "", form));
        if (!is_key(kind, c)) prints.beside_key = lappend(prints.beside_key, llast(prints.telling));
    }
    foreach (cell, printed_columns(kind)) {
        const char *value = row.text(place++);
        const char *name = get_attname(kind.relid, static_cast<AttrNumber>(lfirst_int(cell)), false);
        if (value != nullptr) prints.others = lappend(prints.others, print_of(key, key_json, name, value));
    }
    return prints;
}

bool share_print(List *prints, List *remembered) {
    ListCell *cell = nullptr;
    foreach (cell, prints)
        if (has_print(remembered, static_cast<const bytea *>(lfirst(cell)))) return true;
    return false;
}

bool may_be_same(const Prints &row, List *remembered) {
    int shared = 0;
    ListCell *cell = nullptr;
    if (share_print(row.telling, remembered)) return true;
    if (row.telling != NIL) return false;
    foreach (cell, row.others) shared += has_print(remembered, static_cast<const bytea *>(lfirst(cell))) ? 1 : 0;
    return 2 * shared >= list_length(row.others);
}

struct ToRemember {
    List *rows;  // of RowToRemember
    ErasureKey key;
    bool all;
};

namespace {

struct RowToRemember {
    Oid relid;
    const char *key_json;
    Prints prints;
};

void read_kind(ToRemember *persons, const Subject &subject, const Kind &kind, const char *keys) {
    Parameters parameters = {};
    StringInfoData sql;
    initStringInfo(&sql);
    appendStringInfo(&sql, "SELECT %s", keys);
    append_printed(&sql, *subject.model, kind);
    appendStringInfo(&sql, " FROM %s t WHERE ", qualified_name(kind.relid));
    append_key_condition(&sql, kind.relid, kind.keys, subject.roots[kind.index], &parameters);
    const int level = fix_writing();
    const SqlRows rows = read_as(owner_of(kind.relid), sql.data, parameters);
    for (const SqlRow row : rows) {
        const char *key = key_in(kind, row);
        auto *one = static_cast<RowToRemember *>(palloc(sizeof(RowToRemember)));
        *one = RowToRemember{kind.relid, key, prints_of(persons->key, kind, key, row, kind.n_keys + 1)};
        persons->rows = lappend(persons->rows, one);
    }
    restore_writing(level);
    rows.free();
}

}  // namespace

ToRemember *read_to_remember(const Subject &subject) {
    if (settings::erasure_key_file[0] == '\0') {
        ereport(WARNING, (errcode(ERRCODE_WARNING), errmsg("this erasure cannot be repeated after the restore of a backup"),
                          errhint("Set retention.erasure_key_file, so that erasures are remembered.")));
        return nullptr;
    }
    auto *persons = static_cast<ToRemember *>(palloc0(sizeof(ToRemember)));
    persons->key = read_erasure_key();
    persons->all = true;
    ListCell *cell = nullptr;
    foreach (cell, subject.model->kinds) {
        const auto *kind = static_cast<const Kind *>(lfirst(cell));
        if (subject.roots[kind->index].n == 0) continue;
        const char *keys = canonical_keys(*kind);
        persons->all = persons->all && keys != nullptr;
        if (keys != nullptr) read_kind(persons, subject, *kind, keys);
    }
    return persons;
}

bool remember_erasure(const ToRemember *persons) {
    if (persons == nullptr) return false;
    ListCell *cell = nullptr;
    forget_returned();
    foreach (cell, persons->rows) {
        const auto *row = static_cast<const RowToRemember *>(lfirst(cell));
        remember_key(persons->key, row->relid, row->key_json, row->prints);
    }
    return persons->all;
}

}  // namespace pg_retention
