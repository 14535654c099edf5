#include "requests/wishes.hpp"

#include "pg/settings.hpp"
#include "pg/time.hpp"
#include "schema/own.hpp"
#include "subject/json.hpp"

extern "C" {
#include "catalog/pg_type.h"
#include "utils/hsearch.h"
}

namespace pg_retention {

bool find_purpose(const char *name, PurposeTerms *purpose) {
    const SqlRows rows =
        own("SELECT name, legal_basis, direct_marketing FROM retention.purpose WHERE name = $1 FOR KEY SHARE", name);
    if (rows.n > 0) *purpose = PurposeTerms{rows.first().text(1), rows.first().text(2), rows.first().get<bool>(3)};
    rows.free();
    return rows.n > 0;
}

PurposeTerms open_purpose(const char *name) {
    PurposeTerms purpose = {};
    if (!find_purpose(name, &purpose))
        ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT), errmsg("purpose \"%s\" does not exist", name),
                        errhint("What data are used for is in retention.purpose.")));
    return purpose;
}

void append_wishes(StringInfo out, const Recorded &recorded) {
    const SqlRows found = read_own(
        "SELECT coalesce((SELECT json_agg(json_build_object('objection_id', o.objection_id, 'purpose', o.purpose, 'objected_at', o.objected_at, "
        "'outcome', o.outcome, 'grounds', o.grounds, 'withdrawn_at', o.withdrawn_at) ORDER BY o.objection_id) FROM retention.objection o "
        "WHERE EXISTS (SELECT FROM retention.objection_key k JOIN unnest($1, $2) p (kind, key) USING (kind, key) WHERE k.objection_id = o.objection_id)), "
        "'[]')::text, "
        "coalesce((SELECT json_agg(json_build_object('purpose', c.purpose, 'given', c.given, 'how', c.how, 'at', c.at) ORDER BY c.consent_id) "
        "FROM retention.consent c JOIN unnest($1, $2) p (kind, key) USING (kind, key)), '[]')::text",
        kinds_of(recorded), keys_of(recorded));
    appendStringInfo(out, "\"objections\": %s, \"consents\": %s", found.first().text(1), found.first().text(2));
    found.free();
}

namespace {

SqlValue all_prints(const ErasureKey &key, List *persons, int *n) {
    List *all = NIL;
    ListCell *cell = nullptr;
    foreach (cell, persons) all = list_concat(all, prints_known_by(key, *static_cast<const KnownPerson *>(lfirst(cell))));
    auto *prints = static_cast<Datum *>(palloc(sizeof(Datum) * (list_length(all) + 1)));
    *n = 0;
    foreach (cell, all) prints[(*n)++] = PointerGetDatum(lfirst(cell));
    return typed(BYTEAARRAYOID, array_of(prints, *n, BYTEAOID));
}

constexpr char kKept[] =
    "as keyed hashes of what told who the person is, so that nobody is written to again for having been erased";

// Of these persons, with what was kept when they objected under the same key; `as` says how. False: there is nothing to know anybody by.
bool keep_prints(int64 id, List *persons, const char *as) {
    int n = 0;
    const bool has_key = settings::erasure_key_file[0] != '\0';
    const ErasureKey key = has_key ? read_erasure_key() : ErasureKey{};
    const SqlValue prints = has_key ? all_prints(key, persons, &n) : typed(BYTEAARRAYOID, array_of(nullptr, 0, BYTEAOID));
    const SqlRows kept = own(as, id, at(retention_now()), n > 0 ? print_value(key) : null_of(BYTEAOID), prints);
    const bool any = kept.n > 0;
    kept.free();
    return any;
}

#define RETENTION_KEPT_PRINTS                                                                   \
    "coalesce($3, o.key_print), CASE WHEN $3 IS NULL THEN o.prints WHEN o.key_print = $3 THEN " \
    "ARRAY(SELECT DISTINCT p.print FROM pg_catalog.unnest(o.prints || $4) p (print) ORDER BY 1) ELSE $4 END"
#define RETENTION_HAS_PRINTS "o.objection_id = $1 AND ($3 IS NOT NULL OR o.prints <> '{}')"

constexpr char kAsErased[] =
    "UPDATE retention.objection o SET erased_at = $2, grounds = NULL, (key_print, prints) = ROW(" RETENTION_KEPT_PRINTS
    ") WHERE " RETENTION_HAS_PRINTS;
constexpr char kAsAnother[] =
    "INSERT INTO retention.objection (purpose, kind, objected_at, recorded_by, weighed_at, weighed_by, outcome, erased_at, key_print, prints) "
    "SELECT o.purpose, o.kind, o.objected_at, o.recorded_by, o.weighed_at, o.weighed_by, o.outcome, $2, " RETENTION_KEPT_PRINTS
    " FROM retention.objection o WHERE " RETENTION_HAS_PRINTS;

// Null, and kept; or why it cannot be.
const char *keep_objection(int64 id, List *persons) {
    if (keep_prints(id, persons, kAsErased)) return nullptr;
    return settings::erasure_key_file[0] == '\0' ? "no key is set in retention.erasure_key_file"
                                                 : "nothing but a name tells who the person is";
}

// Those of the persons that have one of these places (int8[]); by_place: null where nobody is known.
List *at_places(KnownPerson *const *by_place, Datum places) {
    Datum *values = nullptr;
    const int n = elements_of(places, INT8OID, &values);
    List *found = NIL;
    for (int i = 0; i < n; ++i)
        if (KnownPerson *person = by_place[DatumGetInt64(values[i])]) found = lappend(found, person);
    return found;
}

KnownPerson **by_place(List *persons, int places) {
    auto **found =
        static_cast<KnownPerson **>(palloc_extended(sizeof(KnownPerson *) * (places + 1), MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO));
    ListCell *cell = nullptr;
    foreach (cell, persons) found[static_cast<KnownPerson *>(lfirst(cell))->place] = static_cast<KnownPerson *>(lfirst(cell));
    return found;
}

// of: those of the persons who objected by it. others: rows that are there objected, too. False: it stood, and could not be kept.
bool end_objection(int64 id, bool stands, bool others, List *of) {
    const bool kept = stands && keep_prints(id, of, others ? kAsAnother : kAsErased);
    if (!kept && !others) own("DELETE FROM retention.objection WHERE objection_id = $1", id);
    return kept || !stands;
}

}  // namespace

static void forget_consents(const SqlValue &kinds, const SqlValue &keys) {
    own("DELETE FROM retention.consent c USING unnest($1, $2) p (kind, key) WHERE c.kind = p.kind AND c.key = p.key", kinds,
        keys);
}

void forget_wishes(StringInfo out, const Recorded &recorded, List *persons) {
    const SqlValue kinds = kinds_of(recorded), keys = keys_of(recorded);
    forget_consents(kinds, keys);
    const SqlRows theirs =
        own("SELECT o.objection_id, o.purpose, o.withdrawn_at IS NULL AND o.outcome IS DISTINCT FROM 'overridden' "
            "FROM retention.objection o WHERE EXISTS (SELECT FROM retention.objection_key k JOIN unnest($1, $2) p (kind, key) "
            "USING (kind, key) WHERE k.objection_id = o.objection_id) ORDER BY 1 FOR UPDATE",
            kinds, keys);
    bool first = true;
    appendStringInfoString(out, ", \"objections\": [");
    for (const SqlRow row : theirs) {
        const auto id = row.get<int64>(1);
        const bool stands = row.get<bool>(3);
        const char *why_not = stands ? keep_objection(id, persons) : "";
        own("DELETE FROM retention.objection_key WHERE objection_id = $1", id);
        if (why_not != nullptr) own("DELETE FROM retention.objection WHERE objection_id = $1", id);
        if (!stands) continue;
        appendStringInfoString(out, first ? "{\"purpose\": " : ", {\"purpose\": ");
        append_json_text(out, row.text(2));
        appendStringInfo(out, ", \"kept\": %s, \"why\": ", why_not == nullptr ? "true" : "false");
        append_json_text(out, why_not == nullptr ? kKept : why_not);
        appendStringInfoChar(out, '}');
        first = false;
    }
    appendStringInfoChar(out, ']');
    theirs.free();
}

void prepare_objection(int64 id, List *persons) {
    int n = 0;
    if (settings::erasure_key_file[0] == '\0') return;
    const ErasureKey key = read_erasure_key();
    const SqlValue prints = all_prints(key, persons, &n);
    if (n > 0)
        own("UPDATE retention.objection SET key_print = $2, prints = $3 WHERE objection_id = $1", id, print_value(key), prints);
}

int64 end_wishes(const Recorded &recorded, List *persons) {
    const SqlValue kinds = kinds_of(recorded), keys = keys_of(recorded);
    forget_consents(kinds, keys);
    const SqlRows theirs =
        own("WITH gone AS (DELETE FROM retention.objection_key k USING unnest($1, $2) WITH ORDINALITY p (kind, key, place) "
            "WHERE k.kind = p.kind AND k.key = p.key RETURNING k.objection_id, k.kind, k.key, p.place) "
            "SELECT o.objection_id, o.withdrawn_at IS NULL AND o.outcome IS DISTINCT FROM 'overridden', "
            "EXISTS (SELECT FROM retention.objection_key k WHERE k.objection_id = o.objection_id "
            "AND (k.kind, k.key) NOT IN (SELECT g.kind, g.key FROM gone g)), pg_catalog.array_agg(g.place) "
            "FROM gone g JOIN retention.objection o USING (objection_id) GROUP BY o.objection_id ORDER BY 1",
            kinds, keys);
    Datum *unused = nullptr;
    KnownPerson **known = by_place(persons, elements_of(recorded.keys, JSONBOID, &unused));
    int64 lost = 0;
    for (const SqlRow row : theirs)
        lost += end_objection(row.get<int64>(1), row.get<bool>(2), row.get<bool>(3), at_places(known, row.datum(4))) ? 0 : 1;
    theirs.free();
    return lost;
}

#define RETENTION_KEPT_OBJECTION "retention.objection WHERE purpose = $1 AND erased_at IS NOT NULL AND withdrawn_at IS NULL"

bool any_objected_before(const char *purpose) {
    if (settings::erasure_key_file[0] == '\0') return false;
    const SqlRows any = own("SELECT FROM " RETENTION_KEPT_OBJECTION " LIMIT 1", purpose);
    any.free();
    return any.n > 0;
}

List *objected_before(const Model &model, const Kind &kind, const KeySet &keys, const char *purpose) {
    if (!any_objected_before(purpose)) return NIL;
    const ErasureKey key = read_erasure_key();
    const SqlValue key_print = print_value(key);
    List *found = NIL;
    ListCell *cell = nullptr;
    foreach (cell, known_persons(model, kind, keys)) {
        const auto *person = static_cast<const KnownPerson *>(lfirst(cell));
        int n = 0;
        const SqlValue prints = all_prints(key, list_make1(lfirst(cell)), &n);
        const SqlRows known = own("SELECT FROM " RETENTION_KEPT_OBJECTION " AND key_print = $2 AND prints && $3 LIMIT 1", purpose,
                                  key_print, prints);
        if (known.n > 0) found = lappend(found, person->key);
        known.free();
    }
    return found;
}

void withdraw_objected_before(const Model &model, const Kind &kind, const KeySet &keys, const char *purpose, const char *by) {
    const ErasureKey key = read_erasure_key();
    int n = 0;
    const SqlValue prints = all_prints(key, known_persons(model, kind, keys), &n);
    own("UPDATE retention.objection SET withdrawn_at = $4, withdrawn_by = $5 WHERE purpose = $1 AND erased_at IS NOT NULL AND withdrawn_at IS NULL "
        "AND key_print = $2 AND prints && $3",
        purpose, print_value(key), prints, at(retention_now()), by);
}

namespace {

struct Search {
    ErasureKey key;
    HTAB *prints;
    void (*consumer)(void *argument, const char *key);
    void *argument;
};

HTAB *kept_prints(const char *purpose, const ErasureKey &key) {
    HASHCTL control = {};
    control.keysize = control.entrysize = kPrintBytes;
    control.hcxt = CurrentMemoryContext;
    HTAB *prints = hash_create("pg_retention objections", 1024, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
    const SqlRows rows =
        own("SELECT unnest(prints) FROM " RETENTION_KEPT_OBJECTION " AND key_print = $2", purpose, print_value(key));
    for (const SqlRow row : rows) {
        const bytea *print = DatumGetByteaPP(row.datum(1));
        if (VARSIZE_ANY_EXHDR(print) == kPrintBytes) (void) hash_search(prints, VARDATA_ANY(print), HASH_ENTER, nullptr);
    }
    rows.free();
    return prints;
}

void search(void *argument, const KnownPerson &person) {
    const auto *all = static_cast<const Search *>(argument);
    ListCell *cell = nullptr;
    foreach (cell, prints_known_by(all->key, person))
        if (hash_search(all->prints, VARDATA_ANY(lfirst(cell)), HASH_FIND, nullptr) != nullptr)
            return all->consumer(all->argument, person.key);
}

}  // namespace

void for_each_objected_before(const Model &model, const Kind &kind, const char *purpose,
                              void (*consumer)(void *argument, const char *key), void *argument) {
    if (!any_objected_before(purpose)) return;
    const ErasureKey key = read_erasure_key();
    Search all = {key, kept_prints(purpose, key), consumer, argument};
    for_each_known_person(model, kind, search, &all);
    hash_destroy(all.prints);
}

}  // namespace pg_retention
