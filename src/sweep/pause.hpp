#pragma once
// A sweep lets others have their turn: after each step it pauses, as many times as long as the step took as its nice ratio says. The step's
// transaction is over by then, so that nothing is held meanwhile.
#include "sweep/engine.hpp"
#include "sweep/progress.hpp"

namespace pg_retention {

// 0: it goes on at once. In a transaction block always, for there the locks would be held meanwhile.
double nice_ratio(const Engine &engine);

// Milliseconds, or until a worker's new configuration is to be read. Raises what ends the statement from outside.
void wait_between_steps(const Engine &engine, Pausing why, double milliseconds);

void begin_work(Engine *engine);
// After a step's transaction. Raises what ends the statement from outside.
void pause_after_work(Engine *engine);

}  // namespace pg_retention
