#include "policy/policy_argument.hpp"

#include "pg/arguments.hpp"
#include "policy/rights.hpp"
#include "schema/own.hpp"

extern "C" {
#include "catalog/pg_type.h"
#include "utils/builtins.h"
}

namespace pg_retention {

const Policy &policy_argument(FunctionCallInfo fcinfo) {
    const bool by_number = get_fn_expr_argtype(fcinfo->flinfo, 0) == INT4OID;
    const char *name = by_number ? nullptr : text_to_cstring(PG_GETARG_TEXT_PP(0));
    int count = 0;
    const Policy *policy = all_policies(&count);
    for (int i = 0; i < count; ++i)
        if (by_number ? policy[i].id == PG_GETARG_INT32(0) : strcmp(policy[i].name, name) == 0) return policy[i];
    ereport(ERROR,
            (errcode(ERRCODE_UNDEFINED_OBJECT),
             by_number ? errmsg("policy %d does not exist", PG_GETARG_INT32(0)) : errmsg("policy \"%s\" does not exist", name),
             errhint("See retention.policy.")));
    pg_unreachable();
}

const Policy &own_policy_argument(FunctionCallInfo fcinfo) {
    require_argument(fcinfo, 0, "a policy");
    const Policy &policy = policy_argument(fcinfo);
    require_ownership(policy.relid, psprintf("of policy \"%s\"", policy.name),
                      "What is done with rows is decided by who owns them, or by a superuser.");
    return policy;
}

void follow_name(const char *old, const char *name) {
    connect_spi();
    own("WITH w AS (UPDATE retention.sweep_window SET policy = $2 WHERE policy = $1) "
        "UPDATE retention.sweep_pace SET policy = $2 WHERE policy = $1",
        old, name);
    SPI_finish();
}

}  // namespace pg_retention
