#pragma once
// Rows that legal holds reach by what the rows hold: one row, those about a person, those that meet a condition.
#include "pg/attempt.hpp"
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
    bool own_rows;  // the keys are those of the table's own rows: what inherits from it has others of the same keys
};

// Of the holds (of Hold) that hold single rows, table by table. SPI must be connected. Persons and tables that are gone have no rows.
List *reach_of(List *holds);

// The humans of a kind whom these holds are on. Null: none is there.
Subject *held_human(const Model &model, List *holds, const char *kind);
// The kinds that have some: char *.
List *held_kinds(List *holds);

// Rows of a table or partition that a hold reaches and no other one does.
struct Met {
    Oid relid;
    const Reach *reach;     // null: whichever
    const char *also;       // " AND ...", of a row t
    Parameters parameters;  // of that
    List *others;           // of Reach
    bool strict;            // a condition that fails is an error
};
struct MetRow {
    Oid leaf;
    ItemPointerData tid;
    core::Clock clock;
};
// Locks them and calls body with each, in the order of places; how many they were. A condition that fails for a row is met by it: it is asked of
// one after the other then, and what body did is taken back before that. Whoever has one locked is waited for: he may be taking it away, or
// writing it so that it is no longer meant.
using MetBody = void (*)(void *argument, const MetRow &row);
int64 for_each_met(const Met &met, MetBody body, void *argument);
template <typename F>
int64 for_each_met(const Met &met, F body) {
    return for_each_met(
        met, [](void *f, const MetRow &row) { (*static_cast<F *>(f))(row); }, &body);
}

// The same of a row that need not be stored. row: of a table that has what the reach asks for; in: where it is, or will be.
bool is_met(const Reach &reach, const SqlValue &row, Oid in);

// Raises the error, where it is of what rows hold without what they hold.
[[noreturn]] void refuse_failing(const Reach &reach, ErrorData *error);
// "(t.id = ANY ($1)) OR (...)"
void append_reached(StringInfo sql, const Reach &reach, Parameters *parameters);

// Whether a row that these holds reach is in the table or partition, where they are called for a row of t, or below it.
inline bool meets(const Reach &reach, Oid relid) { return is_below(relid, reach.relid) || is_below(reach.relid, relid); }

// Those of the holds (of Hold) that are on this human, by whichever of the rows that are it.
List *holds_on(const Subject &subject, List *holds);

// Whether a hold is on this human, by whichever of the rows that are it. Cheap while none stands.
bool is_held_person(const Subject &subject);

void init_held_rows();

}  // namespace pg_retention
