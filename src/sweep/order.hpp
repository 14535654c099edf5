#pragma once
// In which order policies are swept: rows before those on their paths, for a text is redacted while the names of its persons are still there;
// and before those they refer to, so that one pass is enough for a chain.
#include "policy/policy_cache.hpp"
#include "sweep/engine.hpp"

extern "C" {
#include "nodes/pg_list.h"
}

namespace pg_retention {

struct Swept {
    int16_t policy_id;
    Oid relid;
    const char *name;
    List *leaves;  // where something may be to do
    Limits limits;
    // Of the order alone:
    Oid top;         // the table whose partition it is, or itself
    List *on_paths;  // the other tables that its rows' clocks start by
    List *
        referred_to;  // and those that its rows refer to: a row there cannot go before, or takes along what its texts name; a partitioned one for its partitions
};

// In the current memory context.
Swept swept_policy(const Policy &policy, List *leaves);

// Where keys lead in a circle the paths decide.
void put_in_order(Swept *policies, int n);

}  // namespace pg_retention
