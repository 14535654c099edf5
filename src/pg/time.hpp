#pragma once
// The time. Nothing else in the library reads a clock.
#include "pg/postgres.hpp"

extern "C" {
#include "utils/guc.h"
}

namespace pg_retention {

// The start of the running statement, or the injected time in its place.
TimestampTz retention_now();

// The start of the transaction, or the injected time.
TimestampTz retention_transaction_start();

// How often time was injected. What is remembered of a transaction ends there, too, so that a test need not commit.
uint64 times_injected();

bool check_test_now(char **newval, void **extra, GucSource source);
void assign_test_now(const char *newval, void *extra);

}  // namespace pg_retention
