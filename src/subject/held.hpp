#pragma once
// Rows that legal holds reach by what the rows hold: one row, those about a person, those that meet a condition.
#include "policy/holds.hpp"
#include "subject/subject.hpp"

namespace pg_retention {

// What a list of holds reaches in one table, the one that holds or links name. t is the row.
struct Reach {
    Oid relid;
    List *persons;     // of Condition: rows about persons
    List *conditions;  // char *
    KeySet keys;       // of single rows
    AttrNumber key_columns[kMaxKeys];
};

// Of the holds (of Hold) that hold single rows, table by table. SPI must be connected. Persons and tables that are gone have no rows.
List *reach_of(List *holds);

// The humans of a kind whom these holds are on. Null: none is there.
Subject *held_human(const Model &model, List *holds, const char *kind);
// The kinds that have some: char *.
List *held_kinds(List *holds);

// "(t.id = ANY ($1)) OR (...)"
void append_reached(StringInfo sql, const Reach &reach, Parameters *parameters);

// Whether a row that these holds reach is in the table or partition, where they are called for a row of t, or below it.
inline bool meets(const Reach &reach, Oid relid) { return is_below(relid, reach.relid) || is_below(reach.relid, relid); }

// Whether a hold is on this human, by whichever of the rows that are it. Cheap while none stands.
bool is_held_person(const Subject &subject);

void init_held_rows();

}  // namespace pg_retention
