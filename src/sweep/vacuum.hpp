#pragma once
// The space of what sweeps took is made reusable, and what it held overwritten in time, by the worker: it vacuums a table when they took as much of it as
// retention.vacuum_scale_factor says, and a day after the first row at the latest.
#include "ledger/consequences.hpp"
#include "sweep/engine.hpp"

namespace pg_retention {

// A sweep took so many rows of a table or partition.
void note_swept(Engine *engine, Oid leaf, int64 rows);
// What went along with rows, of whichever tables.
void note_gone_along(Engine *engine, const Account &account);
// At the end of a pass.
void record_swept(Engine *engine);

// Between two steps of a worker.
void vacuum_swept(Engine *engine);

}  // namespace pg_retention
