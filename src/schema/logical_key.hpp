#pragma once
// A key that the application keeps and the schema does not say, as an element of a path spells it: up, "(author = app.users.name)", and down,
// "[app.posts.author = name]"; of several columns "(tenant = t.cases.tenant, case_no = t.cases.no)". A literal is what the row that refers
// must hold besides, where one column refers to rows of many tables: "(target_id = app.cases.id, target_type = 'Case')".
#include "schema/path.hpp"

extern "C" {
#include "nodes/pg_list.h"
}

namespace pg_retention {

// What a row that refers holds besides.
struct Given {
    int n;
    AttrNumber columns[kMaxKeys];
    const char *values[kMaxKeys];
};

// Whether an element of a path is one, and not a foreign key's.
bool is_logical_key(const char *element);

// From, or down to, this table. False: problem says why.
bool read_logical_key(Oid at, const char *element, bool down, Hop *key, Problem *problem);

// The element, with the names that tables and columns have now.
char *logical_key_text(const Hop &key, bool down);

// "t.a OPERATOR(...) 'x'::s.type": whether a row of the table is one that refers. Null: each is.
char *given_condition(Oid relid, const Given *given);

bool same_given(const Given *a, const Given *b);

// Names joined by dots; NIL when they are not well-formed. Not by a function that would report it: a path that was restored
// unchecked must not stop every change of the schema.
List *dotted_names(const char *text);

}  // namespace pg_retention
