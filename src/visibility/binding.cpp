#include "visibility/binding.hpp"

#include "schema/extension.hpp"
#include "clock/own_starts.hpp"
#include "policy/policy_cache.hpp"
#include "pg/copy_watch.hpp"
#include "pg/compat.hpp"
#include "pg/guard.hpp"
#include "pg/internal.hpp"
#include "pg/mark.hpp"
#include "pg/security.hpp"
#include "pg/settings.hpp"
#include "pg/time.hpp"
#include "visibility/acting.hpp"
#include "visibility/visibility.hpp"

extern "C" {
#include "executor/executor.h"
#include "utils/inval.h"
#include "utils/memutils.h"
}

namespace pg_retention {

namespace {

constinit ExecutorStart_hook_type previous_start = nullptr;

// The executions under way that have bound, innermost first. An entry lives, and ends, with its execution's memory.
struct Execution {
    MemoryContext context;
    const Binding *binding;
    Execution *outer;
};
constinit Execution *executions = nullptr;

void forget_binding(void *argument) {
    for (Execution **place = &executions; *place != nullptr; place = &(*place)->outer)
        if (*place == argument) {
            *place = (*place)->outer;
            return;
        }
}

bool has_legal_access(const Policy &policy, Oid user) {
    for (int i = 0; i < policy.n_legal_access; ++i)
        if (acts_as(user, policy.legal_access[i])) return true;
    return false;
}

List *acting_in(MemoryContext context, Oid user) {
    MemoryContext before = MemoryContextSwitchTo(context);
    List *acting = acting_purposes(user);
    MemoryContextSwitchTo(before);
    return acting;
}

Binding *bind(MemoryContext context) {
    // A transaction that has its locks already would not hear of another session's change before it ends.
    AcceptInvalidationMessages();
    auto *binding = static_cast<Binding *>(MemoryContextAllocZero(context, sizeof(Binding)));
    binding->policies = policies_now();
    binding->now = retention_now();
    binding->user = GetUserId();
    binding->last.id = -1;
    binding->reveal = settings::reveal;
    if (binding->reveal) record_reveal();
    // The right to read hidden rows is the right to read what is withheld.
    if (!binding->reveal) binding->acting = acting_in(context, binding->user);
    return binding;
}

[[gnu::noinline]] void bind_policy(const Binding &binding, int32_t id) {
    // Memory that outlives the transaction, and what it was bound to: then that is what there is now.
    if (!is_kept(binding.policies)) binding.policies = policies_now();
    const Policy *policy = find_policy(binding.policies, static_cast<int16_t>(id));
    Bound bound = {-1, policy != nullptr, policy != nullptr && enforced(*policy), false, {}};
    if (bound.hides) bound.cutoffs = cutoffs_of(*policy, binding.now);
    if (bound.hides) bound.legal = has_legal_access(*policy, binding.user);
    bound.id = id;
    binding.last = bound;
}

const Bound &bound_of(const Binding &binding, core::Clock clock) {
    const int32_t id = core::policy_of(clock);
    if (binding.last.id != id) bind_policy(binding, id);
    return binding.last;
}

void bind_execution(MemoryContext context) {
    auto *execution = static_cast<Execution *>(MemoryContextAlloc(context, sizeof(Execution)));
    auto *callback = static_cast<MemoryContextCallback *>(MemoryContextAllocZero(context, sizeof(MemoryContextCallback)));
    *execution = Execution{context, bind(context), executions};
    callback->func = forget_binding;
    callback->arg = execution;
    MemoryContextRegisterResetCallback(context, callback);
    executions = execution;
}

// The mark: the policy table stands last among the relations that the plan depends on.
bool is_governed(const PlannedStmt *plan) {
    return plan != nullptr && plan->relationOids != NIL && is_policy_table(llast_oid(plan->relationOids));
}

// A cascade fires triggers once per row, which are counted, too.
bool counts_rows(const QueryDesc *query) {
    if (settings::reveal) return false;
    if (query->instrument_options != 0 && is_governed(query->plannedstmt)) return true;
    return exemption_at(query->plannedstmt->stmt_location) == Exemption::kReferential && writes_governed(query);
}

[[gnu::noinline]] void refuse_counting(const QueryDesc *query) {
    guarded([query] {
        if (counts_rows(query))
            ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
                            errmsg("EXPLAIN ANALYZE would count rows that are hidden by a retention policy"),
                            errhint("Use EXPLAIN without ANALYZE, or set retention.reveal as a role that may.")));
    });
}

// Only this process knows what it has written, and what the session is for: the plan runs without workers. It may be a cached one, so a copy
// says so.
void run_alone(QueryDesc *query) {
    auto *plan = static_cast<PlannedStmt *>(MemoryContextAlloc(query->estate->es_query_cxt, sizeof(PlannedStmt)));
    *plan = *query->plannedstmt;
    plan->parallelModeNeeded = false;
    query->plannedstmt = plan;
}

[[gnu::noinline]] void bind_started(QueryDesc *query) {
    guarded([query] {
        if (query->estate == nullptr) return;
        bind_execution(query->estate->es_query_cxt);
        if (query->plannedstmt->parallelModeNeeded && has_own_starts()) run_alone(query);
    });
}

// An exempt plan is the server's while its flag is raised, and ours when we have just asked for it. Anywhere else it is out of place.
// A parallel worker's part has no mark: the leader was asked.
void check_exemption(const QueryDesc *query) {
    const Exemption as = exemption_at(query->plannedstmt->stmt_location);
    if (as == Exemption::kNone || (as == Exemption::kReferential ? InNoForceRLSOperation() : take_own_start())) return;
    ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
                    errmsg("a statement that sees rows hidden by a retention policy is executed out of place"),
                    errhint("Begin a new session.")));
}

[[gnu::noinline]] void start_lowered(QueryDesc *query, int flags) {
    guarded([query] { check_exemption(query); });
    const SecurityContext before = lower_flag();
    previous_start(query, flags);
    restore(before);
}

// A function that a worker calls may read persons, whatever the plan reads.
[[gnu::noinline]] void keep_to_session(QueryDesc *query) {
    guarded([query] {
        if (extension() != nullptr && acting_in(query->estate->es_query_cxt, GetUserId()) != NIL) run_alone(query);
    });
}

// What needs a frame of its own stands apart: nearly every execution passes the questions.
void start_bound(QueryDesc *query, int flags) {
    if (query->plannedstmt->stmt_location < -1 || InNoForceRLSOperation())
        start_lowered(query, flags);
    else
        previous_start(query, flags);
    if (query->plannedstmt->parallelModeNeeded && query->estate != nullptr) keep_to_session(query);
    // Whoever may not read the table has been told so by now.
    if (explaining) refuse_counting(query);
    if (!is_governed(query->plannedstmt)) return;
    bind_started(query);
    if (copy_watch.started != nullptr) copy_watch.started(query, flags);
}

}  // namespace

const Binding *binding_of(MemoryContext execution) {
    for (const Execution *entry = executions; entry != nullptr; entry = entry->outer)
        if (entry->context == execution) return entry->binding;
    return bind(execution);
}

bool is_visible(const Binding &binding, core::Clock clock) {
    if (binding.reveal) return true;
    if ((core::flags_of(clock) & core::kRestricted) != 0) return false;
    // A restore loads rows before policies: until they are there, nobody knows what is over.
    if (binding.policies.n == 0) return !core::is_started(clock);
    const Bound &bound = bound_of(binding, clock);
    if (!bound.known) return clock != core::kUnknownClock;
    if (!bound.hides || !core::hidden(clock, bound.cutoffs) || is_own_start(clock)) return true;
    return bound.legal && core::state_of(clock, bound.cutoffs) == core::State::kKept;
}

bool is_known(const Binding &binding, core::Clock clock) {
    return binding.reveal || !core::is_started(clock) || bound_of(binding, clock).known;
}

constinit Dynamic<bool> explaining{false};

void mark_governed(PlannedStmt *plan) { plan->relationOids = lappend_oid(plan->relationOids, extension()->policy_table); }

void init_binding() {
    previous_start = ExecutorStart_hook != nullptr ? ExecutorStart_hook : standard_ExecutorStart;
    ExecutorStart_hook = start_bound;
}

}  // namespace pg_retention
