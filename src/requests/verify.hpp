#pragma once
// What erasures left to be looked for later: no value is kept, but keyed hashes of the values' forms, until all is looked through.
#include "requests/traces.hpp"
#include "sweep/engine.hpp"

namespace pg_retention {

// The places are looked through by the worker's next passes. Error 55000 when no retention.erasure_key_file is set.
void enter_for_later(const Model &model, int64 verification, const Traces &traces, List *places);

// One pass: a worker's looks at retention.verify_blocks blocks, a caller's at all. between: called between transactions; may be null.
void verify_erasures(Caller caller, void (*between)());

}  // namespace pg_retention
