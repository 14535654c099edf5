#include "pg/running.hpp"

extern "C" {
#include "nodes/plannodes.h"
}

namespace pg_retention {

constinit Dynamic<const QueryDesc *> running{nullptr};

bool is_running_as(Exemption as) {
    const QueryDesc *innermost = running;
    return innermost != nullptr && exemption_at(innermost->plannedstmt->stmt_location) == as;
}

}  // namespace pg_retention
