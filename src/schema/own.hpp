#pragma once
// Statements on the extension's own tables; pg/sql.hpp says which one to take.
#include "schema/extension.hpp"
#include "pg/clock_datum.hpp"
#include "pg/sql.hpp"

namespace pg_retention {

template <typename... T>
SqlRows own(const char *sql, const T &...values) {
    return write_as(extension_owner(), sql, values...);
}

template <typename... T>
SqlRows read_own(const char *sql, const T &...values) {
    return read_as(extension_owner(), sql, values...);
}

inline SqlValue clock_value(core::Clock clock) { return typed(extension()->clock_type, clock_datum(clock)); }

}  // namespace pg_retention
