#pragma once
// What the launcher and the workers of all databases know of each other, in shared memory: whose turn it is, what failed, and since when.
#include "pg/postgres.hpp"

extern "C" {
#include "port/atomics.h"
#include "storage/latch.h"
}

namespace pg_retention {

// A database that may have a worker. Times are the system's; 0: never.
struct Served {
    Oid database;
    pid_t worker;  // 0: none runs
    bool asked;    // a worker was asked for, and has not begun
    bool absent;   // the last one found no extension
    bool told;     // since it began, somebody said that there is one
    bool goes_on;  // the last one left something for the next, because others waited
    TimestampTz due_at;
    TimestampTz began_at;   // the last pass
    TimestampTz ended_at;   // 0 while it goes on
    TimestampTz failed_at;  // the first of the failures in a row; 0: the last pass did not fail
    TimestampTz logged_at;
    char problem[200];  // the last one, also when it is over
};

constexpr int kMostServed = 4096;
struct Board {
    Latch *launcher;           // null: it does not run
    pg_atomic_uint32 waiting;  // databases that are due, and have no worker because there was no slot
    int n;
    Served all[kMostServed];
};

// Between the two nothing may be raised.
Board *lock_board();
void unlock_board();
// Locked. Null: it is not there.
Served *find_served(Board *board, Oid database);

// Locked. Notes that the database is not served, and why. Whether the server log is to have it: of one and the same problem once an hour.
bool note_problem_of(Served *served, const char *problem, TimestampTz now);

// Some database waits for a worker to end.
bool others_wait();

void init_board();  // before shared memory is made

}  // namespace pg_retention
