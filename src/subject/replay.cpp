// After the restore of a backup: who was erased since is erased again.
#include "catalog/extension.hpp"
#include "pg/guard.hpp"
#include "pg/names.hpp"
#include "pg/query.hpp"
#include "pg/security.hpp"
#include "subject/erase.hpp"
#include "subject/remember.hpp"
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

constexpr long kPortion = 1000;

char *hex_of(const uint8 *bytes, int n) {
    auto *text = static_cast<char *>(palloc(2 * n + 1));
    for (int i = 0; i < n; ++i) snprintf(text + 2 * i, 3, "%02x", bytes[i]);
    return text;
}

// The list's hashes, also taken over into the table: the restored one knows only what was erased before its backup.
HTAB *read_list(Datum list, const ErasureKey &key) {
    Oid types[2] = {JSONOID, TEXTOID};
    Datum values[2] = {list, CStringGetTextDatum(hex_of(key.print, sizeof key.print))};
    (void) read_as(extension_owner(), "SELECT $1 ->> 'key' = $2, $1 ->> 'format' = '1'", 2, types, values);
    bool no_key = false, no_format = false;
    const bool same_key = DatumGetBool(result_value(0, 1, &no_key));
    const bool known_format = DatumGetBool(result_value(0, 2, &no_format));
    if (no_key || no_format || !known_format)
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
    const uint64 n =
        write_as(extension_owner(),
                 "WITH listed AS (SELECT decode(e ->> 'hash', 'hex') AS hash, (e ->> 'erased_at')::timestamptz AS erased_at "
                 "FROM json_array_elements($1 -> 'erasures') e), "
                 "known AS (INSERT INTO retention.erasure (hash, key_print, erased_at) "
                 "SELECT DISTINCT ON (hash) hash, decode($2, 'hex'), erased_at FROM listed ORDER BY hash, erased_at DESC "
                 "ON CONFLICT (hash) DO NOTHING) SELECT hash FROM listed WHERE length(hash) = 32",
                 2, types, values);
    for (uint64 i = 0; i < n; ++i) {
        bool isnull = false;
        bytea *hash = DatumGetByteaPP(result_value(i, 1, &isnull));
        (void) hash_search(hashes, VARDATA_ANY(hash), HASH_ENTER, &isnull);
    }
    SPI_freetuptable(SPI_tuptable);
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
    MemoryContext row_context = AllocSetContextCreate(context, "pg_retention listed persons", ALLOCSET_DEFAULT_SIZES);
    ActingAs saved = act_as(owner_of(kind.relid), true);
    Portal portal = open_internal_cursor(kept_plan(sql, 0, nullptr, nullptr), nullptr, nullptr, true);
    leave(saved);
    for (bool more = true; more;) {
        saved = act_as(owner_of(kind.relid), true);
        SPI_cursor_fetch(portal, true, kPortion);
        leave(saved);
        SPITupleTable *rows = SPI_tuptable;
        const auto n = static_cast<long>(SPI_processed);
        more = n == kPortion;
        const int level = fix_writing();
        for (long i = 0; i < n; ++i) {
            MemoryContextSwitchTo(row_context);
            StringInfoData json;
            uint8 hash[kHashBytes];
            bool found = false;
            initStringInfo(&json);
            append_key_json(&json, kind.relid, kind.keys, kind.n_keys, rows->vals[i], rows->tupdesc, places);
            hash_person(key, kind.relid, json.data, hash);
            (void) hash_search(hashes, hash, HASH_FIND, &found);
            MemoryContextSwitchTo(context);
            if (found) persons = lappend(persons, pstrdup(json.data));
            MemoryContextReset(row_context);
        }
        restore_writing(level);
        SPI_freetuptable(rows);
    }
    SPI_cursor_close(portal);
    MemoryContextSwitchTo(context);
    MemoryContextDelete(row_context);
    return persons;
}

bool still_there(const Kind &kind, const KeySet &key) {
    Parameters parameters = {};
    StringInfoData sql;
    initStringInfo(&sql);
    appendStringInfo(&sql, "SELECT 1 FROM %s t WHERE ", qualified_name(kind.relid));
    append_key_condition(&sql, kind.relid, kind.keys, key, &parameters);
    const uint64 n = write_as(owner_of(kind.relid), sql.data, parameters.n, parameters.types, parameters.values);
    SPI_freetuptable(SPI_tuptable);
    return n > 0;
}

int64 erase_listed(const Model &model, const Kind &kind, List *persons) {
    int64 erased = 0;
    ListCell *cell = nullptr;
    foreach (cell, persons) {
        const Datum json = DirectFunctionCall1(jsonb_in, CStringGetDatum(static_cast<char *>(lfirst(cell))));
        const KeySet key = key_from_json(kind.relid, kind.keys, kind.n_keys, json);
        // One person may be several rows; the first took the others along.
        if (!still_there(kind, key)) continue;
        Call call = {};
        call.model = const_cast<Model *>(&model);
        call.subject = open_subject(model, kind, key, true);
        // Who is on the list and still there is anonymous, or kept by law: erased before, unless something is left to do.
        const int64 rows = erase_subject(call, Occasion::kReplay).rows;
        if (rows == 0) continue;
        record_rows(call, Deed::kErasedAgain, InvalidOid, 0, rows);
        ++erased;
    }
    return erased;
}

void replay(FunctionCallInfo fcinfo) {
    const auto *result = reinterpret_cast<const ReturnSetInfo *>(fcinfo->resultinfo);
    begin_erasures();
    MemoryContext context = CurrentMemoryContext;
    SPI_connect();
    MemoryContextSwitchTo(context);
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
    MemoryContext context = CurrentMemoryContext;
    SPI_connect();
    MemoryContextSwitchTo(context);
    const ErasureKey key = read_erasure_key();
    Oid types[1] = {TEXTOID};
    Datum values[1] = {CStringGetTextDatum(hex_of(key.print, sizeof key.print))};
    (void) read_as(extension_owner(),
                   "SELECT json_build_object('format', 1, 'key', $1, 'erasures', coalesce(json_agg(json_build_object('hash', "
                   "encode(hash, 'hex'), 'erased_at', erased_at) ORDER BY erased_at, hash), '[]'))::text "
                   "FROM retention.erasure WHERE key_print = decode($1, 'hex')",
                   1, types, values);
    text *list = cstring_to_text(result_text(0, 1));
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
