#pragma once
// What an erasure does with each row that leads to the person.
#include "core/time/clock.hpp"
#include "subject/others.hpp"

extern "C" {
#include "storage/itemptr.h"
}

namespace pg_retention {

enum class Fate : uint8_t {
    kNothing,  // done before
    kDelete,
    kAnonymise,
    kKeep,        // the law keeps the row: hidden, and what the law does not need anonymised
    kDefer,       // a hold or a restriction stands: goes when that is lifted
    kSpare,       // a hold stands, and nothing can be marked as waiting: to be asked for again
    kTakeOut,     // it is about somebody else, too: the person is taken out of it
    kNotCovered,  // nothing says what to do with it: as kTakeOut, and said
    kUnlink,      // nothing but a link between the person and something else, or without a policy and to go with the person
};

struct Doomed {
    Oid leaf;
    ItemPointerData tid;
    core::Clock clock;
    core::Clock in_the_end;  // without what was decided: what it would be if every policy were enforced
    Fate fate;
    const Link *link;   // by which the row was reached
    List *others;       // of Other
    const char *why;    // of kKeep, kDefer, kNotCovered: the law, what stands against it, what is missing
    const char *until;  // local date; null: none is known yet
};

// Where a row is.
struct RowPlace {
    Oid leaf;
    ItemPointerData tid;
};

// In the order of places, those of a leaf together.
inline bool is_before(const RowPlace &a, const RowPlace &b) {
    if (a.leaf != b.leaf) return a.leaf < b.leaf;
    return ItemPointerCompare(const_cast<ItemPointer>(&a.tid), const_cast<ItemPointer>(&b.tid)) < 0;
}

// The rows of one condition of a table, locked in the order of their keys; in that of their places, those of a leaf together. Those of the table that
// holds reach are marked then: some may have come while others were waited for.
RowPlace *lock_doomed(const ReachedTable &table, int condition, int *n);
// Those of one leaf, which are locked, each with its fate. Fewer where one is gone since.
Doomed *doomed_rows(const Subject &subject, const ReachedTable &table, int condition, RowPlace *places, int *n);
// Of one leaf, to where they are now: what was done to others has had keys unset in them, or triggers write to them.
void follow_newest(Doomed *rows, int n);
void follow_newest(RowPlace *places, int n);

constexpr bool deletes(Fate fate) noexcept { return fate == Fate::kDelete || fate == Fate::kUnlink; }

}  // namespace pg_retention
