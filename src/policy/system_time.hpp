#pragma once
// Whether the system's time can be what it says: it has gone on, while the server runs, as the monotonic clock has, and is not before what a
// sweep has seen. Of more than a day it is a jump, and nothing is swept by a time that jumped. A server that was off has not jumped. Injected
// time is none of this.
#include "pg/postgres.hpp"

namespace pg_retention {

// Microseconds by which it jumped; 0: it did not. SPI must be connected.
int64 system_time_jump();

// What a sweep has seen. SPI must be connected.
void note_system_time();

// Whoever looked at it says that it is right: it goes on from here.
void accept_system_time();

void init_system_time();

}  // namespace pg_retention
