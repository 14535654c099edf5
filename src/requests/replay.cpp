// After the restore of a backup: who was erased since is erased again.
#include "schema/extension.hpp"
#include "pg/guard.hpp"
#include "pg/names.hpp"
#include "schema/own.hpp"
#include "pg/security.hpp"
#include "requests/erase.hpp"
#include "requests/remember.hpp"
#include "subject/identity.hpp"
#include "subject/same_key.hpp"

extern "C" {
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"
#include "utils/tuplestore.h"
}

namespace pg_retention {

namespace {

char *hex_of(const uint8 *bytes, int n) {
    auto *text = static_cast<char *>(palloc0(2 * n + 1));
    (void) hex_encode(reinterpret_cast<const char *>(bytes), n, text);
    return text;
}

// The list's hashes, also taken over into the table: the restored one knows only what was erased before its backup.
HTAB *read_list(Datum list, const ErasureKey &key) {
    const SqlValue given = typed(JSONOID, list);
    const char *print = hex_of(key.print, sizeof key.print);
    const SqlRow head = read_own("SELECT $1 ->> 'key' = $2, $1 ->> 'format' = '1'", given, print).first();
    const auto same_key = head.get_or(1, false);
    if (head.is_null(1) || !head.get_or(2, false))
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("this is not a list of erasures"),
                        errhint("retention.erasure_list() writes one.")));
    if (!same_key)
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("the list of erasures was written under another key"),
                        errhint("Set retention.erasure_key_file to the key of that time.")));
    HASHCTL control = {};
    control.keysize = kHashBytes;
    control.entrysize = kHashBytes;
    control.hcxt = CurrentMemoryContext;
    HTAB *hashes = hash_create("pg_retention erasures", 1024, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
    const SqlRows listed =
        own("WITH listed AS (SELECT decode(e ->> 'hash', 'hex') AS hash, (e ->> 'erased_at')::timestamptz AS erased_at "
            "FROM json_array_elements($1 -> 'erasures') e), "
            "known AS (INSERT INTO retention.erasure (hash, key_print, erased_at) "
            "SELECT DISTINCT ON (hash) hash, decode($2, 'hex'), erased_at FROM listed ORDER BY hash, erased_at DESC "
            "ON CONFLICT (hash) DO NOTHING) SELECT hash FROM listed WHERE length(hash) = 32",
            given, print);
    for (const SqlRow row : listed) {
        bool known = false;
        bytea *hash = DatumGetByteaPP(row.datum(1));
        (void) hash_search(hashes, VARDATA_ANY(hash), HASH_ENTER, &known);
    }
    listed.free();
    return hashes;
}

// The keys, as JSON, of the kind's persons who are on the list.
List *listed_persons(const Kind &kind, HTAB *hashes, const ErasureKey &key) {
    List *persons = NIL;
    const char *keys = canonical_keys(kind);
    if (keys == nullptr) return NIL;
    const char *sql = psprintf("SELECT %s FROM %s t", keys, qualified_name(kind.relid));
    int places[kMaxKeys];
    for (int i = 0; i < kind.n_keys; ++i) places[i] = i + 1;
    MemoryContext context = CurrentMemoryContext;
    for_each_portion(owner_of(kind.relid), kKeptReading, sql, Parameters{}, [&](const SqlRows &rows) {
        const int level = fix_writing();
        for (const SqlRow row : rows) {
            StringInfoData json;
            uint8 hash[kHashBytes];
            bool found = false;
            initStringInfo(&json);
            append_key_json(&json, kind.relid, kind.keys, kind.n_keys, row.tuple, row.desc, places);
            hash_person(key, kind.relid, json.data, hash);
            (void) hash_search(hashes, hash, HASH_FIND, &found);
            if (!found) continue;
            MemoryContext portion = MemoryContextSwitchTo(context);
            persons = lappend(persons, pstrdup(json.data));
            MemoryContextSwitchTo(portion);
        }
        restore_writing(level);
    });
    return persons;
}

bool still_there(const Kind &kind, const KeySet &key) {
    Parameters parameters = {};
    StringInfoData sql;
    initStringInfo(&sql);
    appendStringInfo(&sql, "SELECT 1 FROM %s t WHERE ", qualified_name(kind.relid));
    append_key_condition(&sql, kind.relid, kind.keys, key, &parameters);
    const SqlRows rows = write_as(owner_of(kind.relid), sql.data, parameters);
    rows.free();
    return rows.n > 0;
}

int64 erase_listed(const Model &model, const Kind &kind, List *persons) {
    int64 erased = 0;
    ListCell *cell = nullptr;
    foreach (cell, persons) {
        const Datum json = DirectFunctionCall1(jsonb_in, CStringGetDatum(static_cast<char *>(lfirst(cell))));
        const KeySet key = set_of_records(kind, &json, 1);
        // One person may be several rows; the first took the others along.
        if (!still_there(kind, key)) continue;
        Call call = {};
        call.model = const_cast<Model *>(&model);
        call.subject = open_subject(model, kind, key, true);
        check_identity(*call.subject);
        // Who is on the list and still there is anonymous, or kept by law: erased before, unless something is left to do.
        const int64 rows = erase_subject(call, Occasion::kReplay).rows;
        if (rows == 0) continue;
        record_rows(call, LedgerAction::kErasedAgain, InvalidOid, 0, rows);
        ++erased;
    }
    return erased;
}

void replay(FunctionCallInfo fcinfo) {
    const auto *result = reinterpret_cast<const ReturnSetInfo *>(fcinfo->resultinfo);
    begin_erasures();
    connect_spi();
    const ErasureKey key = read_erasure_key();
    HTAB *hashes = read_list(PG_GETARG_DATUM(0), key);
    const Model *model = load_model();
    ListCell *cell = nullptr;
    foreach (cell, model->kinds) {
        const auto *kind = static_cast<const Kind *>(lfirst(cell));
        bool nulls[2] = {false, false};
        Datum values[2] = {CStringGetTextDatum(kind->name),
                           Int64GetDatum(erase_listed(*model, *kind, listed_persons(*kind, hashes, key)))};
        tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
    }
    SPI_finish();
}

Datum erasure_list() {
    connect_spi();
    const ErasureKey key = read_erasure_key();
    const SqlRows found =
        read_own("SELECT json_build_object('format', 1, 'key', $1, 'erasures', coalesce(json_agg(json_build_object('hash', "
                 "encode(hash, 'hex'), 'erased_at', erased_at) ORDER BY erased_at, hash), '[]'))::text "
                 "FROM retention.erasure WHERE key_print = decode($1, 'hex')",
                 hex_of(key.print, sizeof key.print));
    text *list = cstring_to_text(found.first().text(1));
    SPI_finish();
    return PointerGetDatum(list);
}

}  // namespace

}  // namespace pg_retention

RETENTION_FUNCTION(pg_retention_erasure_list) { return pg_retention::erasure_list(); }

RETENTION_FUNCTION(pg_retention_replay_erasures) {
    InitMaterializedSRF(fcinfo, 0);
    pg_retention::replay(fcinfo);
    return static_cast<Datum>(0);
}
