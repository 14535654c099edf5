#pragma once
// The wall between C++ exceptions and ereport: an exception that leaves a SQL function aborts the server, and an
// ereport inside a handler leaks the exception object. So: catch, leave the handler, then report.
#include "core/data/result.hpp"
#include "pg/postgres.hpp"

namespace pg_retention {

struct ErrorRecord {
    int sqlstate;
    char message[512];
};

// Sorts the exception in flight into rec; allocates nothing. Call it inside a catch block only.
void capture(ErrorRecord &rec) noexcept;

[[noreturn]] void report(const ErrorRecord &rec);

// Reports an expected failure of core with its SQLSTATE, message and hint.
[[noreturn]] void raise(const core::Error &error);

// The same for an input function: where the caller wants to be told, it is, and this returns.
Datum reject_input(FunctionCallInfo fcinfo, const core::Error &error);

template <typename F>
auto guarded(F &&body) -> decltype(body()) {
    ErrorRecord rec;
    try {
        return body();
    } catch (...) {
        capture(rec);
    }
    report(rec);
}

}  // namespace pg_retention

// Defines an SQL-callable function: exported entry, guard, hidden body.
#define RETENTION_FUNCTION(name)                                                           \
    static Datum name##_body(FunctionCallInfo fcinfo);                                     \
    extern "C" {                                                                           \
    PGDLLEXPORT Datum name(PG_FUNCTION_ARGS);                                              \
    PG_FUNCTION_INFO_V1(name);                                                             \
    Datum name(PG_FUNCTION_ARGS) {                                                         \
        return pg_retention::guarded([fcinfo]() -> Datum { return name##_body(fcinfo); }); \
    }                                                                                      \
    }                                                                                      \
    static Datum name##_body([[maybe_unused]] FunctionCallInfo fcinfo)
