#pragma once
// What the database knows of persons: the kinds, and the links that lead from rows to them. Read anew for each call, with
// SPI connected.
#include "schema/link_path.hpp"
#include "subject/role.hpp"
#include "personal/personal.hpp"
#include "pg/postgres.hpp"

extern "C" {
#include "nodes/bitmapset.h"
#include "nodes/pg_list.h"
}

namespace pg_retention {

struct Link;

// A table that only says more of a person (names, ways to be reached): its one foreign key is that of a link to the person.
struct Naming {
    const Link *link;
    Bitmapset *words;  // columns that tell who the person is
};

struct Kind {
    const char *name;
    int index;  // its place among the kinds
    Oid relid;
    int n_keys;
    AttrNumber keys[kMaxKeys];
    AttrNumber *identifying;
    int n_identifying;
    AttrNumber *scope;  // columns that must agree as well for two rows to be one person
    int n_scope;
    const char *condition;  // "(t.a ...)": which rows are persons; null: all
    Bitmapset *personal;    // identifying and personal columns
    Bitmapset *words;       // those of them whose values tell who a person is
    List *named_in;         // of Naming
};

struct Link {
    const Kind *kind;
    Oid relid;
    const char *text;
    LinkPath path;  // no step: the person's own row
    LinkRole role;
    bool to_several;     // persons, from one row
    Bitmapset *claimed;  // columns that concern the person of this link alone; null: the row is not divided
};

struct Model {
    List *kinds;         // of Kind
    List *links;         // of Link; the persons' own rows first, then by role, "deleted_with" and "about" before others
    List *same;          // of Link: one key up, from a person to another that is the same human
    List *personal;      // of PersonalColumn
    List *placeholders;  // char *: identifying values that are nobody's, as identity_of() gives them
};

// " AND ..." for a row t of the kind's table that is a person; empty where each is.
const char *and_is_person(const Kind &kind);

// Errors: a kind or link that no longer fits the schema (55000), naming it.
Model *load_model();

// One kind alone, without what other tables say of its persons, for what is asked with each statement. Error 42704 when there is none.
const Kind *load_kind(const char *name);

const Kind *kind_named(const Model &model, const char *name);  // error 42704 when there is none
const Kind *kind_of_table(const Model &model, Oid relid);      // null: its rows are not persons
const PersonalColumn *personal_column(const Model &model, Oid relid, AttrNumber column);
List *personal_columns(const Model &model, Oid relid);  // of PersonalColumn: those of a table that a link leads from

// Of a table: what its logical keys consist of, as links follow them, and what says where they lead.
Bitmapset *logical_key_columns(const Model &model, Oid relid);

// "t.phone IS NULL AND ...": whether a row's personal columns are anonymised already; with `only`, these columns of them.
// Null when there is none.
char *anonymised_condition(const Model &model, Oid relid, const Bitmapset *only);

}  // namespace pg_retention
