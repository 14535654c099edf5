#include "subject/identity.hpp"

#include "personal/anonymiser.hpp"
#include "pg/names.hpp"
#include "pg/security.hpp"
#include "schema/own.hpp"
#include "subject/identity_form.hpp"

extern "C" {
#include "catalog/pg_type.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/typcache.h"
}

namespace pg_retention {

namespace {

// Values of one category, over all rows that are the person. They count within their scope alone.
struct Identity {
    const char *category;
    const char *scope;  // what the kind's columns of that name hold, as an array; null: the kind has none
    List *values;       // char *: as they stand in the rows
    List *forms;        // char *: as they are compared
};

bool same(const char *a, const char *b) { return a == b || (a != nullptr && b != nullptr && strcmp(a, b) == 0); }

List *add_identity(List *identities, const IdentifyingValue &value) {
    ListCell *cell = nullptr;
    Identity *found = nullptr;
    foreach (cell, identities) {
        auto *identity = static_cast<Identity *>(lfirst(cell));
        if (strcmp(identity->category, value.category) == 0 && same(identity->scope, value.scope)) found = identity;
    }
    if (found == nullptr) {
        found = static_cast<Identity *>(palloc0(sizeof(Identity)));
        *found = Identity{value.category, value.scope, NIL, NIL};
        identities = lappend(identities, found);
    }
    if (!has_word(found->values, value.value)) found->values = lappend(found->values, value.value);
    if (!has_word(found->forms, value.form)) found->forms = lappend(found->forms, value.form);
    return identities;
}

// Texts that are equal without being the same, as those of citext. Of others what is equal has one form.
bool has_other_equality(Oid relid, AttrNumber column) {
    char category = 0;
    bool preferred = false;
    const Oid base = getBaseType(get_atttype(relid, column));
    get_type_category_preferred(base, &category, &preferred);
    if (category != TYPCATEGORY_STRING) return false;
    Oid type = InvalidOid, collation = InvalidOid;
    int32 modifier = -1;
    get_atttypetypmodcoll(relid, column, &type, &modifier, &collation);
    if (OidIsValid(collation) && !get_collation_isdeterministic(collation)) return true;
    const RegProcedure equal = get_opcode(lookup_type_cache(base, TYPECACHE_EQ_OPR)->eq_opr);
    return equal != F_TEXTEQ && equal != F_BPCHAREQ && equal != F_NAMEEQ;
}

}  // namespace

const char *category_of(const Model &model, const Kind &kind, AttrNumber column) {
    const PersonalColumn *personal = personal_column(model, kind.relid, column);
    if (personal != nullptr) return personal->category;
    const char *name = get_attname(kind.relid, column, false);
    const char *category = category_without_declaration(get_atttype(kind.relid, column), name);
    return category == nullptr ? psprintf("%s.%s", kind.name, name) : category;
}

namespace {

// The key, what the row is called, and what identifies it: the columns of a row that identities are read from.
constexpr int kKey = 1, kNames = 2, kScope = 3, kFirstValue = 4;

char *query_of_rows(const Subject &subject, const Kind &kind, Parameters *parameters) {
    const Model &model = *subject.model;
    StringInfoData sql;
    initStringInfo(&sql);
    appendStringInfoString(&sql, "SELECT jsonb_build_object(");
    for (int i = 0; i < kind.n_keys; ++i)
        appendStringInfo(&sql, "%s%s, %s", i == 0 ? "" : ", ", quote_literal_cstr(get_attname(kind.relid, kind.keys[i], false)),
                         column_list(kind.relid, &kind.keys[i], 1, "t."));
    const char *names = names_in(model, kind);
    appendStringInfo(&sql, ")::text, %s, %s", names == nullptr ? "NULL" : names, kind.n_scope == 0 ? "NULL" : scope_of(kind));
    for (int i = 0; i < kind.n_identifying; ++i)
        appendStringInfo(&sql, ", %s", identifying_value(model, kind, kind.identifying[i]));
    appendStringInfo(&sql, " FROM %s t WHERE ", qualified_name(kind.relid));
    append_key_condition(&sql, kind.relid, kind.keys, subject.roots[kind.index], parameters);
    appendStringInfoString(&sql, and_is_person(kind));
    return sql.data;
}

// What column i holds; null where that names nobody.
IdentifyingValue *value_in(const Model &model, const SqlRow &row, const Kind &kind, int i) {
    char *value = row.text(kFirstValue + i);
    if (value == nullptr || (kind.n_scope > 0 && row.is_null(kScope))) return nullptr;
    char *form = identity_of(value);
    if (form == nullptr || has_word(model.placeholders, form)) return nullptr;
    auto *found = static_cast<IdentifyingValue *>(palloc(sizeof(IdentifyingValue)));
    *found = IdentifyingValue{category_of(model, kind, kind.identifying[i]), row.text(kScope), value, form};
    return found;
}

// Other texts are one under some types (citext): the column's own equality says so, too. What is no text is compared as one.
void append_shares_value(StringInfo sql, const Kind &kind, AttrNumber column, const Identity &identity, Parameters *parameters) {
    const char *name = column_list(kind.relid, &column, 1, "t.");
    appendStringInfo(sql, "(retention.identity(%s::text) = ANY ($%d)", name,
                     add_parameter(parameters, TEXTARRAYOID, text_array(identity.forms)));
    if (has_other_equality(kind.relid, column)) {
        appendStringInfoString(sql, " OR ");
        append_equal_any(sql, own_equality(kind.relid, column), Operand{name, get_atttype(kind.relid, column)},
                         Operand{psprintf("$%d", add_parameter(parameters, TEXTARRAYOID, text_array(identity.values))), TEXTOID});
    }
    appendStringInfoChar(sql, ')');
    if (identity.scope != nullptr)
        appendStringInfo(sql, " AND %s = $%d", scope_of(kind),
                         add_parameter(parameters, TEXTOID, CStringGetTextDatum(identity.scope)));
}

// "(...) OR (...)" behind what is there: a row of the kind that has one of these identities. False: none can.
bool append_shares_any(StringInfo sql, const Model &model, const Kind &kind, List *identities, Parameters *parameters) {
    ListCell *cell = nullptr;
    bool any = false;
    foreach (cell, identities) {
        const auto *identity = static_cast<const Identity *>(lfirst(cell));
        for (int i = 0; i < kind.n_identifying; ++i) {
            if (strcmp(category_of(model, kind, kind.identifying[i]), identity->category) != 0) continue;
            if ((identity->scope != nullptr) != (kind.n_scope > 0)) continue;
            any = true;
            appendStringInfoString(sql, sql->len > 0 ? " OR (" : "(");
            append_shares_value(sql, kind, kind.identifying[i], *identity, parameters);
            appendStringInfoChar(sql, ')');
        }
    }
    return any;
}

// The rows of a kind that are the person: those known, and those that share a value.
bool widen(Subject *subject, const Kind &kind, List *identities) {
    StringInfoData where;
    Parameters parameters = {};
    KeySet *roots = &subject->roots[kind.index];
    initStringInfo(&where);
    if (roots->n > 0) append_key_condition(&where, kind.relid, kind.keys, *roots, &parameters);
    if (!append_shares_any(&where, *subject->model, kind, identities, &parameters)) return false;
    const int before = roots->n;
    *roots = distinct_keys(kind.relid, kind.keys, kind.n_keys, own_equalities(kind.relid, kind.keys, kind.n_keys),
                           psprintf("FROM %s t WHERE (%s)%s", qualified_name(kind.relid), where.data, and_is_person(kind)),
                           &parameters, false);
    return roots->n != before;
}

}  // namespace

List *identifying_rows(const Subject &subject, const Kind &kind) {
    List *rows = NIL;
    Parameters parameters = {};
    if (subject.roots[kind.index].n == 0) return NIL;
    const char *sql = query_of_rows(subject, kind, &parameters);
    const SqlRows found = read_as(owner_of(kind.relid), sql, parameters);
    for (const SqlRow row : found) {
        auto *one = static_cast<IdentifyingRow *>(palloc0(sizeof(IdentifyingRow)));
        *one = IdentifyingRow{&kind, row.text(kKey), row.text(kNames), NIL};
        for (int i = 0; i < kind.n_identifying; ++i)
            if (IdentifyingValue *value = value_in(*subject.model, row, kind, i)) one->values = lappend(one->values, value);
        rows = lappend(rows, one);
    }
    found.free();
    return rows;
}

// What the columns of the scope hold, as an array of texts; of one of them that is null the row has no scope, and so no identity.
char *scope_of(const Kind &kind) {
    StringInfoData sql;
    initStringInfo(&sql);
    appendStringInfoString(&sql, "CASE WHEN ");
    for (int i = 0; i < kind.n_scope; ++i)
        appendStringInfo(&sql, "%s%s IS NOT NULL", i == 0 ? "" : " AND ", column_list(kind.relid, &kind.scope[i], 1, "t."));
    appendStringInfoString(&sql, " THEN ARRAY[");
    for (int i = 0; i < kind.n_scope; ++i)
        appendStringInfo(&sql, "%s%s::text", i == 0 ? "" : ", ", column_list(kind.relid, &kind.scope[i], 1, "t."));
    appendStringInfoString(&sql, "]::text END");
    return sql.data;
}

char *identifying_value(const Model &model, const Kind &kind, AttrNumber column) {
    const PersonalColumn *personal = personal_column(model, kind.relid, column);
    const char *name = column_list(kind.relid, &column, 1, "t.");
    return personal == nullptr ? psprintf("%s::text", name)
                               : psprintf("CASE WHEN %s THEN NULL ELSE %s::text END", is_anonymised(*personal), name);
}

char *names_in(const Model &model, const Kind &kind) {
    StringInfoData sql;
    initStringInfo(&sql);
    for (int c = -1; (c = bms_next_member(kind.words, c)) >= 0;) {
        const auto column = static_cast<AttrNumber>(c);
        const PersonalColumn *personal = personal_column(model, kind.relid, column);
        if (personal != nullptr && strcmp(personal->category, "name") == 0)
            appendStringInfo(&sql, ", %s", identifying_value(model, kind, column));
    }
    return sql.len == 0 ? nullptr : psprintf("nullif(concat_ws(' '%s), '')", sql.data);
}

namespace {

// The far rows that these refer to, or the near ones that refer to these.
bool join(Subject *subject, const Link &link, bool to_far) {
    const Step &step = link.path.steps[0];
    const Kind &near = *kind_of_table(*subject->model, link.relid), &far = *link.kind;
    const Kind &from = to_far ? near : far, &to = to_far ? far : near;
    const KeySet &known = subject->roots[from.index];
    KeySet *roots = &subject->roots[to.index];
    if (known.n == 0) return false;
    StringInfoData where;
    Parameters parameters = {};
    initStringInfo(&where);
    append_key_condition(&where, from.relid, from.keys, known, &parameters);
    const KeySet values = distinct_keys(
        from.relid, to_far ? step.near_columns : step.far_columns, step.n, to_far ? finding_far(step) : finding_near(step),
        psprintf("FROM %s t WHERE %s", qualified_name(from.relid), where.data), &parameters, false);
    if (values.n == 0) return false;
    parameters = Parameters{};
    resetStringInfo(&where);
    append_key_condition(&where, to.relid, to_far ? step.far_columns : step.near_columns,
                         to_far ? finding_far(step) : finding_near(step), values, &parameters);
    if (roots->n > 0) appendStringInfoString(&where, " OR ");
    if (roots->n > 0) append_key_condition(&where, to.relid, to.keys, *roots, &parameters);
    const int before = roots->n;
    *roots = distinct_keys(to.relid, to.keys, to.n_keys, own_equalities(to.relid, to.keys, to.n_keys),
                           psprintf("FROM %s t WHERE (%s)%s", qualified_name(to.relid), where.data, and_is_person(to)),
                           &parameters, false);
    return roots->n != before;
}

}  // namespace

// own: the rows of the subject's kind, if they are read already.
static List *known_identities(const Subject &subject, List *own) {
    List *identities = NIL;
    ListCell *cell = nullptr, *row = nullptr, *value = nullptr;
    foreach (cell, subject.model->kinds) {
        const auto *kind = static_cast<const Kind *>(lfirst(cell));
        foreach (row, own != NIL && kind == subject.kind ? own : identifying_rows(subject, *kind))
            foreach (value, static_cast<IdentifyingRow *>(lfirst(row))->values)
                identities = add_identity(identities, *static_cast<IdentifyingValue *>(lfirst(value)));
    }
    return identities;
}

List *identities_of(const Subject &subject) { return known_identities(subject, NIL); }

bool shares_identity(const Model &model, const Kind &kind, const SqlValue &row, List *identities) {
    StringInfoData where;
    Parameters parameters = {};
    const int number = add_parameter(&parameters, row);
    initStringInfo(&where);
    if (!append_shares_any(&where, model, kind, identities, &parameters)) return false;
    const char *sql = psprintf("SELECT 1 FROM (SELECT ($%d).*) t WHERE (%s)%s", number, where.data, and_is_person(kind));
    return run_as(owner_of(kind.relid), kKeptReading, sql, parameters).n > 0;
}

void identify(Subject *subject, List *own) {
    for (bool changed = true; changed; own = NIL) {
        List *identities = known_identities(*subject, own);
        ListCell *cell = nullptr;
        changed = false;
        foreach (cell, subject->model->same) {
            const auto *link = static_cast<const Link *>(lfirst(cell));
            changed = join(subject, *link, true) || changed;
            changed = join(subject, *link, false) || changed;
        }
        foreach (cell, subject->model->kinds) changed = widen(subject, *static_cast<Kind *>(lfirst(cell)), identities) || changed;
    }
}

}  // namespace pg_retention
