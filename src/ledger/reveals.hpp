#pragma once
// Uses of retention.reveal, one entry per transaction. A transaction that is rolled back takes its entry along, so it leaves it
// in shared memory, from where the database's worker writes it.
#include "pg/postgres.hpp"

namespace pg_retention {

// The first use in this transaction, by the current user.
void note_reveal(const char *reason);

// Whether there was one, until the transaction has ended: what its own end does may be the first use.
bool is_reveal_noted();

// Writes what rolled-back transactions of this database left. For the worker.
void record_left_reveals();

void init_reveals();

}  // namespace pg_retention
