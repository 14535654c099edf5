#pragma once
// Rows about which something was decided and that wait: for their last reference, or for the law to let them go. They may wait for ever, so
// each pass of a session goes on where its last one stopped, and does not come upon the same ones again and again; a worker goes through
// all of them, as far as its turn lasts.
#include "core/time/clock.hpp"
#include "pg/sql.hpp"

namespace pg_retention {

struct Cursor {
    Oid leaf;
    int16_t policy_id;
    core::Clock clock;
    ItemPointerData tid;
};

// One per purpose and backend.
struct Cursors {
    static constexpr int kMost = 64;
    Cursor all[kMost];
};

Cursor *cursor_of(Cursors *cursors, int16_t policy_id, Oid leaf);

struct Waiting {
    Oid owner;
    Oid leaf;
    int16_t policy_id;
    core::Start until;
    int most;
    Datum but;  // tid[]
};

// The next of them, locked: tableoid, ctid, clock. Fewer than the most: those were the last, and the next call begins anew.
SqlRows next_waiting(Cursors *cursors, const Waiting &wanted);

}  // namespace pg_retention
