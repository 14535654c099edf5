#pragma once
// TOAST tables: long values of rows, without the rows' clocks.
#include "pg/postgres.hpp"

namespace pg_retention {

// It belongs to a governed relation, or to a catalog of statistics, which hold values of hidden rows.
bool is_toast_of_governed(Oid relid);

// Error 42501 for naming one.
[[noreturn]] void refuse_toast(Oid relid);

}  // namespace pg_retention
