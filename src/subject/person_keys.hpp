#pragma once
// By which columns of a table persons are named, known without a statement: asked with each UPDATE of it.
#include "pg/postgres.hpp"

extern "C" {
#include "nodes/bitmapset.h"
}

namespace pg_retention {

// Of the kinds whose rows are the table's, or those of a table above it, by their numbers in the table. It lives until the next invalidation.
const Bitmapset *person_key_columns(Oid relid);

void init_person_keys();

}  // namespace pg_retention
