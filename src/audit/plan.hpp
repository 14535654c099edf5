#pragma once
// One statement for a table or partition: of each row its clock, which policy has it, what stands at the end of each way of each policy, and
// whether an anonymised one holds a value. All rows at once, joined to the tables of the paths; no trigger's function has a part in it.
#include "audit/judge.hpp"
#include "pg/sql.hpp"
#include "pg/timezone.hpp"
#include "schema/path.hpp"

namespace pg_retention {

struct AuditedWay {
    StartType type;
    bool defaults;  // as in WayNow
    int value;      // column of the result
    int leads;      // the same: whether a row is there; 0 where there are no hops
    const Path
        *apart;  // not null: the way is followed apart from the statement, which reads the row's own key from column "value" on
};

struct AuditedPolicy {
    int16_t id;
    pg_tz *timezone;
    const char *name;
    bool anonymises;
    bool starts_all;
    int n_ways;
    AuditedWay *ways;
};

struct AuditPlan {
    Oid leaf;
    Oid owner;  // the role to act as
    int n_policies;
    AuditedPolicy *policies;
    const char *sql;  // of all rows
};

// The columns that each result begins with. kDoneColumn is the name of a personal column that was anonymised before its row, and holds a
// value; null: none is.
enum : int { kTidColumn = 1, kClockColumn, kPolicyColumn, kHoldsColumn, kDoneColumn, kFirstWayColumn };

// Errors: a policy that does not fit the schema; 42501 for a partition whose owner's rights the owner of its table does not have.
AuditPlan plan_audit(Oid leaf);

// The same for rows with ctids from $1 up to, exclusive, $2.
const char *within_blocks(const AuditPlan &plan);

}  // namespace pg_retention
