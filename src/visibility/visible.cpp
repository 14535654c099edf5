// The condition itself, evaluated per row; time, reveal and cutoffs are bound once per execution.
#include "catalog/extension.hpp"
#include "catalog/policy_cache.hpp"
#include "pg/compat.hpp"
#include "pg/guard.hpp"
#include "pg/settings.hpp"
#include "pg/time.hpp"
#include "visibility/visibility.hpp"

extern "C" {
#include "access/parallel.h"
#include "access/xact.h"
#include "commands/dbcommands.h"
}

namespace pg_retention {

namespace {

struct Bound {
    int16_t id;
    bool hides;
    bool legal;  // the user may read what the law keeps
    core::Cutoffs cutoffs;
};

struct Binding {
    bool reveal;
    int n;
    Bound *policies;
};

// A superuser has every role's privileges, and is no accountant for that.
bool has_legal_access(const Policy &policy) {
    const Oid user = GetUserId();
    for (int i = 0; i < policy.n_legal_access; ++i)
        if (superuser_arg(user) ? is_member_of_role_nosuper(user, policy.legal_access[i])
                                : has_privs_of_role(user, policy.legal_access[i]))
            return true;
    return false;
}

Binding *bind(FunctionCallInfo fcinfo) {
    auto *binding = static_cast<Binding *>(MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(Binding)));
    int count = 0;
    const Policy *policy = all_policies(&count);
    const TimestampTz now = retention_now();
    binding->reveal = settings::reveal;
    if (binding->reveal) record_reveal();
    binding->policies = static_cast<Bound *>(MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(Bound) * (count + 1)));
    for (int i = 0; i < count; ++i) {
        Bound *bound = &binding->policies[binding->n++];
        bound->id = policy[i].id;
        bound->hides = enforced(policy[i]);
        bound->legal = bound->hides && has_legal_access(policy[i]);
        if (bound->hides) bound->cutoffs = cutoffs_of(policy[i], now);
    }
    fcinfo->flinfo->fn_extra = binding;
    return binding;
}

const Bound *bound_policy(const Binding &binding, int16_t id) {
    for (int i = 0; i < binding.n; ++i)
        if (binding.policies[i].id == id) return &binding.policies[i];
    return nullptr;
}

bool is_visible(FunctionCallInfo fcinfo, core::Clock clock) {
    auto *binding = static_cast<Binding *>(fcinfo->flinfo->fn_extra);
    if (binding == nullptr) binding = bind(fcinfo);
    if (binding->reveal) return true;
    if ((core::flags_of(clock) & core::kRestricted) != 0) return false;
    const Bound *bound = bound_policy(*binding, static_cast<int16_t>(core::policy_of(clock)));
    if (bound == nullptr || !bound->hides || !core::hidden(clock, bound->cutoffs)) return true;
    return bound->legal && core::state_of(clock, bound->cutoffs) == core::State::kKept;
}

core::Clock clock_argument(FunctionCallInfo fcinfo) {
    return core::Clock{static_cast<uint64_t>(PG_GETARG_INT64(0))};
}

constinit bool recorded = false;

void end_of_transaction(XactEvent, void *) { recorded = false; }

}  // namespace

void record_reveal() {
    if (recorded || IsParallelWorker()) return;
    recorded = true;
    ereport(LOG, (errmsg("retention.reveal used by role \"%s\" in database \"%s\"", GetUserNameFromId(GetUserId(), false),
                         get_database_name(MyDatabaseId)),
                  errdetail("Reason: %s", settings::reveal_reason[0] != '\0' ? settings::reveal_reason : "none given")));
}

void init_visibility() {
    RegisterXactCallback(end_of_transaction, nullptr);
    init_planner();
    init_copy();
}

}  // namespace pg_retention

RETENTION_FUNCTION(pg_retention_visible) {
    PG_RETURN_BOOL(pg_retention::is_visible(fcinfo, pg_retention::clock_argument(fcinfo)));
}

RETENTION_FUNCTION(pg_retention_conflict_visible) {
    if (!pg_retention::is_visible(fcinfo, pg_retention::clock_argument(fcinfo)))
        ereport(ERROR, (errcode(ERRCODE_UNIQUE_VIOLATION),
                        errmsg("row conflicts with a row that is hidden by a retention policy"),
                        errhint("The key is free again once the hidden row is gone.")));
    PG_RETURN_BOOL(true);
}

RETENTION_FUNCTION(pg_retention_state) {
    using namespace pg_retention;
    const core::Clock clock = clock_argument(fcinfo);
    const Policy *policy = policy_by_id(static_cast<int16_t>(core::policy_of(clock)));
    core::State state = core::State::kNone;
    if (policy != nullptr) state = core::state_of(clock, cutoffs_of(*policy, retention_now()));
    const char *held = (core::flags_of(clock) & core::kHeld) != 0 ? ", held" : "";
    const char *restricted = (core::flags_of(clock) & core::kRestricted) != 0 ? ", restricted" : "";
    PG_RETURN_TEXT_P(cstring_to_text(psprintf("%s%s%s", core::name_of(state), held, restricted)));
}
