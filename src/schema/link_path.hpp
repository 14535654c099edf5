#pragma once
// The way from a row to a person it concerns: foreign-key columns joined by dots up to the person's table
// ("case_id.opened_by"), and, in brackets, a foreign key of another table that refers here and is followed down
// ("[support.participants.case_id].user_id"). A key of a table to itself may be followed as often as it leads on, or not at all
// ("parent*.author"). Where there is no foreign key an element spells what it would be (schema/logical_key.hpp).
#include "schema/key_equality.hpp"
#include "schema/logical_key.hpp"

namespace pg_retention {

// One foreign key, seen from the row's side: a near row and a far row belong together when the columns are equal by the key.
struct Step {
    Oid near_relid;
    Oid far_relid;
    int n;
    AttrNumber near_columns[kMaxKeys];
    AttrNumber far_columns[kMaxKeys];
    bool down;           // several far rows may belong to one near row
    bool repeats;        // of a key of a table to itself: to what it refers to, what that refers to, and so on
    AttrNumber named;    // the column of the foreign key that the path names; invalid: a logical key
    const char *onward;  // the rest of the path, from the far table on
    Hop key;
};

// How near rows are found by what far ones hold, and far ones by what near ones hold.
inline Equalities finding_near(const Step &step) {
    return key_equalities(step.key, step.down ? Side::kReferenced : Side::kReferring);
}
inline Equalities finding_far(const Step &step) {
    return key_equalities(step.key, step.down ? Side::kReferring : Side::kReferenced);
}

// A foreign key refers to rows of the table itself, and not to those of tables that inherit from it, whatever keys these hold. Null: it has none.
char *own_rows_condition(Oid referred, const Hop &key);

// "t.a = 'x'": which near rows, and which far ones, belong together at all. Null: each.
inline char *near_condition(const Step &step) {
    return step.down ? own_rows_condition(step.near_relid, step.key) : given_condition(step.near_relid, step.key.given);
}
inline char *far_condition(const Step &step) {
    return step.down ? given_condition(step.far_relid, step.key.given) : own_rows_condition(step.far_relid, step.key);
}

struct LinkPath {
    int n_steps;
    Step steps[kMaxHops];
};

// False: problem says why. An empty text is the person's own row.
bool resolve_link(Oid relid, const char *text, Oid person_relid, LinkPath *path, Problem *problem);

// The path as text, with the names that tables and columns have now.
char *link_text(const LinkPath &path);

// The path from which one is left out of the steps that may be gone any number of times. False: it has not so many.
bool without_repeated(const LinkPath &path, int which, LinkPath *shorter);

// Which rows a path leads to, whatever it is called.
bool same_way(const LinkPath &a, const LinkPath &b);

// The step that follows this foreign key, up or down. False: a path cannot name it, for its columns belong to another one, too,
// or it cannot be followed.
bool step_along(const Hop &key, bool down, Step *step);

// The step that follows a logical key.
Step logical_step(const Hop &key, bool down);

}  // namespace pg_retention
