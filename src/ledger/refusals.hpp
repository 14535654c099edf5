#pragma once
// Messages that were refused. The transaction that is refused rolls back, so each leaves its count in shared memory, from where a sweep
// writes it into retention.refused_messages.
#include "pg/postgres.hpp"

namespace pg_retention {

// One more. reason: as the documentation has it. It is about to be an error.
void note_refusal(Oid relid, const char *purpose, const char *reason);

// Writes what this database's were. For a sweep; SPI must be connected.
void record_refusals();

void init_refusals();

}  // namespace pg_retention
