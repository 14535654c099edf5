#include "pg/running.hpp"

extern "C" {
#include "nodes/plannodes.h"
}

namespace pg_retention {

namespace {

constinit const QueryDesc *innermost = nullptr;

}  // namespace

const QueryDesc *running() { return innermost; }

bool is_running_as(Exemption as) { return innermost != nullptr && exemption_at(innermost->plannedstmt->stmt_location) == as; }

void set_running(const QueryDesc *query) { innermost = query; }

}  // namespace pg_retention
