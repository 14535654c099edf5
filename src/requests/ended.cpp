#include "requests/ended.hpp"

#include "ledger/at_end.hpp"
#include "pg/attempt.hpp"
#include "pg/names.hpp"
#include "pg/security.hpp"
#include "pg/time.hpp"
#include "requests/disclosures.hpp"
#include "requests/request.hpp"
#include "requests/wishes.hpp"
#include "schema/own.hpp"
#include "schema/person_records.hpp"

extern "C" {
#include "catalog/pg_type.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"
}

namespace pg_retention {

constinit Dynamic<const Recorded *> erasing{nullptr};

namespace {

// For more of them the table is read once, and no key is looked for.
constexpr int kFewRecords = 1000;

void add_row(List **rows, Datum record, Datum key) {
    auto *row = static_cast<RecordedRow *>(palloc(sizeof(RecordedRow)));
    *row = RecordedRow{record, key};
    *rows = lappend(*rows, row);
}

// As jsonb: the key of a row t.
char *key_of_row(const Kind &kind) {
    StringInfoData sql;
    initStringInfo(&sql);
    for (int i = 0; i < kind.n_keys; ++i)
        appendStringInfo(&sql, "%s%s, %s", i == 0 ? "pg_catalog.jsonb_build_object(" : ", ",
                         quote_literal_cstr(get_attname(kind.relid, kind.keys[i], false)),
                         column_list(kind.relid, &kind.keys[i], 1, "t."));
    return kind.n_keys > 1 ? psprintf("%s)", sql.data)
                           : psprintf("pg_catalog.to_jsonb(%s)", column_list(kind.relid, kind.keys, 1, "t."));
}

// By the indexes of the records, whoever owns the rows: a transition table is everybody's who has it.
List *recorded_as_written(const Kind &kind, const char *from) {
    List *rows = NIL;
    StringInfoData sql;
    initStringInfo(&sql);
    appendStringInfo(&sql, "WITH k AS MATERIALIZED (SELECT %s AS key FROM %s t) ", key_of_row(kind), from);
    for (const char *table : kPersonRecords)
        appendStringInfo(&sql, "SELECT k.key FROM k JOIN retention.%s r ON r.kind = $1 AND r.key = k.key%s UNION ", table,
                         strcmp(table, "notice_to_recipient") == 0 ? " AND r.state = 'open' AND r.what <> 'erased'" : "");
    appendStringInfoString(&sql, "SELECT k.key FROM k JOIN retention.contact_count r ON r.kind = $1 AND r.key = k.key::text");
    const SqlRows found = run_as(extension_owner(), kOnce, sql.data, kind.name);
    for (const SqlRow row : found) {
        const Datum key = row.detoasted(1);
        add_row(&rows, key, key);
    }
    found.free();
    return rows;
}

// The keys (jsonb) of all records of the kind that can be read.
Datum *readable_records(const Kind &kind, int *n) {
    const SqlRows found =
        own("SELECT DISTINCT r.key FROM (" RETENTION_PERSON_RECORDS ") r WHERE r.kind = $1 AND r.key IS NOT NULL", kind.name);
    auto *records = static_cast<Datum *>(palloc_extended(sizeof(Datum) * (found.n + 1), MCXT_ALLOC_HUGE));
    *n = 0;
    for (const SqlRow row : found) records[(*n)++] = row.detoasted(1);
    found.free();
    // Whatever is no key of the kind is that of no row.
    if (*n > kFewRecords && is_always_written_alike(kind)) return records;
    if (attempt([&] { (void) set_of_records(kind, records, *n); }) == nullptr) return records;
    int readable = 0;
    for (int i = 0; i < *n; ++i)
        if (attempt([&] { (void) set_of_records(kind, &records[i], 1); }) == nullptr) records[readable++] = records[i];
    *n = readable;
    return records;
}

// Which of the records has a row, by its writing.
void find_as_written(Datum *keys, const Kind &kind, const char *from, const Datum *records, int n) {
    const SqlRows found = run_as(
        owner_of(kind.relid), kOnce,
        psprintf("SELECT k.place FROM unnest($1) WITH ORDINALITY k (key, place) JOIN %s t ON k.key = %s", from, key_of_row(kind)),
        typed(JSONBARRAYOID, array_of(const_cast<Datum *>(records), n, JSONBOID)));
    for (const SqlRow row : found) keys[row.get<int64>(1) - 1] = records[row.get<int64>(1) - 1];
    found.free();
}

// By the equality of the keys.
void find_equal(Datum *keys, const Kind &kind, const char *from, const Datum *records, int n) {
    Parameters parameters = {};
    StringInfoData sql;
    initStringInfo(&sql);
    appendStringInfo(&sql, "SELECT %s, k.place", column_list(kind.relid, kind.keys, kind.n_keys, "t."));
    append_keys_join(&sql, kind, from, set_of_records(kind, records, n), &parameters);
    const SqlRows found = run_as(owner_of(kind.relid), kOnce, sql.data, parameters);
    for_each_key(kind, found, 1, [&](const SqlRow &row, const char *key) {
        keys[row.get<int64>(kind.n_keys + 1) - 1] = DirectFunctionCall1(jsonb_in, CStringGetDatum(key));
    });
    found.free();
}

// Of each of the records the key of its row; 0 where there is none.
Datum *rows_of_records(const Kind &kind, const char *from, const Datum *records, int n) {
    auto *keys = static_cast<Datum *>(palloc_extended(sizeof(Datum) * (n + 1), MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO));
    if (n > kFewRecords && is_always_written_alike(kind))
        find_as_written(keys, kind, from, records, n);
    else if (n > 0)
        find_equal(keys, kind, from, records, n);
    return keys;
}

Recorded recorded_of_rows(const Kind &kind, List *rows) {
    auto *keys = static_cast<Datum *>(palloc_extended(sizeof(Datum) * (list_length(rows) + 1), MCXT_ALLOC_HUGE));
    auto *kinds = static_cast<Datum *>(palloc_extended(sizeof(Datum) * (list_length(rows) + 1), MCXT_ALLOC_HUGE));
    const Datum name = CStringGetTextDatum(kind.name);
    int n = 0;
    ListCell *cell = nullptr;
    foreach (cell, rows) {
        kinds[n] = name;
        keys[n++] = static_cast<const RecordedRow *>(lfirst(cell))->record;
    }
    return Recorded{array_of(kinds, n, TEXTOID), array_of(keys, n, JSONBOID)};
}

// Without those whose records an erasure under way ends.
List *without_erased(const Kind &kind, List *rows) {
    const Recorded *erased = erasing;
    if (erased == nullptr || rows == NIL) return rows;
    const Recorded all = recorded_of_rows(kind, rows);
    const SqlRows left =
        read_own("SELECT p.place FROM unnest($1, $2) WITH ORDINALITY p (kind, key, place) "
                 "WHERE NOT EXISTS (SELECT FROM unnest($3, $4) e (kind, key) WHERE e.kind = p.kind AND e.key = p.key)",
                 kinds_of(all), keys_of(all), kinds_of(*erased), keys_of(*erased));
    List *found = NIL;
    for (const SqlRow row : left) found = lappend(found, list_nth(rows, static_cast<int>(row.get<int64>(1)) - 1));
    left.free();
    return found;
}

// Those who are gone and objected, by what they were known, each with its place among the keys. What does not fit the schema any more stands in nobody's
// way: then what was kept when they objected must do.
List *objecting_among(const Kind &kind, const Recorded &recorded, const char *from) {
    List *persons = NIL;
    if (from == nullptr) return NIL;
    const SqlRows objecting = own("SELECT DISTINCT p.key, p.place FROM unnest($1, $2) WITH ORDINALITY p (kind, key, place) "
                                  "JOIN retention.objection_key k ON k.kind = p.kind AND k.key = p.key",
                                  kinds_of(recorded), keys_of(recorded));
    if (objecting.n == 0) return NIL;
    auto *keys = static_cast<Datum *>(palloc_extended(sizeof(Datum) * objecting.n, MCXT_ALLOC_HUGE));
    int n = 0;
    for (const SqlRow row : objecting) keys[n++] = row.datum(1);
    (void) attempt([&] {
        const Model *model = load_model();
        const Kind *of_model = kind_named(*model, kind.name);
        persons = known_among(*model, *of_model, from, set_of_records(*of_model, keys, n));
    });
    ListCell *cell = nullptr;
    foreach (cell, persons) {
        auto *person = static_cast<KnownPerson *>(lfirst(cell));
        person->place = objecting[person->place - 1].get<int64>(2);
    }
    objecting.free();
    return persons;
}

void enter(const Kind &kind, Oid relid, int64 persons, int64 lost) {
    LedgerEntry entry = {};
    entry.action = LedgerAction::kRecordsEnded;
    entry.relid = relid;
    entry.row_count = persons;
    entry.detail = lost == 0
                     ? psprintf("kind %s", kind.name)
                     : psprintf("kind %s, " INT64_FORMAT " %s not kept", kind.name, lost, lost == 1 ? "objection" : "objections");
    append_ledger_at_end(entry);
    if (lost == 0) return;
    ereport(WARNING, (errcode(ERRCODE_WARNING),
                      errmsg_plural("%d objection of a person of kind \"%s\" goes with the row and is not kept",
                                    "%d objections of persons of kind \"%s\" go with their rows and are not kept",
                                    static_cast<unsigned long>(lost), static_cast<int>(lost), kind.name),
                      errhint("Set retention.erasure_key_file before persons object; nothing but a name tells nobody apart.")));
}

void end_all(const Kind &kind, Oid relid, const Recorded &recorded, int n, List *persons) {
    const SqlValue kinds = kinds_of(recorded), keys = keys_of(recorded);
    own("DELETE FROM retention.statement r USING unnest($1, $2) p (kind, key) WHERE r.kind = p.kind AND r.key = p.key", kinds,
        keys);
    own("DELETE FROM retention.restriction r USING unnest($1, $2) p (kind, key) WHERE r.kind = p.kind AND r.key = p.key "
        "AND r.lifted_at IS NOT NULL",
        kinds, keys);
    during(own_command, true, [&] {
        own("UPDATE retention.hold r SET key = NULL FROM unnest($1, $2) p (kind, key) WHERE r.kind = p.kind AND r.key = p.key "
            "AND r.lifted_at IS NOT NULL",
            kinds, keys);
    });
    own("DELETE FROM retention.contact_count c USING unnest($1, $2::text[]) p (kind, key) WHERE c.kind = p.kind AND c.key = p.key",
        kinds, keys);
    forget_requests(requests_of(recorded));
    forget_open_notices(recorded);
    tell_of_gone(recorded);
    forget_disclosures(recorded);
    enter(kind, relid, n, end_wishes(recorded, persons));
}

// Two may change places: what names a key once is taken out before it is put in again.
void move_objections(const SqlValue &kind, const SqlValue &from, const SqlValue &to) {
    own("WITH gone AS MATERIALIZED (DELETE FROM retention.objection_key k USING unnest($2, $3) m (was, is_now) "
        "WHERE k.kind = $1 AND k.key = m.was RETURNING k.objection_id, m.is_now), "
        "every AS MATERIALIZED (SELECT pg_catalog.array_agg(g.objection_id) AS ids, pg_catalog.array_agg(g.is_now) AS keys FROM gone g) "
        "INSERT INTO retention.objection_key (objection_id, kind, key) SELECT n.id, $1, n.key FROM every, unnest(every.ids, every.keys) n (id, key) "
        "ON CONFLICT DO NOTHING",
        kind, from, to);
}

void move_counters(const SqlValue &kind, const SqlValue &from, const SqlValue &to) {
    const SqlRows taken =
        own("WITH gone AS (DELETE FROM retention.contact_count c USING unnest($2::text[], $3::text[]) m (was, is_now) "
            "WHERE c.kind = $1 AND c.key = m.was RETURNING m.is_now AS key, c.purpose, c.times) "
            "SELECT g.key, g.purpose, g.times FROM gone g",
            kind, from, to);
    for (const SqlRow row : taken)
        own("INSERT INTO retention.contact_count AS c (key, purpose, kind, times) VALUES ($2, $3, $1, $4) ON CONFLICT (key, purpose, kind) "
            "DO UPDATE SET times = ARRAY(SELECT t.at FROM pg_catalog.unnest(c.times || excluded.times) t (at) ORDER BY t.at)",
            kind, row.text(1), row.text(2), typed(TIMESTAMPTZARRAYOID, row.datum(3)));
    taken.free();
}

}  // namespace

const Kind *kind_that_fits(const char *name) {
    const Kind *kind = nullptr;
    ErrorData *error = attempt([&] { kind = load_kind(name); });
    if (error != nullptr)
        ereport(WARNING,
                (errcode(ERRCODE_WARNING), errmsg("records of persons of kind \"%s\" stay as they are: %s", name, error->message),
                 errhint("See retention.records_of_nobody().")));
    return kind;
}

List *recorded_rows(const Kind &kind, const char *from, bool is_transition) {
    List *rows = NIL;
    if (is_transition && is_always_written_alike(kind)) return recorded_as_written(kind, from);
    int n = 0;
    const Datum *records = readable_records(kind, &n);
    Datum *keys = rows_of_records(kind, from, records, n);
    for (int i = 0; i < n; ++i)
        if (keys[i] != 0) add_row(&rows, records[i], keys[i]);
    return rows;
}

List *all_recorded(const Kind &kind) {
    List *rows = NIL;
    int n = 0;
    const Datum *records = readable_records(kind, &n);
    Datum *keys = rows_of_records(kind, qualified_name(kind.relid), records, n);
    for (int i = 0; i < n; ++i) add_row(&rows, records[i], keys[i]);
    return rows;
}

List *recorded_of_nobody(const Kind &kind) {
    List *rows = NIL;
    ListCell *cell = nullptr;
    foreach (cell, all_recorded(kind))
        if (static_cast<const RecordedRow *>(lfirst(cell))->key == 0) rows = lappend(rows, lfirst(cell));
    return rows;
}

void end_records(const Kind &kind, Oid relid, List *rows, const char *from) {
    rows = without_erased(kind, rows);
    if (rows == NIL) return;
    const Recorded recorded = recorded_of_rows(kind, rows);
    end_all(kind, relid, recorded, list_length(rows), objecting_among(kind, recorded, from));
}

void end_records_of_gone(const Subject &subject, const Recorded &recorded, List *persons) {
    Datum *kinds = nullptr, *keys = nullptr;
    const int n = elements_of(recorded.kinds, TEXTOID, &kinds);
    (void) elements_of(recorded.keys, JSONBOID, &keys);
    ListCell *cell = nullptr;
    foreach (cell, subject.model->kinds) {
        const auto *kind = static_cast<const Kind *>(lfirst(cell));
        auto *records = static_cast<Datum *>(palloc(sizeof(Datum) * (n + 1)));
        int of_kind = 0;
        for (int i = 0; i < n; ++i)
            if (strcmp(TextDatumGetCString(kinds[i]), kind->name) == 0) records[of_kind++] = keys[i];
        Datum *there = rows_of_records(*kind, qualified_name(kind->relid), records, of_kind);
        List *gone = NIL, *known = NIL;
        for (int i = 0; i < of_kind; ++i)
            if (there[i] == 0) add_row(&gone, records[i], 0);
        if (gone == NIL) continue;
        // One human: whatever tells who one of these rows was tells it of each.
        ListCell *inner = nullptr;
        foreach (inner, persons) {
            auto *person = static_cast<KnownPerson *>(palloc(sizeof(KnownPerson)));
            *person = *static_cast<const KnownPerson *>(lfirst(inner));
            person->place = 1;
            known = lappend(known, person);
        }
        end_all(*kind, kind->relid, recorded_of_rows(*kind, gone), list_length(gone), known);
    }
}

void move_records(const Kind &kind, const Moves &moves) {
    if (moves.n == 0) return;
    const SqlValue name = sql_value(kind.name);
    const SqlValue from = typed(JSONBARRAYOID, array_of(moves.from, moves.n, JSONBOID));
    const SqlValue to = typed(JSONBARRAYOID, array_of(moves.to, moves.n, JSONBOID));
    during(own_command, true, [&] {
        for (const char *table : kPersonRecords)
            if (strcmp(table, "objection_key") != 0)
                own(psprintf(
                        "UPDATE retention.%s r SET key = m.is_now FROM unnest($2, $3) m (was, is_now) WHERE r.kind = $1 AND r.key = m.was%s",
                        table, strcmp(table, "notice_to_recipient") == 0 ? " AND r.what <> 'erased'" : ""),
                    name, from, to);
    });
    move_objections(name, from, to);
    move_counters(name, from, to);
}

void forget_records(const Subject &subject, const char *key, const Recorded &recorded) {
    const SqlValue keys = typed(JSONBARRAYOID, recorded_keys(subject, key));
    own("DELETE FROM retention.statement WHERE kind = $1 AND key = ANY ($2)", subject.kind->name, keys);
    own("DELETE FROM retention.restriction WHERE kind = $1 AND key = ANY ($2) AND lifted_at IS NOT NULL", subject.kind->name,
        keys);
    during(own_command, true, [&] {
        own("UPDATE retention.hold SET key = NULL WHERE kind = $1 AND key = ANY ($2) AND lifted_at IS NOT NULL",
            subject.kind->name, keys);
    });
    own("DELETE FROM retention.contact_count c USING unnest($1, $2::text[]) p (kind, key) WHERE c.kind = p.kind AND c.key = p.key",
        kinds_of(recorded), keys_of(recorded));
    forget_requests(requests_of(recorded));
}

}  // namespace pg_retention
