#include "pg/running.hpp"

extern "C" {
#include "nodes/plannodes.h"
}

namespace pg_retention {

constinit Dynamic<Running *> running{nullptr};

bool is_running_as(Exemption as) {
    const Running *innermost = running;
    return innermost != nullptr && exemption_at(innermost->query->plannedstmt->stmt_location) == as;
}

}  // namespace pg_retention
