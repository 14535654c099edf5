#pragma once
// What the configuration said and says, as an entry of the ledger has it: by which rule a row went can be shown from the ledger alone.
//
//   {"policy": "users", "old": {"keep_for": "30 days"}, "new": {"keep_for": "60 days"}}
//
// Values are the text of the columns. What is written or removed has all that are not null; what changes has those that differ.
#include "pg/postgres.hpp"

extern "C" {
#include "access/htup.h"
#include "access/tupdesc.h"
#include "lib/stringinfo.h"
}

namespace pg_retention {

// "key": "value"
void put_json(StringInfo out, const char *key, const char *value);

// The same of a value that is JSON already.
void put_raw_json(StringInfo out, const char *key, const char *json);

// {"category": "email", ...}: of one row.
void put_terms(StringInfo out, TupleDesc desc, HeapTuple row);

// "old": {...}, "new": {...}; either may be null, where there was or is none.
void put_change(StringInfo out, TupleDesc desc, HeapTuple before, HeapTuple after);

// Whether anything differs that is somebody's decision.
bool same_terms(TupleDesc desc, HeapTuple before, HeapTuple after);

}  // namespace pg_retention
