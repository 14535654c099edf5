#pragma once
// Looks into B-trees on clocks without having them described: a thousand descriptions would be some megabytes of each worker that looks into
// as many, and what they say is of no use for one kind of key.
#include "core/time/clock.hpp"
#include "pg/postgres.hpp"

extern "C" {
#include "nodes/nodes.h"
#include "utils/relcache.h"
}

namespace pg_retention {

// An index on the clock alone, in its order, of what is pending: ours, or one as good.
bool is_clock_index(Relation index, AttrNumber clock);

// The condition of such an index: what a sweep asks for, as in pending_range(). Under another one it has not all rows that are due.
bool is_of_pending(const Node *condition, AttrNumber clock);

// Of one column, ascending, by the type's own operators, permanent. The index, or its table, must be locked.
struct ClockIndex {
    Oid tablespace;
    Oid file;
};

// Whether it may have an entry from first to last. Those of rows that are gone count until they are known for dead. True, too, where the tree
// is not as expected.
bool may_have_entry(const ClockIndex &index, core::Clock first, core::Clock last);

}  // namespace pg_retention
