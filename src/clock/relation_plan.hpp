#pragma once
// What it takes to compute the clock of a row: the table's policies with their conditions and paths, resolved once
// per backend and table, and again after any change of the catalogs or policies.
#include "clock/hops.hpp"
#include "schema/path.hpp"
#include "policy/policy_cache.hpp"
#include "core/time/clock.hpp"

extern "C" {
#include "utils/rel.h"
}

namespace pg_retention {

// A way of a policy that runs through a row which was written.
struct WrittenWay {
    int16_t policy_id;
    int way;       // which of the policy's
    bool relinks;  // and may refer to another row than before
    bool lost;     // because a foreign key set it to its default
    // Its start is a column of that row and stood there before. What another row gave before is not known.
    bool tells;
    bool was_null;
    Datum was;
};

// Why a clock is computed anew. A start that was reached is not lost because the way to it was: where a way of the row ends, or a foreign
// key's SET DEFAULT points it elsewhere, and no other way explains the start that the row has, the row keeps it, marked as orphaned, until
// the application points a way to a row that is there. The mark stays while another start has its place, too: then it says that there is one.
struct Cause {
    core::Clock before = core::kNoClock;  // what the row has now
    bool is_change = false;  // the row, or one on its way, is being written; else only what is marked already is kept
    const WrittenWay *written = nullptr;  // a row on these ways was
    int n_written = 0;
    const KnownRow *known = nullptr;  // a row on its ways that need not be asked for
    bool was_unwatched = false;       // the row stood where nobody followed what became of its ways
    bool is_repair = false;           // the row should have had the clock before
    bool forgets = false;             // nothing is kept: the row is being reinstated
    bool elsewhere = false;           // the clock is a publisher's: it names that one's policies, and late was late by them
    // What it would be: kReady, once policies that wait for their rows to be stamped are enforced; kAll, if all were that only observe.
    enum class Enforced : uint8_t { kNow, kReady, kAll } enforced = Enforced::kNow;
    int16_t as_if = 0;  // and, whatever it does now, this policy were; 0: none
};

// The clock a row should have: the policy that takes it (goes_before()), start from its paths. "stored" is the row as it stands
// in the table, null for a new one. Where its key is not the same, reading ancestors locks them, or a row
// inserted beside a concurrent change of its ancestor would escape. What was decided is not set. Errors: 22008 for a start at -infinity or outside 1400-9999.
core::Clock compute_clock(Relation rel, HeapTuple row, HeapTuple stored, const Cause &cause);

// For whoever tells why a row that is there has the clock that it has. Whether the policy, which stands for its table, has it, whatever others
// do; and where the ways to the policy's starts lead now: as many as it has.
bool has_row(Relation rel, int16_t policy_id, HeapTuple row);
struct LedTo {
    core::Start start;  // kNotStarted: none
    WayEnds ends;
};
LedTo *ways_of_row(Relation rel, int16_t policy_id, HeapTuple row);

// What a clock is computed from, for whoever computes it in another way. The policies that stand for rows of the table or partition, which has
// these partitioned tables above it, in the order of goes_before(): those of all of them are in one order.
const Policy **policies_of_rows(Oid relid, List *ancestors, int *n);
// The way to one of the policy's starts, from rows of the table or partition.
Path start_path(Oid relid, const Policy &policy, int i);

void init_relation_plans();

}  // namespace pg_retention
