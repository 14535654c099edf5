#pragma once
// Indexes that are not valid: CREATE INDEX CONCURRENTLY failed, and whatever writes indexes anew builds them.
#include "pg/postgres.hpp"

namespace pg_retention {

// Error 42501 where one of the table, or of one below it, would tell of rows as it is built: whether two are equal, or an expression fails on one.
void refuse_unbuilt_index(Oid relid);

}  // namespace pg_retention
