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

bool is_running_own() { return is_running_as(Exemption::kOwn) || is_running_as(Exemption::kOwnForFew); }

}  // namespace pg_retention
