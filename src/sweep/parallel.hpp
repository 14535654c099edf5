#pragma once
// Several tables at once: a worker whose turns need not wait for each other has helpers, processes of their own (retention.max_parallel_workers).
// Each does units of a plan that they share, as the worker would; the worker waits for them before its pass goes on.
#include "sweep/shared_plan.hpp"

namespace pg_retention {

// False: there is nobody to help, and nothing was done.
bool sweep_together(Engine *engine, const Swept *turns, int n);

// A helper's part, in no transaction. between: as of a pass.
void help_sweep(SharedPlan *plan, int helper, void (*between)());

}  // namespace pg_retention
