#include "pg/query.hpp"

#include "pg/security.hpp"

namespace pg_retention {

namespace {

uint64 run_as(Oid owner, const char *sql, int n, Oid *types, Datum *values, bool read_only) {
    MemoryContext context = CurrentMemoryContext;
    const ActingAs saved = act_as(owner, true);
    const int code = execute_kept(sql, n, types, values, nullptr, read_only, 0);
    if (code < 0) elog(ERROR, "could not execute \"%s\": %s", sql, SPI_result_code_string(code));
    leave(saved);
    MemoryContextSwitchTo(context);
    return SPI_processed;
}

}  // namespace

int add_parameter(Parameters *parameters, Oid type, Datum value) {
    if (parameters->n == FUNC_MAX_ARGS)
        ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED), errmsg("too many paths lead from one table to persons")));
    parameters->types[parameters->n] = type;
    parameters->values[parameters->n++] = value;
    return parameters->n;
}

uint64 read_as(Oid owner, const char *sql, int n, Oid *types, Datum *values) { return run_as(owner, sql, n, types, values, true); }

uint64 write_as(Oid owner, const char *sql, int n, Oid *types, Datum *values) {
    return run_as(owner, sql, n, types, values, false);
}

Datum result_value(uint64 row, int column, bool *isnull) {
    return SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, column, isnull);
}

const char *result_text(uint64 row, int column) {
    return SPI_getvalue(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, column);
}

}  // namespace pg_retention
