#pragma once
// What of an error may be told to whoever watches the server. Its message and detail may hold values of rows.
#include "pg/postgres.hpp"

namespace pg_retention {

// The message where it is the extension's own or the server's word that something took too long; else SQLSTATE, table and constraint. Palloc'ed.
const char *cause_of(const ErrorData *error);

// The message with its detail: for those who may read the rows.
const char *reason_with_detail(const char *message, const char *detail);

}  // namespace pg_retention
