#pragma once
// Commands that commit on their way, CREATE INDEX CONCURRENTLY and VACUUM: run by a worker, between two steps, as if a client had sent them.
#include "pg/postgres.hpp"
#include "sweep/engine.hpp"

namespace pg_retention {

void run_top_level(const char *sql);

// What body does at top level; the error that it ended with, with all transactions left, or null. One that ends the worker is raised.
ErrorData *attempt_top_level(Engine *engine, void (*body)(void *argument), void *argument);

}  // namespace pg_retention
