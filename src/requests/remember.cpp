#include "requests/remember.hpp"

#include "schema/extension.hpp"
#include "pg/names.hpp"
#include "schema/own.hpp"
#include "pg/security.hpp"
#include "pg/settings.hpp"
#include "pg/time.hpp"
#include "subject/same_key.hpp"

extern "C" {
#include "catalog/pg_type.h"
}

namespace pg_retention {

namespace {

bytea *bytes_of(const uint8 *bytes, int n) {
    auto *result = static_cast<bytea *>(palloc(VARHDRSZ + n));
    SET_VARSIZE(result, VARHDRSZ + n);
    std::memcpy(VARDATA(result), bytes, n);
    return result;
}

void remember_key(const ErasureKey &key, Oid relid, const char *json) {
    uint8 hash[kHashBytes];
    hash_person(key, relid, json, hash);
    own("INSERT INTO retention.erasure (hash, key_print, erased_at) VALUES ($1, $2, $3) "
        "ON CONFLICT (hash) DO UPDATE SET erased_at = excluded.erased_at",
        typed(BYTEAOID, PointerGetDatum(bytes_of(hash, sizeof hash))),
        typed(BYTEAOID, PointerGetDatum(bytes_of(key.print, sizeof key.print))), at(retention_now()));
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

namespace {

void remember_kind(const Subject &subject, const Kind &kind, const ErasureKey &key, const char *keys) {
    Parameters parameters = {};
    StringInfoData sql;
    initStringInfo(&sql);
    appendStringInfo(&sql, "SELECT %s FROM %s t WHERE ", keys, qualified_name(kind.relid));
    append_key_condition(&sql, kind.relid, kind.keys, subject.roots[kind.index], &parameters);
    const SqlRows rows = read_as(owner_of(kind.relid), sql.data, parameters);
    int places[kMaxKeys];
    for (int i = 0; i < kind.n_keys; ++i) places[i] = i + 1;
    for (const SqlRow row : rows) {
        StringInfoData json;
        initStringInfo(&json);
        const int level = fix_writing();
        append_key_json(&json, kind.relid, kind.keys, kind.n_keys, row.tuple, row.desc, places);
        restore_writing(level);
        remember_key(key, kind.relid, json.data);
    }
    rows.free();
}

}  // namespace

bool remember_erasure(const Subject &subject) {
    if (settings::erasure_key_file[0] == '\0') {
        ereport(WARNING, (errcode(ERRCODE_WARNING), errmsg("this erasure cannot be repeated after the restore of a backup"),
                          errhint("Set retention.erasure_key_file, so that erasures are remembered.")));
        return false;
    }
    const ErasureKey key = read_erasure_key();
    bool all = true;
    ListCell *cell = nullptr;
    foreach (cell, subject.model->kinds) {
        const auto *kind = static_cast<const Kind *>(lfirst(cell));
        if (subject.roots[kind->index].n == 0) continue;
        const char *keys = canonical_keys(*kind);
        all = all && keys != nullptr;
        if (keys != nullptr) remember_kind(subject, *kind, key, keys);
    }
    return all;
}

}  // namespace pg_retention
