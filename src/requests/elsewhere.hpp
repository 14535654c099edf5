#pragma once
// What an erasure cannot reach is looked for by its value: at once where a table is small or has an index, later where it takes long.
#include "requests/erase.hpp"
#include "requests/traces.hpp"

namespace pg_retention {

// Appends ", "elsewhere": [{"table", "column", "rows", "whose"}], "verifying": [{"table", "columns"}], "unverified": [{"table", "why"}],
// "verification": number": where else something stands that tells who the person was, what is left to the worker to look through, and what
// nobody looks through. Where there is any of it, it is entered in retention.verification, but for a preview. Returns whether anything is left
// to be done or looked at.
bool append_elsewhere(StringInfo out, const Call &call, List *tables, const Traces &traces, Occasion occasion,
                      const char **verification);

}  // namespace pg_retention
