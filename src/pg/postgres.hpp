#pragma once
// The only way to PostgreSQL's headers: C linkage, postgres.h first, C++ headers before it.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <new>

// Empty in PostgreSQL 15; everything else in the library is hidden.
#ifndef PGDLLEXPORT
#define PGDLLEXPORT __attribute__((visibility("default")))
#endif

extern "C" {
#include "postgres.h"

#include "access/attnum.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"
#if __has_include("varatt.h")  // 16: no longer a part of postgres.h
#include "varatt.h"
#endif
}

// Marks the extension's own errors: theirs are words that anybody may read.
#undef TEXTDOMAIN
#define TEXTDOMAIN "pg_retention"
