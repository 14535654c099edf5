#pragma once
// One pass over the policies of this database: prepare, count what is newly hidden, act on what is due.
#include "sweep/engine.hpp"

namespace pg_retention {

struct PassResult {
    bool absent;      // the extension is not installed here
    bool waiting;     // for retention.resume()
    bool unfinished;  // come back at once
    bool stamping;    // and in the same process, which knows how far it came
};

PassResult sweep_pass(Caller caller, void (*between)());

// For a pass that broke off with an error: records it. In no transaction.
void record_broken_pass(const char *problem);
// For what a helper of the run did not end.
void record_broken_part(int64 run_id, const char *problem);

}  // namespace pg_retention
