#pragma once
// A path: a column, or foreign-key columns joined by dots to a column of another table (DESIGN: clock_starts). Of a column of numbers it says
// what they count since 1970: "seconds(created)", "milliseconds(room_id.left_ts)", "microseconds(...)".
#include "pg/postgres.hpp"

namespace pg_retention {

constexpr int kMaxHops = 16;
constexpr int kMaxKeys = 8;

// Whether the rows that belong together are those that the key's own operators find equal.
enum class KeyForm : uint8_t {
    kFollowed,
    kNotEnforced,    // a row may refer to one that is not there, and comes or goes unseen
    kPeriod,         // a row refers to several that cover its period together
    kNotCollected,   // its values cannot be collected in an array that is taken apart again
    kOtherEquality,  // its index has an operator class under which other values are equal than the type says
    kTooWide         // it has more columns than kMaxKeys; those are in the hop, n_keys says how many there are
};

struct Given;

struct Hop {
    Oid from_relid;
    Oid to_relid;
    int n_keys;
    AttrNumber from[kMaxKeys];
    AttrNumber to[kMaxKeys];
    Oid equal[kMaxKeys];  // the key's operators: referenced column = referring one
    KeyForm form;
    bool sets_default;      // when the row it refers to goes or gets another key
    bool cascades_updates;  // takes another key over from it
    Oid constraint;         // invalid: the application keeps the key (schema/logical_key)
    const Given *given;     // what a row that refers holds besides; null: each does refer
};

enum class StartUnit : uint8_t { kNone, kSeconds, kMilliseconds, kMicroseconds };

struct StartType {
    Oid type;  // date, timestamp or timestamptz; with a unit integer, bigint or double precision
    StartUnit unit;
};

struct Path {
    int n_hops;
    Hop hops[kMaxHops];
    Oid relid;  // the table of the last column
    AttrNumber column;
    StartType type;
};

struct Problem {
    int sqlstate;
    const char *message;  // palloc'ed; null: no problem
    const char *hint;
};

// What stands in the parentheses of a unit, or the text itself.
const char *without_unit(const char *text, StartUnit *unit);
const char *name_of(StartUnit unit);  // null: none

// Resolves text from relid through pg_constraint. False: problem says why.
bool resolve_path(Oid relid, const char *text, Path *path, Problem *problem);

// The narrowest foreign key of the table that has the column, whatever its form. False: there is none.
bool find_foreign_key(Oid relid, AttrNumber column, Hop *hop);

// Why the key cannot be followed. False: it can be.
bool is_not_followed(const Hop &hop, Problem *problem);

// Whether a key on the path is set to its default when the row it refers to goes: the row leads elsewhere then, and nobody pointed it there.
bool sets_default(const Path &path);

// True when the path reads this column (as a key or as the start).
bool path_reads(const Path &path, Oid relid, AttrNumber column);

// The same keys to the same column, from the same table.
bool is_same_way(const Path &a, const Path &b);

}  // namespace pg_retention
