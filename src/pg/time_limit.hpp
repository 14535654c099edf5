#pragma once
// A limit on the time that other people's code may take, which that code cannot lift: a timer of our own, where a setting would be
// the code's to change.
#include "pg/postgres.hpp"

namespace pg_retention {

// Until end_time_limit(): once the time is over, what runs is cancelled as if somebody had asked for it, and again each time it
// catches that. Code that goes on all the same ends its process. 0: there is no limit.
void begin_time_limit(int milliseconds);

// Whether one stands now.
bool has_time_limit();

// Returns whether the time was over. False, too, when somebody asked this process to cancel.
bool end_time_limit();

// For a process's handler of SIGINT: so that a limit can tell a cancel that somebody asked for from its own.
void ask_to_cancel();

// The server itself ended the statement: it was cancelled, or a timeout was over. An error that code raises under the same SQLSTATE is not
// meant.
bool is_interrupt(const ErrorData *error);

}  // namespace pg_retention
