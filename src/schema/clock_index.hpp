#pragma once
// Looks into B-trees on clocks without having them described: a thousand descriptions would be some megabytes of each worker that looks into
// as many, and what they say is of no use for one kind of key.
#include "core/time/clock.hpp"
#include "pg/postgres.hpp"

namespace pg_retention {

// Of one column, ascending, by the type's own operators, permanent. The index, or its table, must be locked.
struct ClockIndex {
    Oid tablespace;
    Oid file;
};

// Whether it may have an entry from first to last. Those of rows that are gone count until they are known for dead. True, too, where the tree
// is not as expected.
bool may_have_entry(const ClockIndex &index, core::Clock first, core::Clock last);

}  // namespace pg_retention
