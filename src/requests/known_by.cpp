#include "requests/known_by.hpp"

#include "pg/names.hpp"
#include "pg/security.hpp"
#include "personal/personal.hpp"
#include "subject/identity.hpp"
#include "subject/identity_form.hpp"
#include "subject/same_key.hpp"

extern "C" {
#include "catalog/pg_type.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
}

namespace pg_retention {

namespace {

bool is_identifying(const Kind &kind, AttrNumber column) {
    for (int i = 0; i < kind.n_identifying; ++i)
        if (kind.identifying[i] == column) return true;
    return false;
}

// A name is that of many; what somebody is reached by, and a number that the state gave, is one person's as long as it matters here.
bool reaches(const char *category) {
    for (const char *one : {"email", "phone", "national id"})
        if (strcmp(category, one) == 0) return true;
    return false;
}

struct Column {
    AttrNumber number;
    const char *category;
};

// of Column.
List *known_columns(const Model &model, const Kind &kind) {
    List *columns = NIL;
    for (int c = -1; (c = bms_next_member(kind.personal, c)) >= 0;) {
        const auto number = static_cast<AttrNumber>(c);
        const char *category = category_of(model, kind, number);
        if (!is_identifying(kind, number) && !reaches(category)) continue;
        auto *column = static_cast<Column *>(palloc(sizeof(Column)));
        *column = Column{number, category};
        columns = lappend(columns, column);
    }
    return columns;
}

List *values_of(const Model &model, const Kind &kind, const SqlRow &row, List *columns, int place) {
    List *values = NIL;
    ListCell *cell = nullptr;
    const char *scope = row.text(place++);
    foreach (cell, columns) {
        const char *value = row.text(place++);
        char *form = value == nullptr || (kind.n_scope > 0 && scope == nullptr) ? nullptr : identity_of(value);
        if (form == nullptr || has_word(model.placeholders, form)) continue;
        auto *known = static_cast<KnownValue *>(palloc(sizeof(KnownValue)));
        *known = KnownValue{static_cast<const Column *>(lfirst(cell))->category, scope, form};
        values = lappend(values, known);
    }
    return values;
}

// What is read of rows t of a kind: the key, the scope, and the values.
char *selected_of(const Model &model, const Kind &kind, List *columns) {
    ListCell *cell = nullptr;
    StringInfoData sql;
    initStringInfo(&sql);
    appendStringInfo(&sql, "SELECT %s, %s", column_list(kind.relid, kind.keys, kind.n_keys, "t."),
                     kind.n_scope == 0 ? "NULL" : scope_of(kind));
    foreach (cell, columns)
        appendStringInfo(&sql, ", %s", identifying_value(model, kind, static_cast<const Column *>(lfirst(cell))->number));
    return sql.data;
}

char *query_of(const Model &model, const Kind &kind, List *columns) {
    return psprintf("%s FROM %s t WHERE true%s", selected_of(model, kind, columns), qualified_name(kind.relid),
                    and_is_person(kind));
}

KnownPerson *person_in(const Model &model, const Kind &kind, const SqlRow &row, List *columns) {
    auto *person = static_cast<KnownPerson *>(palloc(sizeof(KnownPerson)));
    *person = KnownPerson{&kind, key_in(kind, row), values_of(model, kind, row, columns, kind.n_keys + 1), 0};
    return person;
}

}  // namespace

List *known_persons(const Model &model, const Kind &kind, const KeySet &keys) {
    List *columns = known_columns(model, kind), *persons = NIL;
    Parameters parameters = {};
    StringInfoData sql;
    initStringInfo(&sql);
    appendStringInfo(&sql, "%s AND ", query_of(model, kind, columns));
    append_key_condition(&sql, kind.relid, kind.keys, keys, &parameters);
    const int level = fix_writing();
    const SqlRows rows = read_as(owner_of(kind.relid), sql.data, parameters);
    for (const SqlRow row : rows) persons = lappend(persons, person_in(model, kind, row, columns));
    restore_writing(level);
    rows.free();
    return persons;
}

List *known_among(const Model &model, const Kind &kind, const char *from, const KeySet &keys) {
    List *columns = known_columns(model, kind), *persons = NIL;
    Parameters parameters = {};
    StringInfoData sql;
    initStringInfo(&sql);
    appendStringInfo(&sql, "%s, k.place", selected_of(model, kind, columns));
    append_keys_join(&sql, kind, from, keys, &parameters);
    appendStringInfo(&sql, " WHERE true%s", and_is_person(kind));
    const int level = fix_writing();
    const SqlRows rows = run_as(owner_of(kind.relid), kOnce, sql.data, parameters);
    for (const SqlRow row : rows) {
        KnownPerson *person = person_in(model, kind, row, columns);
        person->place = row.get<int64>(kind.n_keys + 2 + list_length(columns));
        persons = lappend(persons, person);
    }
    restore_writing(level);
    rows.free();
    return persons;
}

void for_each_known_person(const Model &model, const Kind &kind, PersonConsumer consumer, void *argument) {
    List *columns = known_columns(model, kind);
    MemoryContext portion = AllocSetContextCreate(CurrentMemoryContext, "pg_retention known persons", ALLOCSET_DEFAULT_SIZES);
    const int level = fix_writing();
    for_each_portion(owner_of(kind.relid), kOnceReading, query_of(model, kind, columns), Parameters{}, [&](const SqlRows &rows) {
        MemoryContext before = MemoryContextSwitchTo(portion);
        for (const SqlRow row : rows) consumer(argument, *person_in(model, kind, row, columns));
        MemoryContextSwitchTo(before);
        MemoryContextReset(portion);
    });
    restore_writing(level);
    MemoryContextDelete(portion);
}

List *known_persons(const Subject &subject) {
    List *persons = NIL;
    ListCell *cell = nullptr;
    foreach (cell, subject.model->kinds) {
        const auto *kind = static_cast<const Kind *>(lfirst(cell));
        const KeySet &keys = subject.roots[kind->index];
        if (keys.n > 0) persons = list_concat(persons, known_persons(*subject.model, *kind, keys));
    }
    return persons;
}

List *prints_known_by(const ErasureKey &key, const KnownPerson &person) {
    List *prints = NIL;
    ListCell *cell = nullptr;
    foreach (cell, person.values) {
        const auto *value = static_cast<const KnownValue *>(lfirst(cell));
        char print[kPrintBytes];
        print_parts(key, {"pg_retention objection", value->category, value->scope == nullptr ? "" : value->scope, value->form},
                    print);
        prints = lappend(prints, bytes_of(print, kPrintBytes));
    }
    return prints;
}

}  // namespace pg_retention
