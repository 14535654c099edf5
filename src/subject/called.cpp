#include "subject/called.hpp"

#include "pg/names.hpp"
#include "pg/security.hpp"
#include "schema/front.hpp"
#include "schema/own.hpp"
#include "subject/identity.hpp"
#include "subject/identity_form.hpp"

extern "C" {
#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"
}

namespace pg_retention {

namespace {

// A value of one category; it counts within its scope alone.
struct Value {
    const char *category;
    const char *scope;  // null: the kind has none
    const char *text;
    bool compared;  // in the form in which values are compared; otherwise as it stands in a row
};

// From n rows found what they hold in columns of their table; place: the first of these in the result.
Front front_from(Oid relid, const AttrNumber *near, int n_columns, const SqlRows &found, int place, int n) {
    Datum *columns[kMaxKeys];
    bool *nulls[kMaxKeys];
    for (int k = 0; k < n_columns; ++k) {
        columns[k] = static_cast<Datum *>(palloc(sizeof(Datum) * n));
        nulls[k] = static_cast<bool *>(palloc(sizeof(bool) * n));
        for (int i = 0; i < n; ++i)
            columns[k][i] = SPI_getbinval(found.table->vals[i], found.table->tupdesc, place + k, &nulls[k][i]);
    }
    return first_front(relid, near, n_columns, columns, nulls, n);
}

// What a table that only says more of them tells of persons, who are the rows found; place: the first of the columns that it refers to.
void add_names(const Model &model, const Naming &naming, const SqlRows &found, int place, List *persons) {
    const Step &step = naming.link->path.steps[0];
    const Front front = front_from(step.far_relid, step.far_columns, step.n, found, place, list_length(persons));
    Parameters parameters = {};
    StringInfoData sql;
    initStringInfo(&sql);
    appendStringInfoString(&sql, "SELECT f.row");
    for (int c = -1; (c = bms_next_member(naming.words, c)) >= 0;)
        appendStringInfo(&sql, ", %s", word_in(model, step.near_relid, static_cast<AttrNumber>(c)));
    append_front_join(&sql, step.near_relid, step.near_columns, finding_near(step), front, &parameters);
    if (const char *condition = near_condition(step)) appendStringInfo(&sql, " AND %s", condition);
    const SqlRows rows = read_as(owner_of(step.near_relid), sql.data, parameters);
    for (const SqlRow row : rows) {
        auto *other = static_cast<Other *>(list_nth(persons, row.get<int32>(1)));
        for (int c = -1, k = 2; !other->is_subject && (c = bms_next_member(naming.words, c)) >= 0; ++k)
            other->words = add_word(other->words, model, step.near_relid, static_cast<AttrNumber>(c), row.text(k));
    }
    rows.free();
}

// A key between two kinds whose rows are one human, followed from either.
struct Joining {
    const Link *link;
    const Kind *to;
    const AttrNumber *from_columns, *to_columns;
    Equalities equalities;
};

// Those that lead on from rows of the kind, but for links that were followed already.
List *joinings_of(const Model &model, const Kind &kind, List *followed) {
    List *joinings = NIL;
    ListCell *cell = nullptr;
    foreach (cell, model.same) {
        const auto *link = static_cast<const Link *>(lfirst(cell));
        const Step &step = link->path.steps[0];
        if (list_member_ptr(followed, link)) continue;
        for (const bool to_far : {true, false}) {
            if ((to_far ? link->relid : link->kind->relid) != kind.relid) continue;
            auto *joining = static_cast<Joining *>(palloc(sizeof(Joining)));
            *joining = Joining{link, to_far ? link->kind : kind_of_table(model, link->relid),
                               to_far ? step.near_columns : step.far_columns, to_far ? step.far_columns : step.near_columns,
                               to_far ? finding_far(step) : finding_near(step)};
            joinings = lappend(joinings, joining);
        }
    }
    return joinings;
}

void append_columns(StringInfo sql, const Model &model, const Kind &kind, List *joinings) {
    ListCell *cell = nullptr;
    for (int c = -1; (c = bms_next_member(kind.words, c)) >= 0;)
        appendStringInfo(sql, ", %s", word_in(model, kind.relid, static_cast<AttrNumber>(c)));
    foreach (cell, kind.named_in) {
        const Step &step = static_cast<const Naming *>(lfirst(cell))->link->path.steps[0];
        appendStringInfo(sql, ", %s", column_list(kind.relid, step.far_columns, step.n, "t."));
    }
    foreach (cell, joinings) {
        const auto *joining = static_cast<const Joining *>(lfirst(cell));
        appendStringInfo(sql, ", %s", column_list(kind.relid, joining->from_columns, joining->link->path.steps[0].n, "t."));
    }
    for (int i = 0; i < kind.n_identifying; ++i)
        appendStringInfo(sql, ", %s", identifying_value(model, kind, kind.identifying[i]));
    if (kind.n_scope > 0) appendStringInfo(sql, ", %s", scope_of(kind));
}

// A value by which rows of other kinds may be somebody, too.
struct Alias {
    Other *other;
    Value value;
};

// place: the first of the columns with the values.
void add_aliases(const Model &model, const Kind &kind, const SqlRows &found, int place, List *persons, List **aliases) {
    for (int k = 0; k < kind.n_identifying; ++k) {
        const char *category = category_of(model, kind, kind.identifying[k]);
        for (int i = 0; i < list_length(persons); ++i) {
            auto *other = static_cast<Other *>(list_nth(persons, i));
            const char *value = other->is_subject ? nullptr : found[i].text(place + k);
            const char *scope = kind.n_scope > 0 ? found[i].text(place + kind.n_identifying) : nullptr;
            if (value == nullptr || (kind.n_scope > 0 && scope == nullptr)) continue;
            auto *alias = static_cast<Alias *>(palloc(sizeof(Alias)));
            *alias = Alias{other, {category, scope, value, false}};
            *aliases = lappend(*aliases, alias);
        }
    }
}

// What these columns tell, and the tables that they lead to: of the rows found, which are rows of these persons; place: the first column.
void add_columns(const Model &model, const Kind &kind, List *followed, const SqlRows &found, int place, List *persons,
                 List **aliases);

// What the rows that a key joins with these tell; place: the first of the columns that it begins with.
void add_joined(const Model &model, const Kind &kind, const Joining &joining, List *followed, const SqlRows &found, int place,
                List *persons, List **aliases) {
    const Kind &to = *joining.to;
    const Front front =
        front_from(kind.relid, joining.from_columns, joining.link->path.steps[0].n, found, place, list_length(persons));
    if (front.n == 0) return;
    List *seen = lappend(list_copy(followed), const_cast<Link *>(joining.link)), *same = NIL;
    Parameters parameters = {};
    StringInfoData sql;
    initStringInfo(&sql);
    appendStringInfoString(&sql, "SELECT f.row");
    append_columns(&sql, model, to, joinings_of(model, to, seen));
    append_front_join(&sql, to.relid, joining.to_columns, joining.equalities, front, &parameters);
    appendStringInfoString(&sql, and_is_person(to));
    const SqlRows rows = read_as(owner_of(to.relid), sql.data, parameters);
    for (const SqlRow row : rows) same = lappend(same, list_nth(persons, row.get<int32>(1)));
    add_columns(model, to, seen, rows, 2, same, aliases);
    rows.free();
}

void add_columns(const Model &model, const Kind &kind, List *followed, const SqlRows &found, int place, List *persons,
                 List **aliases) {
    ListCell *cell = nullptr;
    if (persons == NIL) return;
    for (int i = 0; i < list_length(persons); ++i) {
        auto *other = static_cast<Other *>(list_nth(persons, i));
        for (int c = -1, k = place; !other->is_subject && (c = bms_next_member(kind.words, c)) >= 0; ++k)
            other->words = add_word(other->words, model, kind.relid, static_cast<AttrNumber>(c), found[i].text(k));
    }
    place += bms_num_members(kind.words);
    foreach (cell, kind.named_in) {
        const auto *naming = static_cast<const Naming *>(lfirst(cell));
        add_names(model, *naming, found, place, persons);
        place += naming->link->path.steps[0].n;
    }
    foreach (cell, joinings_of(model, kind, followed)) {
        const auto *joining = static_cast<const Joining *>(lfirst(cell));
        add_joined(model, kind, *joining, followed, found, place, persons, aliases);
        place += joining->link->path.steps[0].n;
    }
    if (aliases != nullptr) add_aliases(model, kind, found, place, persons, aliases);
}

// By value, what the rows of any kind that have it tell.
struct Known {
    Value value;
    Known *form;  // of a value as it stands in a row; null: it is nobody's
    Other rows;   // of one as it is compared
};

uint32 hash_value(const void *key, Size) {
    const auto *value = static_cast<const Value *>(key);
    return string_hash(value->text, strlen(value->text) + 1);
}

bool is_same(const char *a, const char *b) { return a == b || (a != nullptr && b != nullptr && strcmp(a, b) == 0); }

int compare_values(const void *a, const void *b, Size) {
    const auto *x = static_cast<const Value *>(a);
    const auto *y = static_cast<const Value *>(b);
    return x->compared == y->compared && is_same(x->text, y->text) && is_same(x->category, y->category) &&
                   is_same(x->scope, y->scope)
             ? 0
             : 1;
}

}  // namespace

// A request meets the same persons again and again: they are read once, and anew where there are too many of them.
struct Called {
    MemoryContext context;
    HTAB *known;

    static constexpr long kMost = 20000;
};

namespace {

void forget_some(Called *called) {
    if (called->known != nullptr && hash_get_num_entries(called->known) < Called::kMost) return;
    if (called->context == nullptr)
        called->context = AllocSetContextCreate(GetMemoryChunkContext(called), "pg_retention others", ALLOCSET_DEFAULT_SIZES);
    MemoryContextReset(called->context);
    HASHCTL control = {};
    control.keysize = sizeof(Value);
    control.entrysize = sizeof(Known);
    control.hash = hash_value;
    control.match = compare_values;
    control.hcxt = called->context;
    called->known = hash_create("what others are called", 256, &control, HASH_ELEM | HASH_FUNCTION | HASH_COMPARE | HASH_CONTEXT);
}

Known *find_known(const Called &called, const Value &value) {
    return static_cast<Known *>(hash_search(called.known, &value, HASH_FIND, nullptr));
}

// Null: it is known already.
Known *new_known(Called *called, const Value &value) {
    bool found = false;
    auto *known = static_cast<Known *>(hash_search(called->known, &value, HASH_ENTER, &found));
    if (found) return nullptr;
    const char *scope = value.scope == nullptr ? nullptr : pstrdup(value.scope);
    *known = Known{{pstrdup(value.category), scope, pstrdup(value.text), value.compared}, nullptr, {}};
    return known;
}

// From the rows of a kind that have one of these values in this column.
void read_identical(const Subject &subject, const Kind &kind, AttrNumber column, List *fresh) {
    const Model &model = *subject.model;
    const char *category = category_of(model, kind, column);
    auto *forms = static_cast<Datum *>(palloc(sizeof(Datum) * list_length(fresh)));
    int n = 0;
    ListCell *cell = nullptr;
    foreach (cell, fresh) {
        const Value &value = static_cast<Known *>(lfirst(cell))->value;
        if (strcmp(value.category, category) == 0 && (value.scope != nullptr) == (kind.n_scope > 0))
            forms[n++] = CStringGetTextDatum(value.text);
    }
    if (n == 0) return;
    Parameters parameters = {};
    StringInfoData sql;
    initStringInfo(&sql);
    const char *form = psprintf("retention.identity(%s::text)", column_list(kind.relid, &column, 1, "t."));
    appendStringInfo(&sql, "SELECT %s, %s", form, kind.n_scope > 0 ? scope_of(kind) : "NULL");
    append_columns(&sql, model, kind, joinings_of(model, kind, NIL));
    appendStringInfo(&sql, " FROM %s t WHERE %s = ANY ($%d)%s", qualified_name(kind.relid), form,
                     add_parameter(&parameters, TEXTARRAYOID, array_of(forms, n, TEXTOID)), and_is_person(kind));
    const SqlRows rows = read_as(owner_of(kind.relid), sql.data, parameters);
    List *persons = NIL;
    Other elsewhere = {};  // of another scope
    for (const SqlRow row : rows) {
        Known *known = find_known(*subject.called, Value{category, row.text(2), row.text(1), true});
        persons = lappend(persons, known == nullptr ? &elsewhere : &known->rows);
    }
    add_columns(model, kind, NIL, rows, 3, persons, nullptr);
    rows.free();
}

// The forms that are met for the first time.
List *add_unknown(const Model &model, Called *called, List *aliases) {
    List *fresh = NIL;
    ListCell *cell = nullptr;
    foreach (cell, aliases) {
        Value value = static_cast<Alias *>(lfirst(cell))->value;
        Known *known = new_known(called, value);
        char *form = known == nullptr ? nullptr : identity_of(value.text);
        if (form == nullptr || has_word(model.placeholders, form)) continue;
        value.text = form;
        value.compared = true;
        if (Known *first = new_known(called, value)) fresh = lappend(fresh, first);
        known->form = find_known(*called, value);
    }
    return fresh;
}

// Not what rows tell that share another value with those: no chain of values is followed.
void add_identical(const Subject &subject, List *aliases) {
    ListCell *cell = nullptr, *word = nullptr;
    forget_some(subject.called);
    MemoryContext before = MemoryContextSwitchTo(subject.called->context);
    List *fresh = add_unknown(*subject.model, subject.called, aliases);
    foreach (cell, fresh == NIL ? NIL : subject.model->kinds) {
        const Kind &kind = *static_cast<const Kind *>(lfirst(cell));
        for (int i = 0; i < kind.n_identifying; ++i) read_identical(subject, kind, kind.identifying[i], fresh);
    }
    MemoryContextSwitchTo(before);
    foreach (cell, aliases) {
        auto *alias = static_cast<Alias *>(lfirst(cell));
        const Known *form = find_known(*subject.called, alias->value)->form;
        if (form == nullptr) continue;
        foreach (word, form->rows.words) alias->other->words = add_word(alias->other->words, static_cast<char *>(lfirst(word)));
    }
}

}  // namespace

Called *new_called() { return static_cast<Called *>(palloc0(sizeof(Called))); }

void append_called(StringInfo sql, const Model &model, const Kind &kind) {
    append_columns(sql, model, kind, joinings_of(model, kind, NIL));
}

void add_called(const Subject &subject, const Kind &kind, const SqlRows &found, int place, List *persons) {
    List *aliases = NIL;
    add_columns(*subject.model, kind, NIL, found, place, persons, &aliases);
    if (aliases != NIL) add_identical(subject, aliases);
}

}  // namespace pg_retention
