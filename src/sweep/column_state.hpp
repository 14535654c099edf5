#pragma once
// How far columns with a period of their own are done, in one table or partition of a policy.
#include "sweep/engine.hpp"

namespace pg_retention {

struct Column {
    AttrNumber number;
    NameData name;
    core::Start cutoff;  // the latest start for which its period is over
    core::Start done;    // as in retention.column_progress; -1: none
    core::Start taken;
    TimestampTz armed_at;  // as in retention.declared_column; infinity: it does not know of what is declared now
};

// By number; how many.
int read_columns(const Policy &policy, Oid leaf, Column **columns);

// Columns wait as rows do until the quarantine has run since the policy was put in force, or their declaration was found.
TimestampTz waits_until(const Policy &policy, TimestampTz armed_at);

}  // namespace pg_retention
