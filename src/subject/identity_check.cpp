// Where a value is in rows of many, it is nobody's: what would take their data for one human's is stopped, and shown.
#include "subject/identity.hpp"

#include "core/text/letters.hpp"
#include "pg/guard.hpp"
#include "pg/names.hpp"
#include "pg/security.hpp"
#include "pg/settings.hpp"
#include "schema/own.hpp"
#include "schema/row_key.hpp"

extern "C" {
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "utils/lsyscache.h"
#include "utils/tuplestore.h"
}

namespace pg_retention {

namespace {

// Each word of the names, in lower case.
List *words_of(const char *names) {
    List *words = NIL;
    const std::string_view text(names == nullptr ? "" : names);
    for (size_t i = 0; i < text.size();) {
        size_t end = i;
        for (core::Letter l = core::letter_at(text, end); l.size > 0 && core::is_word(l.code); l = core::letter_at(text, end))
            end += l.size;
        if (end > i) {
            auto *word = static_cast<char *>(palloc0(end - i + 1));
            (void) core::fold_into(text.substr(i, end - i), word, end - i);
            words = lappend(words, word);
        }
        i = end + Max(core::letter_at(text, end).size, 1);
    }
    return words;
}

// An initial stands for a name.
bool is_meant(const char *word, List *names) {
    const std::string_view initial(word);
    const bool alone = core::letter_at(initial, 0).size == initial.size();
    ListCell *cell = nullptr;
    foreach (cell, names) {
        const std::string_view name(static_cast<char *>(lfirst(cell)));
        if (name == initial || (alone && name.starts_with(initial))) return true;
    }
    return false;
}

bool all_in(List *words, List *others) {
    ListCell *cell = nullptr;
    foreach (cell, words)
        if (!is_meant(static_cast<char *>(lfirst(cell)), others)) return false;
    return true;
}

// How rows of a kind are called.
struct Spelling {
    const Kind *kind;
    const char *name;
    List *words;
};

List *add_spelling(List *spellings, const Kind *kind, const char *name) {
    ListCell *cell = nullptr;
    foreach (cell, spellings) {
        const auto *known = static_cast<const Spelling *>(lfirst(cell));
        if (known->kind == kind && strcmp(known->name, name) == 0) return spellings;
    }
    auto *spelling = static_cast<Spelling *>(palloc(sizeof(Spelling)));
    *spelling = Spelling{kind, name, words_of(name)};
    return lappend(spellings, spelling);
}

// Each row of the one is one of the other, and no two are: a key says so that the table has once.
bool is_one_to_one(const Link &same) {
    const Step &step = same.path.steps[0];
    return is_unique_in(step.near_relid, step.near_columns, step.n);
}

// Whether rows of these kinds are the same human row by row, by keys, so that what a profile calls somebody is another name and no other person.
bool is_alias(const Model *model, const Kind *a, const Kind *b) {
    Bitmapset *joined = bms_make_singleton(a->index);
    for (bool more = model != nullptr && a != b; more;) {
        ListCell *cell = nullptr;
        more = false;
        foreach (cell, model->same) {
            const auto *link = static_cast<const Link *>(lfirst(cell));
            const int near = kind_of_table(*model, link->relid)->index, far = link->kind->index;
            if (bms_is_member(near, joined) == bms_is_member(far, joined) || !is_one_to_one(*link)) continue;
            joined = bms_add_member(bms_add_member(joined, near), far);
            more = true;
        }
    }
    return a != b && bms_is_member(b->index, joined);
}

// "Kari Lie", "K. Lie" and "Kari M. Lie" may be one, "Kari Lie" and "Ola Lie" are not.
bool names_differ(const Model *model, List *spellings) {
    // So many cannot all be spellings of one.
    constexpr int kMostSpellings = 100;
    if (list_length(spellings) > kMostSpellings) return true;
    ListCell *cell = nullptr, *inner = nullptr;
    foreach (cell, spellings)
        foreach (inner, spellings) {
            const auto *one = static_cast<const Spelling *>(lfirst(cell)), *other = static_cast<const Spelling *>(lfirst(inner));
            const bool alike = all_in(one->words, other->words) || all_in(other->words, one->words);
            if (!alike && !is_alias(model, one->kind, other->kind)) return true;
        }
    return false;
}

List *spellings_of(List *rows) {
    List *spellings = NIL;
    ListCell *cell = nullptr;
    foreach (cell, rows) {
        const auto *row = static_cast<IdentifyingRow *>(lfirst(cell));
        if (row->names != nullptr) spellings = add_spelling(spellings, row->kind, row->names);
    }
    return spellings;
}

const IdentifyingValue *value_of(const IdentifyingRow &row, const IdentifyingValue &like) {
    ListCell *cell = nullptr;
    foreach (cell, row.values) {
        const auto *value = static_cast<const IdentifyingValue *>(lfirst(cell));
        if (strcmp(value->category, like.category) == 0 && strcmp(value->form, like.form) == 0) return value;
    }
    return nullptr;
}

// Which value the row shares with an earlier one, and with which.
bool is_joined(List *rows, int n, StringInfo out) {
    const auto *row = static_cast<const IdentifyingRow *>(list_nth(rows, n));
    ListCell *cell = nullptr;
    foreach (cell, row->values) {
        const auto *value = static_cast<const IdentifyingValue *>(lfirst(cell));
        for (int i = 0; i < n; ++i) {
            const auto *earlier = static_cast<const IdentifyingRow *>(list_nth(rows, i));
            if (value_of(*earlier, *value) == nullptr) continue;
            appendStringInfo(out, "%s%s %s and %s %s have the same %s, \"%s\".", out->len == 0 ? "" : "\n", earlier->kind->name,
                             earlier->key, row->kind->name, row->key, value->category, value->value);
            return true;
        }
    }
    return false;
}

// So many lines show the pattern.
char *how_they_are_joined(List *rows) {
    constexpr int kLines = 5;
    StringInfoData out;
    initStringInfo(&out);
    int lines = 0;
    for (int n = 1; n < list_length(rows) && lines < kLines; ++n) lines += is_joined(rows, n, &out) ? 1 : 0;
    if (lines == 0) appendStringInfoString(&out, "They are joined by keys that links of role \"same\" follow.");
    return out.data;
}

[[noreturn]] void refuse(const char *message, List *rows) {
    // What is shown are a person's data: for who may read them, not for the log.
    ereport(ERROR, (errcode(ERRCODE_CARDINALITY_VIOLATION), errmsg("%s", message), errdetail("%s", how_they_are_joined(rows)),
                    errdetail_log("The client was told by which values."),
                    errhint("If they are one, set retention.confirm_identity = on. If the value is nobody's, add it to "
                            "\"placeholders\" in retention.subject_kind; if it tells who somebody is together with other "
                            "columns, name these in \"scope\".")));
    pg_unreachable();
}

SqlValue placeholders_of(const Model &model) { return typed(TEXTARRAYOID, text_array(model.placeholders)); }

// The values of one column that are in more rows than one person has, or in rows with different names.
void find_shared(const ReturnSetInfo *result, const Model &model, const Kind &kind, AttrNumber column) {
    const char *names = names_in(model, kind);
    const char *sql = psprintf(
        "SELECT v, count(*), array_agg(DISTINCT n) FILTER (WHERE n IS NOT NULL) FROM (SELECT retention.identity(%s), %s, %s "
        "FROM %s t WHERE true%s) q (v, s, n) WHERE v IS NOT NULL AND v <> ALL ($1)%s GROUP BY v, s "
        "HAVING count(*) > $2 OR count(DISTINCT n) > 1 ORDER BY 2 DESC, 1",
        identifying_value(model, kind, column), kind.n_scope == 0 ? "''" : scope_of(kind),
        names == nullptr ? "NULL::text" : names, qualified_name(kind.relid), and_is_person(kind),
        kind.n_scope == 0 ? "" : " AND s IS NOT NULL");
    const SqlRows found = read_as(owner_of(kind.relid), sql, placeholders_of(model), settings::max_identity_rows);
    for (const SqlRow row : found) {
        List *called = NIL;
        Datum *elements = nullptr;
        bool *nulls = nullptr;
        const int n = row.is_null(3) ? 0 : elements_of(row.datum(3), TEXTOID, &elements, &nulls);
        for (int i = 0; i < n; ++i) called = add_spelling(called, &kind, TextDatumGetCString(elements[i]));
        const auto rows = row.get<int64>(2);
        if (rows <= settings::max_identity_rows && !names_differ(nullptr, called)) continue;
        Datum values[5] = {CStringGetTextDatum(kind.name),
                           DirectFunctionCall1(namein, CStringGetDatum(get_attname(kind.relid, column, false))), row.datum(1),
                           Int64GetDatum(rows), Int64GetDatum(n)};
        bool isnull[5] = {};
        tuplestore_putvalues(result->setResult, result->setDesc, values, isnull);
    }
    found.free();
}

void shared_identities(const ReturnSetInfo *result) {
    connect_spi();
    const Model *model = load_model();
    ListCell *cell = nullptr;
    foreach (cell, model->kinds) {
        const auto *kind = static_cast<const Kind *>(lfirst(cell));
        for (int i = 0; i < kind->n_identifying; ++i) find_shared(result, *model, *kind, kind->identifying[i]);
    }
    SPI_finish();
}

// By statistics alone, so that who watches may ask often: null, none is common.
Datum most_shared(FunctionCallInfo fcinfo) {
    connect_spi();
    const Model *model = load_model();
    const Kind *kind = kind_named(*model, text_to_cstring(PG_GETARG_TEXT_PP(0)));
    const SqlRows found = read_own(
        "SELECT (max(m.frequency) * max(c.reltuples))::bigint FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
        "JOIN pg_stats s ON s.schemaname = n.nspname AND s.tablename = c.relname AND s.attname = $2 "
        "CROSS JOIN LATERAL ROWS FROM (unnest(s.most_common_vals::text::text[]), unnest(s.most_common_freqs)) m (value, frequency) "
        "WHERE c.oid = $1 AND retention.identity(m.value) <> ALL ($3)",
        kind->relid, typed(NAMEOID, PG_GETARG_DATUM(1)), placeholders_of(*model));
    const int64 rows = kind->n_scope > 0 ? 0 : found.first().get_or<int64>(1, 0);
    SPI_finish();
    if (rows <= settings::max_identity_rows) PG_RETURN_NULL();
    return Int64GetDatum(rows);
}

}  // namespace

void check_identity(const Subject &subject) {
    if (settings::confirm_identity) return;
    int n = 0;
    ListCell *cell = nullptr;
    foreach (cell, subject.model->kinds) n += subject.roots[static_cast<Kind *>(lfirst(cell))->index].n;
    if (n < 2) return;
    List *rows = NIL;
    foreach (cell, subject.model->kinds) rows = list_concat(rows, identifying_rows(subject, *static_cast<Kind *>(lfirst(cell))));
    if (n > settings::max_identity_rows)
        refuse(psprintf("%d rows are taken for one person of kind \"%s\"", n, subject.kind->name), rows);
    if (names_differ(subject.model, spellings_of(rows)))
        refuse(psprintf("rows with different names are taken for one person of kind \"%s\"", subject.kind->name), rows);
}

}  // namespace pg_retention

RETENTION_FUNCTION(pg_retention_shared_identities) {
    InitMaterializedSRF(fcinfo, 0);
    pg_retention::shared_identities(reinterpret_cast<const ReturnSetInfo *>(fcinfo->resultinfo));
    return static_cast<Datum>(0);
}

RETENTION_FUNCTION(pg_retention_most_shared_identity) { return pg_retention::most_shared(fcinfo); }
