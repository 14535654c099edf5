#pragma once
// Ways over tables whose owners' rights the audited table's owner does not have: no statement of his joins them, so each is read by its own.
#include "audit/plan.hpp"

namespace pg_retention {

// What stands at the end of a way of each row of a result.
struct Ends {
    bool *leads;
    bool *is_set;
    Datum *values;
};

Ends follow_apart(const AuditPlan &plan, const AuditedWay &way, const SqlRows &rows);

}  // namespace pg_retention
