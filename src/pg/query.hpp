#pragma once
// Statements that read or write one table each and run with the rights of that table's owner, hidden rows included, so that
// nobody's code runs with more rights than its author has. SPI must be connected; the memory context stays what it was, and
// so results may be copied into it.
#include "pg/internal.hpp"
#include "pg/postgres.hpp"

namespace pg_retention {

// Parameters of a statement, collected while its text is written.
struct Parameters {
    int n;
    int room;
    Oid *types;
    Datum *values;
};

// Adds one and returns its number, from 1; the same value again has the same number.
int add_parameter(Parameters *parameters, Oid type, Datum value);

// Values are never null. The prepared statement is kept for the session. Returns the rows processed.
// read: in the snapshot of the calling statement. write: in a new one.
uint64 read_as(Oid owner, const char *sql, int n, Oid *types, Datum *values);
uint64 write_as(Oid owner, const char *sql, int n, Oid *types, Datum *values);

// Of the last result.
Datum result_value(uint64 row, int column, bool *isnull);
const char *result_text(uint64 row, int column);  // null when the value is

}  // namespace pg_retention
