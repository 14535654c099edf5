#pragma once
// Rows that a legal hold reaches by what they hold: it is on the row, on a person whom the row is about, or on the rows of a condition. Those
// that were there when it was placed are marked in their clocks, and so is what is written later. Whoever takes a row away asks all the same.
#include "core/time/clock.hpp"
#include "policy/holds.hpp"

extern "C" {
#include "access/htup.h"
#include "utils/rel.h"
}

namespace pg_retention {

struct ClockRange {
    core::Clock from;
    core::Clock until;
};

// Whoever knows persons answers; set once, when the library is loaded.
struct HeldRows {
    // By what the row holds, whether it is stored or not; other tables on its way to a person are read as the caller's query sees them.
    bool (*reaches)(Relation rel, HeapTuple row);
    // Whether one of the holds that reach the row does so no longer when it is written so.
    bool (*leaves_one)(Relation rel, HeapTuple was, HeapTuple is);
    // Whether whom holds are on, or whose the rows of the table are, cannot be read: then none of them goes.
    bool (*cannot_tell)(Oid relid);
    // The same as leaves_one of rows that lead over it to persons.
    bool (*leads_away)(Relation rel, HeapTuple was, HeapTuple is);
    // Whether one of them is on the partition where the row is, and not on the one that it moves to.
    bool (*left_behind)(Relation rel, HeapTuple row, Oid to);
    // Of a row that is written: where it may be another row of a human whom a hold is on, nobody goes on from whom he knew to be held.
    void (*note_person)(Relation rel, HeapTuple row);
    // Whether such a row of the table, or of a partition of it, is not marked yet.
    bool (*any_unmarked)(Oid relid);
    // Marks them; with a range those whose clocks are in it, by the index.
    void (*mark)(Oid relid, const ClockRange *only);
};
inline constinit HeldRows held_rows = {};

inline bool is_reached_by_hold(Relation rel, HeapTuple row) {
    return may_hold_rows(RelationGetRelid(rel)) && held_rows.reaches(rel, row);
}

// Of each row that is written, before it is.
inline void note_person_written(Relation rel, HeapTuple row) {
    if (may_hold_rows(RelationGetRelid(rel))) held_rows.note_person(rel, row);
}

// The same for whoever marks the row: it stays so, for nobody lifts a hold on rows of the table before the transaction ends.
inline bool is_reached_until_end(Relation rel, HeapTuple row) {
    for (;;) {
        const uint64_t reading = holds_reading();
        if (!is_reached_by_hold(rel, row)) return false;
        keep_lifts_off(RelationGetRelid(rel));
        if (reading == holds_reading()) return true;
    }
}

// Before rows of the table are looked for by their clocks.
inline void mark_held_rows(Oid relid, const ClockRange *only = nullptr) {
    if (may_hold_rows(relid)) held_rows.mark(relid, only);
}

// Of all tables that have a policy: flags that a restore did not bring are set again.
void mark_all_held_rows();

}  // namespace pg_retention
