#pragma once
// Lines of CSV as RFC 4180 writes them.
#include "pg/postgres.hpp"

extern "C" {
#include "lib/stringinfo.h"
}

namespace pg_retention {

// Null is an empty field, an empty text a quoted one.
void append_csv(StringInfo line, bool first, const char *value);

}  // namespace pg_retention
