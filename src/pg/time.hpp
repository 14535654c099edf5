#pragma once
// The time. Nothing else in the library reads a clock.
#include "pg/postgres.hpp"

extern "C" {
#include "utils/guc.h"
}

namespace pg_retention {

// The start of the running statement, or the injected time in its place.
TimestampTz retention_now();

bool check_test_now(char **newval, void **extra, GucSource source);
void assign_test_now(const char *newval, void *extra);

}  // namespace pg_retention
