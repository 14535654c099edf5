#pragma once
// The turn of a policy: what became hidden is entered in the ledger, then rows that are due, rows that waited for others, and columns are done.
#include "sweep/engine.hpp"
#include "sweep/order.hpp"

namespace pg_retention {

// Tells a caller what came of it.
void sweep_policy(Engine *engine, const Swept &policy);

// When all policies had their turns: rows that refer to each other.
void untie_policy(Engine *engine, const Swept &policy);

}  // namespace pg_retention
