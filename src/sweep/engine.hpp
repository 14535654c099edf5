#pragma once
// What a sweep is made of: steps, each a transaction of its own where the caller allows it.
#include "schema/own.hpp"
#include "policy/policy_cache.hpp"
#include "pg/postgres.hpp"
#include "sweep/totals.hpp"

extern "C" {
#include "executor/spi.h"
#include "nodes/pg_list.h"
#include "portability/instr_time.h"
}

namespace pg_retention {

enum class Caller : uint8_t { kWorker, kProcedure, kTransactionBlock };

// How fast the sweep of a policy may go, see sweep/limits.hpp.
struct Limits {
    int transaction_time;  // milliseconds
    int rows_per_second;   // 0: no limit
    int wal_per_second;    // kB; 0: no limit
    int max_standby_lag;   // kB; -1: no limit
    int lock_timeout;      // milliseconds
};

struct Engine {
    Caller caller;
    MemoryContext context;  // lives for the whole pass
    int64 run_id;
    Totals totals;
    const char *problem;    // the last one; null: none
    bool unfinished;        // something goes on: do not wait for the next pass
    bool stamping;          // and another process would begin it anew
    instr_time turn_began;  // of the table that is swept
    instr_time work_began;  // of the step
    double owed;            // milliseconds of pause, see sweep/pause.hpp
    int16_t policy_id;      // whose turn it is; 0: nobody's
    Limits limits;          // of that
    bool unpaced;           // policies come into force: what waits for that is not kept waiting
    List *swept;            // how many rows of which tables were taken, of sweep/vacuum.cpp
    List *blocked;          // what failed before, of sweep/task.cpp
    void (*between)();      // called between transactions; may be null
};

// From begin to end one transaction, with SPI connected; in a transaction block all steps share the caller's. A step first takes a shared
// lock on the extension, so that it is not dropped meanwhile. DROP EXTENSION takes that lock before any other that a step could wait for, so
// the two cannot deadlock. That it was dropped before is an error (42704).
void begin_step(Engine *engine);
// False instead of the error; the step is begun all the same.
bool begin_step_if_installed(Engine *engine);
void end_step(Engine *engine);

// A worker leaves a table after the time of one step, however many rows are due, and comes back when the others had their turn. Where other
// databases wait for a worker it does so after a second.
void begin_turn(Engine *engine);
bool turn_is_over(Engine *engine);

// The tables that hold rows of the relation: itself, or its partitions, by OID.
List *leaves_of(Oid relid);

// Keeps the message for the run's record, and logs it.
void note_problem(Engine *engine, const char *what, const ErrorData *error);

}  // namespace pg_retention
