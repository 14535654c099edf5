#pragma once
// Which governed tables' rows are persons' whose data may be withheld from a session for what it is for: those of the kinds, and those that
// links lead to persons from as data about them (roles about, deleted_with and same).
#include "schema/link_path.hpp"
#include "visibility/acting.hpp"

extern "C" {
#include "utils/array.h"
}

namespace pg_retention {

// The most that is read of a row: by several ways, all they begin with. A function has a hundred arguments at most.
constexpr int kMostOfRow = 90;

// One way from a row of a table to persons. What it is found by is named as the table that is asked about has it.
struct PersonWay {
    const char *kind;
    Oid kind_relid;
    Oid relid;         // of the link, or of the kind: the table asked about, or one above it
    const char *path;  // empty: the row is the person
    bool looked_up;    // what follows is known
    bool fits;         // false: it no longer fits the schema, and whose the rows are cannot be told
    int n;             // columns: the first of the path, and what it asks for besides, or the person's key
    AttrNumber columns[2 * kMaxKeys];
};

// Of PersonWay: by its own links, and by those of tables it is a partition of or inherits from. NIL, and cheaply so, while no purpose is
// registered. What it returns holds until something changes.
List *ways_to_persons(Oid relid);

// The same, whether a purpose is registered or not, for whoever asks about persons of other kinds of reasons.
List *all_ways_to_persons(Oid relid);

// Those of ways_to_persons that are the table's own.
List *own_ways_to_persons(Oid relid);

// The columns that these ways begin with, each once; the place of one among them.
int columns_of_ways(const List *ways, AttrNumber *columns);

// Whoever knows persons answers, in memory of the execution; set once, when the library is loaded.
struct WithheldRows {
    // columns: what asks() will be given the values of.
    void *(*open)(Oid relid, const int2vector *columns, List *acting);
    bool (*asks)(void *state, const Datum *values, const bool *nulls);
};
inline constinit WithheldRows withheld_rows = {};

// When kinds, links or purposes have changed: plans are made anew, in all sessions.
void tell_persons_changed();

void init_persons();

}  // namespace pg_retention
