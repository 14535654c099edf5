// After the restore of a backup: who was erased since is erased again.
#include "schema/extension.hpp"
#include "pg/arguments.hpp"
#include "pg/attempt.hpp"
#include "pg/guard.hpp"
#include "pg/names.hpp"
#include "schema/own.hpp"
#include "pg/security.hpp"
#include "requests/came_back.hpp"
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

struct Listed {
    uint8 hash[kHashBytes];
    bool known;    // prints were remembered: lists of the first format have none
    List *prints;  // bytea *
};

// The list's hashes, also taken over into the table: the restored one knows only what was erased before its backup.
HTAB *read_list(Datum list, const ErasureKey &key) {
    const SqlValue given = typed(JSONOID, list);
    const char *print = hex_of(key.print, sizeof key.print);
    const SqlRow head = read_own("SELECT $1 ->> 'key' = $2, $1 ->> 'format' IN ('1', '2')", given, print).first();
    const auto same_key = head.get_or(1, false);
    if (head.is_null(1) || !head.get_or(2, false))
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("this is not a list of erasures"),
                        errhint("retention.erasure_list() writes one.")));
    if (!same_key)
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("the list of erasures was written under another key"),
                        errhint("Set retention.erasure_key_file to the key of that time.")));
    HASHCTL control = {};
    control.keysize = kHashBytes;
    control.entrysize = sizeof(Listed);
    control.hcxt = CurrentMemoryContext;
    HTAB *hashes = hash_create("pg_retention erasures", 1024, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
    const SqlRows listed = own(
        "WITH listed AS (SELECT decode(e ->> 'hash', 'hex') AS hash, (e ->> 'erased_at')::timestamptz AS erased_at, e -> 'prints' IS NOT NULL AS known, "
        "ARRAY(SELECT decode(p, 'hex') FROM json_array_elements_text(e -> 'prints') p) AS prints FROM json_array_elements($1 -> 'erasures') e), "
        "known AS (INSERT INTO retention.erasure AS r (hash, key_print, erased_at, prints) "
        "SELECT DISTINCT ON (hash) hash, decode($2, 'hex'), erased_at, prints FROM listed ORDER BY hash, erased_at DESC "
        "ON CONFLICT (hash) DO UPDATE SET prints = ARRAY(SELECT p FROM unnest(r.prints || excluded.prints) p GROUP BY p ORDER BY p) "
        "WHERE NOT r.prints @> excluded.prints) SELECT hash, known, prints FROM listed WHERE length(hash) = 32",
        given, print);
    for (const SqlRow row : listed) {
        bool found = false;
        bytea *hash = DatumGetByteaPP(row.datum(1));
        auto *one = static_cast<Listed *>(hash_search(hashes, VARDATA_ANY(hash), HASH_ENTER, &found));
        if (!found) one->prints = NIL;
        if (!found) one->known = false;
        one->known = one->known || row.get<bool>(2);
        Datum *values = nullptr;
        const int n = elements_of(row.detoasted(3), BYTEAOID, &values);
        for (int i = 0; i < n; ++i) one->prints = lappend(one->prints, DatumGetByteaPP(values[i]));
    }
    listed.free();
    return hashes;
}

// What became of a kind's persons.
struct Replayed {
    int64 erased;
    int64 others;
    int64 blocked;
};

// The keys, as JSON, of the kind's persons who are on the list; who only has the key of somebody who is, is counted.
List *listed_persons(const Model &model, const Kind &kind, HTAB *hashes, const ErasureKey &key, Replayed *replayed) {
    List *persons = NIL;
    const char *keys = canonical_keys(kind);
    if (keys == nullptr) return NIL;
    StringInfoData sql;
    initStringInfo(&sql);
    appendStringInfo(&sql, "SELECT %s", keys);
    append_printed(&sql, model, kind);
    appendStringInfo(&sql, " FROM %s t WHERE true%s", qualified_name(kind.relid), and_is_person(kind));
    MemoryContext context = CurrentMemoryContext;
    const int level = fix_writing();
    for_each_portion(owner_of(kind.relid), kOnce, sql.data, Parameters{}, [&](const SqlRows &rows) {
        for (const SqlRow row : rows) {
            char *json = key_in(kind, row);
            uint8 hash[kHashBytes];
            hash_person(key, kind.relid, json, hash);
            const auto *listed = static_cast<const Listed *>(hash_search(hashes, hash, HASH_FIND, nullptr));
            if (listed == nullptr) continue;
            if (listed->known && !may_be_same(prints_of(key, kind, json, row, kind.n_keys + 1), listed->prints)) {
                ++replayed->others;
                continue;
            }
            MemoryContext portion = MemoryContextSwitchTo(context);
            persons = lappend(persons, pstrdup(json));
            MemoryContextSwitchTo(portion);
        }
    });
    restore_writing(level);
    return persons;
}

bool still_there(const Kind &kind, const KeySet &key) {
    Parameters parameters = {};
    StringInfoData sql;
    initStringInfo(&sql);
    appendStringInfo(&sql, "SELECT 1 FROM %s t WHERE ", qualified_name(kind.relid));
    append_key_condition(&sql, kind.relid, kind.keys, key, &parameters);
    appendStringInfoString(&sql, and_is_person(kind));
    const SqlRows rows = write_as(owner_of(kind.relid), sql.data, parameters);
    rows.free();
    return rows.n > 0;
}

// Who is on the list and still there is anonymous, or kept by law: erased before, unless something is left to do.
int64 erase_again(const Model &model, const Kind &kind, const KeySet &key) {
    Call call = {};
    call.model = const_cast<Model *>(&model);
    seeing_what_was_done([&] { call.subject = open_subject(model, kind, key, true); });
    check_identity(*call.subject);
    const int64 rows = erase_subject(call, Occasion::kReplay).rows;
    if (rows > 0) record_rows(call, LedgerAction::kErasedAgain, InvalidOid, 0, rows);
    return rows;
}

void erase_listed(const Model &model, const Kind &kind, List *persons, Replayed *replayed) {
    ListCell *cell = nullptr;
    foreach (cell, persons) {
        const Datum json = DirectFunctionCall1(jsonb_in, CStringGetDatum(static_cast<char *>(lfirst(cell))));
        const KeySet key = set_of_records(kind, &json, 1);
        int64 rows = 0;
        // One person may be several rows; the first took the others along.
        if (!still_there(kind, key)) continue;
        const ErrorData *error = attempt([&] { rows = erase_again(model, kind, key); });
        if (error != nullptr) {
            ++replayed->blocked;
            ereport(WARNING, (errcode(error->sqlerrcode),
                              errmsg("a person of kind \"%s\" on the list could not be erased: %s", kind.name, error->message),
                              errhint("retention.was_erased tells of each row whether its person is on the list.")));
        }
        replayed->erased += rows > 0 ? 1 : 0;
    }
}

void replay_all(const ReturnSetInfo *result, Datum list) {
    const ErasureKey key = read_erasure_key();
    HTAB *hashes = read_list(list, key);
    const Model *model = load_model();
    ListCell *cell = nullptr;
    foreach (cell, model->kinds) {
        const auto *kind = static_cast<const Kind *>(lfirst(cell));
        Replayed replayed = {};
        erase_listed(*model, *kind, listed_persons(*model, *kind, hashes, key, &replayed), &replayed);
        bool nulls[4] = {};
        Datum values[4] = {CStringGetTextDatum(kind->name), Int64GetDatum(replayed.erased), Int64GetDatum(replayed.others),
                           Int64GetDatum(replayed.blocked)};
        tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
    }
    forget_returned();
}

void replay(FunctionCallInfo fcinfo) {
    const auto *result = reinterpret_cast<const ReturnSetInfo *>(fcinfo->resultinfo);
    begin_erasures();
    connect_spi();
    if (PG_GETARG_BOOL(1))
        rehearse([&] { replay_all(result, PG_GETARG_DATUM(0)); });
    else
        replay_all(result, PG_GETARG_DATUM(0));
    SPI_finish();
}

// The key, in the form that is remembered; null where its type has none.
char *canonical_json(const Kind &kind, const RowKey &key) {
    const char *keys = canonical_keys(kind);
    if (keys == nullptr) return nullptr;
    Parameters parameters = {};
    StringInfoData sql, json;
    initStringInfo(&sql);
    appendStringInfo(&sql, "SELECT %s FROM (SELECT ", keys);
    int places[kMaxKeys];
    for (int i = 0; i < key.n; ++i) {
        places[i] = i + 1;
        appendStringInfo(&sql, "%s$%d AS %s", i == 0 ? "" : ", ",
                         add_parameter(&parameters, key.values[i].type, key.values[i].datum),
                         column_list(kind.relid, &key.columns[i], 1, ""));
    }
    appendStringInfoString(&sql, ") t");
    initStringInfo(&json);
    const int level = fix_writing();
    const SqlRow row = read_as(extension_owner(), sql.data, parameters).first();
    append_key_json(&json, kind.relid, kind.keys, kind.n_keys, row.tuple, row.desc, places);
    restore_writing(level);
    return json.data;
}

// By the key alone: the row may be gone, or not there yet.
Datum was_erased(FunctionCallInfo fcinfo) {
    connect_spi();
    const ErasureKey key = read_erasure_key();
    const Model *model = load_model();
    const Kind *kind = kind_named(*model, text_to_cstring(PG_GETARG_TEXT_PP(0)));
    const RowKey row = key_argument(kind->relid, kind->keys, kind->n_keys, fcinfo, 1);
    uint8 hash[kHashBytes] = {};
    const char *json = canonical_json(*kind, row);
    if (json != nullptr) hash_person(key, kind->relid, json, hash);
    const SqlRows found =
        read_own("SELECT erased_at FROM retention.erasure WHERE hash = decode($1, 'hex')", hex_of(hash, sizeof hash));
    const bool known = json != nullptr && found.n > 0;
    const Datum at = known ? found.first().datum(1) : 0;
    SPI_finish();
    if (!known) PG_RETURN_NULL();
    return at;
}

Datum erasure_list() {
    connect_spi();
    const ErasureKey key = read_erasure_key();
    const SqlRows found = read_own(
        "SELECT json_build_object('format', 2, 'key', $1, 'erasures', coalesce(json_agg(json_build_object('hash', "
        "encode(hash, 'hex'), 'erased_at', erased_at, 'prints', ARRAY(SELECT encode(p, 'hex') FROM unnest(prints) p)) ORDER BY erased_at, hash), '[]'))::text "
        "FROM retention.erasure WHERE key_print = decode($1, 'hex')",
        hex_of(key.print, sizeof key.print));
    text *list = cstring_to_text(found.first().text(1));
    SPI_finish();
    return PointerGetDatum(list);
}

}  // namespace

}  // namespace pg_retention

RETENTION_FUNCTION(pg_retention_erasure_list) { return pg_retention::erasure_list(); }

RETENTION_FUNCTION(pg_retention_was_erased) { return pg_retention::was_erased(fcinfo); }

RETENTION_FUNCTION(pg_retention_replay_erasures) {
    pg_retention::require_argument(fcinfo, 0, "a list of erasures");
    pg_retention::require_argument(fcinfo, 1, "dry_run");
    InitMaterializedSRF(fcinfo, 0);
    pg_retention::replay(fcinfo);
    return static_cast<Datum>(0);
}
