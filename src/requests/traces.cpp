#include "requests/traces.hpp"

#include "core/text/alike.hpp"
#include "core/text/telling.hpp"
#include "core/time/clock.hpp"
#include "personal/anonymiser.hpp"
#include "personal/personal_types.hpp"
#include "pg/compat.hpp"
#include "pg/guard.hpp"
#include "pg/names.hpp"
#include "pg/security.hpp"
#include "schema/extension.hpp"
#include "schema/own.hpp"
#include "subject/identity_form.hpp"

extern "C" {
#include "access/table.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_type.h"
#include "nodes/makefuncs.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
}

namespace pg_retention {

namespace {

// Of a name a single word says too little: thousands are called Kari. An identifying value is one person's whatever it looks like.
bool is_sought(const Model &model, Oid relid, AttrNumber column, const char *value) {
    const Kind *kind = kind_of_table(model, relid);
    for (int i = 0; kind != nullptr && i < kind->n_identifying; ++i)
        if (kind->identifying[i] == column) return true;
    const PersonalColumn *personal = personal_column(model, relid, column);
    if (personal == nullptr || !core::is_telling_category(personal->category)) return false;
    return strcmp(personal->category, "username") == 0 || !core::is_common_word(value);
}

void add_trace(Traces *traces, const Model &model, Oid relid, AttrNumber column, const char *value) {
    if (value == nullptr || !is_sought(model, relid, column, value)) return;
    char *form = form_of_trace(value), *identity = identity_of(value);
    if (identity == nullptr || has_word(model.placeholders, identity)) return;
    for (const char *written : {value, static_cast<const char *>(identity), static_cast<const char *>(form)})
        traces->values = add_word(traces->values, written);
    traces->forms = add_word(traces->forms, form);
}

// What the rows of one condition hold in these columns; what an anonymiser left is nobody's.
void read_traces(Traces *traces, const Model &model, const ReachedTable &table, int condition, const Bitmapset *columns) {
    Parameters parameters = {};
    StringInfoData sql;
    initStringInfo(&sql);
    for (int c = -1; (c = bms_next_member(columns, c)) >= 0;) {
        const auto column = static_cast<AttrNumber>(c);
        const PersonalColumn *personal = personal_column(model, table.relid, column);
        const char *text = word_in(model, table.relid, column);
        // Each once, by its letters: of many rows most may say the same.
        appendStringInfo(
            &sql, "%s(%s) COLLATE pg_catalog.\"C\"", sql.len == 0 ? "SELECT DISTINCT " : ", ",
            personal == nullptr ? text : psprintf("CASE WHEN %s THEN NULL ELSE %s END", is_anonymised(*personal), text));
    }
    if (sql.len == 0) return;
    append_rows_of(&sql, table, condition, &parameters);
    const SqlRows rows = read_as(owner_of(table.relid), sql.data, parameters);
    for (const SqlRow row : rows)
        for (int c = -1, i = 1; (c = bms_next_member(columns, c)) >= 0; ++i)
            add_trace(traces, model, table.relid, static_cast<AttrNumber>(c), row.text(i));
    rows.free();
}

// The columns of a link's rows that tell who the person is: of its own, and of those that only say more of it.
const Bitmapset *telling_columns(const Link &link) {
    ListCell *cell = nullptr;
    if (link.path.n_steps == 0) return link.kind->words;
    foreach (cell, link.kind->named_in) {
        const auto *naming = static_cast<const Naming *>(lfirst(cell));
        if (naming->link == &link) return naming->words;
    }
    return nullptr;
}

// Text, numbers, and what types of extensions write as text; no dates, truth values or documents.
bool is_looked_at(Oid type) {
    char category = 0;
    bool preferred = false;
    const Oid element = get_element_type(getBaseType(type));
    const Oid base = getBaseType(OidIsValid(element) ? element : type);
    get_type_category_preferred(base, &category, &preferred);
    switch (category) {
        case TYPCATEGORY_STRING:
        case TYPCATEGORY_NUMERIC:
        case TYPCATEGORY_NETWORK: return true;
        case TYPCATEGORY_USER: return base != JSONOID && base != JSONBOID && base != XMLOID && base != BYTEAOID;
        default: return false;
    }
}

bool is_array(Oid leaf, AttrNumber column) { return OidIsValid(get_element_type(getBaseType(get_atttype(leaf, column)))); }

// By name, for a partition may number its columns otherwise.
List *columns_in(const Model &model, List *personal, Oid relid, Oid leaf) {
    List *columns = NIL;
    ListCell *cell = nullptr;
    const auto add = [&](const char *name) {
        const AttrNumber column = get_attnum(leaf, name);
        if (column > 0 && is_looked_at(get_atttype(leaf, column))) columns = list_append_unique_int(columns, column);
    };
    const Kind *kind = kind_of_table(model, relid);
    for (int i = 0; kind != nullptr && i < kind->n_identifying; ++i) add(get_attname(relid, kind->identifying[i], false));
    foreach (cell, personal) {
        const auto *column = static_cast<const PersonalColumn *>(lfirst(cell));
        if (column->relid == relid && tells_who(*column)) add(column->name);
    }
    return columns;
}

// That what a logical key refers to is there: nothing sees to it. Where the other table is another owner's, who does not read it, it is taken for
// granted.
void append_is_there(StringInfo sql, Oid leaf, const Step &step) {
    if (const char *condition = near_condition(step)) appendStringInfo(sql, " AND %s", condition);
    if (step.named != InvalidAttrNumber || owner_of(step.far_relid) != owner_of(leaf)) return;
    appendStringInfo(sql, " AND EXISTS (SELECT FROM %s f WHERE ", qualified_name(step.far_relid));
    const Equalities equalities = finding_near(step);
    for (int i = 0; i < step.n; ++i) {
        appendStringInfoString(sql, i == 0 ? "" : " AND ");
        append_equal(sql, equalities.at[i],
                     Operand{column_list(step.near_relid, &step.near_columns[i], 1, "t."),
                             get_atttype(step.near_relid, step.near_columns[i])},
                     Operand{column_list(step.far_relid, &step.far_columns[i], 1, "f."),
                             get_atttype(step.far_relid, step.far_columns[i])});
    }
    appendStringInfoChar(sql, ')');
}

// Of a step on which append_is_there asks nothing, and whose columns hold no null: each row leads on.
bool leads_always(Oid leaf, const Step &step) {
    const bool unasked =
        near_condition(step) == nullptr && (step.named != InvalidAttrNumber || owner_of(step.far_relid) != owner_of(leaf));
    Relation rel = unasked ? table_open(leaf, AccessShareLock) : nullptr;
    bool always = unasked;
    for (int i = 0; always && i < step.n; ++i) {
        const AttrNumber column = get_attnum(leaf, get_attname(step.near_relid, step.near_columns[i], false));
        always = column > 0 && is_never_null(RelationGetDescr(rel), column - 1);
    }
    if (rel != nullptr) table_close(rel, AccessShareLock);
    return always;
}

// Whether a row t leads to somebody: a person's own does, and one with a key to a row that a link follows. Where all do, that is said without
// a look at them, and the first ones that have what is looked for are enough (append_limit in elsewhere.cpp).
char *leads_anywhere(const Model &model, Oid relid, Oid leaf) {
    StringInfoData sql;
    ListCell *cell = nullptr;
    initStringInfo(&sql);
    if (kind_of_table(model, relid) != nullptr) return pstrdup("true");
    foreach (cell, model.links) {
        const auto *link = static_cast<const Link *>(lfirst(cell));
        if (link->relid != relid || link->path.n_steps == 0 || link->path.steps[0].down) continue;
        const Step &step = link->path.steps[0];
        if (leads_always(leaf, step)) return pstrdup("true");
        appendStringInfoString(&sql, sql.len == 0 ? "(" : " OR (");
        for (int i = 0; i < step.n; ++i)
            appendStringInfo(&sql, "%s%s IS NOT NULL", i == 0 ? "" : " AND ", column_list(relid, &step.near_columns[i], 1, "t."));
        append_is_there(&sql, leaf, step);
        appendStringInfoChar(&sql, ')');
    }
    return sql.len == 0 ? pstrdup("false") : sql.data;
}

// Of a row of query_of.
constexpr int kTid = 1, kClock = 2, kLeads = 3, kFirst = 4;

}  // namespace

char *form_of_trace(const char *value) {
    const std::string_view composed(composed_of(value));
    auto *form = static_cast<char *>(palloc(composed.size() + 1));
    form[core::write_alike(composed, form)] = '\0';
    return form;
}

Traces traces_of(const Subject &subject, List *tables) {
    Traces traces = {};
    ListCell *cell = nullptr;
    foreach (cell, tables) {
        const auto *table = static_cast<const ReachedTable *>(lfirst(cell));
        for (int i = 0; i < list_length(table->conditions); ++i) {
            const Bitmapset *columns = telling_columns(*static_cast<const Condition *>(list_nth(table->conditions, i))->link);
            if (columns != nullptr) read_traces(&traces, *subject.model, *table, i, columns);
        }
    }
    return traces;
}

List *places_to_look(const Model &model) {
    // The view retention.personal_columns, which goes through all types, takes longer than the rest.
    List *relids = tables_with_personal_types(), *places = NIL;
    ListCell *cell = nullptr, *inner = nullptr;
    const SqlRows declared = read_own("SELECT DISTINCT relation FROM retention.personal_column");
    for (const SqlRow row : declared) relids = list_append_unique_oid(relids, row.get<Oid>(1));
    declared.free();
    foreach (cell, model.kinds) relids = list_append_unique_oid(relids, static_cast<const Kind *>(lfirst(cell))->relid);
    list_sort(relids, list_oid_cmp);
    List *personal = personal_columns_in(relids), *seen = NIL;
    foreach (cell, relids) {
        if (!OidIsValid(get_rel_type_id(lfirst_oid(cell)))) continue;
        // Nothing is locked: whoever is to be erased does not wait for tables of others.
        foreach (inner, find_all_inheritors(lfirst_oid(cell), NoLock, nullptr)) {
            if (get_rel_relkind(lfirst_oid(inner)) != RELKIND_RELATION) continue;
            const Place place = {lfirst_oid(inner), lfirst_oid(cell),
                                 columns_in(model, personal, lfirst_oid(cell), lfirst_oid(inner))};
            if (place.columns == NIL || list_member_oid(seen, place.leaf)) continue;
            seen = lappend_oid(seen, place.leaf);
            places = lappend(places, std::memcpy(palloc(sizeof place), &place, sizeof place));
        }
    }
    return places;
}

bytea *hints_of(const Traces &traces) {
    auto *hints = static_cast<bytea *>(palloc0(VARHDRSZ + core::kHintBytes));
    SET_VARSIZE(hints, VARHDRSZ + core::kHintBytes);
    ListCell *cell = nullptr;
    foreach (cell, traces.forms) {
        const uint32 hint = core::alike_hint(static_cast<const char *>(lfirst(cell)));
        VARDATA(hints)[core::hint_byte(hint)] |= static_cast<char>(core::hint_bit(hint));
    }
    return hints;
}

List *columns_to_look(const Model &model, Oid relid, Oid leaf) {
    return columns_in(model, personal_columns_in(list_make1_oid(relid)), relid, leaf);
}

Place place_with(const Place &place, List *columns) { return Place{place.leaf, place.relid, columns}; }

char *query_of(const Model &model, const Place &place) {
    StringInfoData sql;
    ListCell *cell = nullptr;
    const bool governed = clock_column(place.leaf) != InvalidAttrNumber && !has_foreign_clock(place.leaf);
    initStringInfo(&sql);
    appendStringInfo(&sql, "SELECT t.ctid, %s%s, %s", governed ? "t." : "", governed ? clock_name(place.leaf) : "NULL",
                     leads_anywhere(model, place.relid, place.leaf));
    foreach (cell, place.columns) {
        const auto column = static_cast<AttrNumber>(lfirst_int(cell));
        appendStringInfo(&sql, ", CAST(%s AS %s)", column_list(place.leaf, &column, 1, "t."),
                         is_array(place.leaf, column) ? "text[]" : "text");
    }
    appendStringInfo(&sql, " FROM ONLY %s t WHERE ", qualified_name(place.leaf));
    return sql.data;
}

char *may_have_trace(const Place &place, int parameter) {
    StringInfoData sql;
    ListCell *cell = nullptr;
    initStringInfo(&sql);
    foreach (cell, place.columns) {
        const auto column = static_cast<AttrNumber>(lfirst_int(cell));
        const char *name = column_list(place.leaf, &column, 1, "t.");
        appendStringInfoString(&sql, sql.len == 0 ? "(" : " OR ");
        if (is_array(place.leaf, column))
            appendStringInfo(&sql, "%s IS NOT NULL", name);
        else
            appendStringInfo(&sql, "retention.may_be_among(%s::text, $%d)", name, parameter);
    }
    return psprintf("%s)", sql.data);
}

List *values_in(const SqlRow &row, int column) {
    List *values = NIL;
    if (row.is_null(kFirst + column)) return NIL;
    if (TupleDescAttr(row.desc, kFirst + column - 1)->atttypid == TEXTOID)
        return list_make1(TextDatumGetCString(row.datum(kFirst + column)));
    Datum *elements = nullptr;
    bool *nulls = nullptr;
    const int n = elements_of(row.datum(kFirst + column), TEXTOID, &elements, &nulls);
    for (int i = 0; i < n; ++i)
        if (!nulls[i]) values = lappend(values, TextDatumGetCString(elements[i]));
    return values;
}

bool is_kept(const SqlRow &row) { return (core::flags_of(row.get_or(kClock, core::kNoClock)) & core::kKept) != 0; }

bool leads_to_somebody(const SqlRow &row) { return row.get_or(kLeads, false); }

ItemPointerData place_of(const SqlRow &row) { return row.get<ItemPointerData>(kTid); }

void add_found(List **found, MemoryContext context, const Place &place, int column, const SqlRow &row) {
    constexpr int kSamples = 5;
    const auto number = static_cast<AttrNumber>(list_nth_int(place.columns, column));
    const bool others = leads_to_somebody(row);
    Sighted *known = nullptr;
    ListCell *cell = nullptr;
    MemoryContext before = MemoryContextSwitchTo(context);
    foreach (cell, *found) {
        auto *one = static_cast<Sighted *>(lfirst(cell));
        if (one->leaf == place.leaf && one->column == number && one->others == others) known = one;
    }
    if (known == nullptr) {
        known = static_cast<Sighted *>(palloc0(sizeof(Sighted)));
        *known = Sighted{place.leaf, number, others, 0, NIL};
        *found = lappend(*found, known);
    }
    ++known->rows;
    if (list_length(known->samples) < kSamples) {
        const ItemPointerData tid = place_of(row);
        known->samples = lappend(known->samples, std::memcpy(palloc(sizeof tid), &tid, sizeof tid));
    }
    MemoryContextSwitchTo(before);
}

void save_found(int64 verification, const Sighted &found) {
    auto *tids = static_cast<Datum *>(palloc(sizeof(Datum) * (list_length(found.samples) + 1)));
    int n = 0;
    ListCell *cell = nullptr;
    foreach (cell, found.samples) tids[n++] = PointerGetDatum(lfirst(cell));
    own("INSERT INTO retention.verification_finding AS f (verification_id, relation, column_name, others, rows, row_ids) "
        "VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (verification_id, relation, column_name, others) DO UPDATE SET "
        "rows = f.rows + excluded.rows, row_ids = (f.row_ids || excluded.row_ids)[1:5]",
        verification, found.leaf, get_attname(found.leaf, found.column, false), found.others, found.rows,
        typed(TIDARRAYOID, array_of(tids, n, TIDOID)));
}

}  // namespace pg_retention

RETENTION_FUNCTION(pg_retention_may_be_among) {
    using namespace pg_retention;
    const text *value = PG_GETARG_TEXT_PP(0);
    const bytea *hints = PG_GETARG_BYTEA_PP(1);
    const uint32 hint = core::alike_hint(std::string_view(VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value)));
    const size_t byte = core::hint_byte(hint);
    if (hint == 0 || VARSIZE_ANY_EXHDR(hints) != core::kHintBytes) PG_RETURN_BOOL(true);
    PG_RETURN_BOOL((static_cast<uint8>(VARDATA_ANY(hints)[byte]) & core::hint_bit(hint)) != 0);
}
