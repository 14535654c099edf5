#include "pg/query.hpp"

#include <algorithm>

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
    for (int i = 0; i < parameters->n; ++i)
        if (parameters->types[i] == type && parameters->values[i] == value) return i + 1;
    if (parameters->n == parameters->room) {
        const int room = parameters->room == 0 ? 8 : 2 * parameters->room;
        auto *types = static_cast<Oid *>(palloc(sizeof(Oid) * room));
        auto *values = static_cast<Datum *>(palloc(sizeof(Datum) * room));
        std::copy(parameters->types, parameters->types + parameters->n, types);
        std::copy(parameters->values, parameters->values + parameters->n, values);
        parameters->types = types;
        parameters->values = values;
        parameters->room = room;
    }
    parameters->types[parameters->n] = type;
    parameters->values[parameters->n++] = value;
    return parameters->n;
}

uint64 read_as(Oid owner, const char *sql, int n, Oid *types, Datum *values) {
    return run_as(owner, sql, n, types, values, true);
}

uint64 write_as(Oid owner, const char *sql, int n, Oid *types, Datum *values) {
    return run_as(owner, sql, n, types, values, false);
}

Datum result_value(uint64 row, int column, bool *isnull) {
    return SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, column, isnull);
}

const char *result_text(uint64 row, int column) { return SPI_getvalue(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, column); }

}  // namespace pg_retention
