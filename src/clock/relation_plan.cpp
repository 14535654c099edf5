#include "clock/relation_plan.hpp"

#include "clock/decide.hpp"
#include "clock/hops.hpp"
#include "clock/lost_key.hpp"
#include "clock/start_value.hpp"
#include "schema/condition.hpp"
#include "schema/extension.hpp"
#include "policy/attached.hpp"
#include "policy/rights.hpp"
#include "pg/clock_datum.hpp"
#include "pg/compat.hpp"
#include "pg/invalidation.hpp"
#include "pg/sql.hpp"
#include "pg/running.hpp"
#include "pg/security.hpp"
#include "pg/time.hpp"
#include "pg/timezone.hpp"

extern "C" {
#include "executor/executor.h"
#include "optimizer/optimizer.h"
#include "utils/datum.h"
#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/syscache.h"
}

namespace pg_retention {

namespace {

struct PlannedPolicy {
    int16_t id;
    bool enforces;  // as was asked for
    bool ready;     // and does
    bool starts_all;
    pg_tz *timezone;
    bool confirmed;  // else applies_to is not run
    Oid owner;       // for whom it runs: who owns the table of the policy, not who owns a partition
    ExprState *applies_to;
    ExprContext *context;  // of applies_to
    TupleTableSlot *slot;  // for it where it runs nobody's code; else null
    int n_paths;
    Path *paths;
    HopPlans *hop_plans;  // one per path
};

struct RelationPlan {
    Oid relid;  // hash key
    int n_policies;
    bool is_simple;  // there is one, it has every row, and its starts stand in them
    PlannedPolicy *policies;
};

constinit HTAB *plans = nullptr;
constinit MemoryContext plan_context = nullptr;
// What the plans were made from: their tables, partition parents included, and the policies.
constinit List *watched = NIL;
constinit bool stale = true;
constinit Dynamic<int> computing{0};
// What the computing of a clock leaves behind, until the outermost is done.
constinit MemoryContext scratch = nullptr;

void forget_plans(Datum, Oid relid) { stale = stale || relid == InvalidOid || list_member_oid(watched, relid); }
void forget_schema(Datum, SysCacheId, uint32) { stale = true; }
void watch(Oid relid) { watched = list_append_unique_oid(watched, relid); }

void reset_plans() {
    forget_hop_plans();
    watched = NIL;
    if (plan_context != nullptr) MemoryContextDelete(plan_context);
    plan_context = AllocSetContextCreate(TopMemoryContext, "pg_retention relation plans", ALLOCSET_SMALL_SIZES);
    HASHCTL control = {};
    control.keysize = sizeof(Oid);
    control.entrysize = sizeof(RelationPlan);
    control.hcxt = plan_context;
    plans = hash_create("pg_retention relation plans", 64, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
    stale = false;
}

bool stands_for(const Policy &policy, Oid relid, List *ancestors) {
    return policy.relid == relid || list_member_oid(ancestors, policy.relid);
}

// A partition's columns may have other numbers than its parent's.
void map_to_partition(Oid relid, Oid parent, Path *path) {
    if (relid == parent) return;
    auto map = [&](AttrNumber column) { return get_attnum(relid, get_attname(parent, column, false)); };
    if (path->n_hops == 0) {
        path->column = map(path->column);
        path->relid = relid;
        return;
    }
    for (int k = 0; k < path->hops[0].n_keys; ++k) path->hops[0].from[k] = map(path->hops[0].from[k]);
    path->hops[0].from_relid = relid;
}

void plan_policy(Relation rel, const Policy &policy, PlannedPolicy *out) {
    *out = PlannedPolicy{};
    out->id = policy.id;
    out->enforces = policy.mode == Mode::kEnforce;
    out->ready = policy.ready;
    out->starts_all = policy.starts_all;
    out->timezone = policy.timezone;
    out->n_paths = policy.n_starts;
    out->paths = static_cast<Path *>(palloc0(sizeof(Path) * policy.n_starts));
    out->hop_plans = static_cast<HopPlans *>(palloc0(sizeof(HopPlans) * policy.n_starts));
    for (int i = 0; i < policy.n_starts; ++i) out->hop_plans[i].context = CurrentMemoryContext;
    for (int i = 0; i < policy.n_starts; ++i) {
        out->paths[i] = start_path(RelationGetRelid(rel), policy, i);
        for (int h = 0; h < out->paths[i].n_hops; ++h) watch(out->paths[i].hops[h].to_relid);
    }
    out->confirmed = is_confirmed(policy);
    out->owner = owner_of(policy.relid);
    if (policy.applies_to == nullptr || !out->confirmed) return;
    const ActingAs saved = act_as(out->owner, true);
    Node *condition =
        reinterpret_cast<Node *>(expression_planner(reinterpret_cast<Expr *>(cook_condition(rel, policy.applies_to))));
    out->applies_to = ExecInitExpr(reinterpret_cast<Expr *>(condition), nullptr);
    out->context = CreateStandaloneExprContext();
    if (runs_servers_code_alone(condition))
        out->slot = MakeSingleTupleTableSlot(CreateTupleDescCopy(RelationGetDescr(rel)), &TTSOpsHeapTuple);
    leave(saved);
}

int by_order(const void *a, const void *b) {
    const auto *x = *static_cast<const Policy *const *>(a);
    const auto *y = *static_cast<const Policy *const *>(b);
    return goes_before(*x, *y) ? -1 : goes_before(*y, *x) ? 1 : 0;
}

int plan_policies(Relation rel, List *ancestors, PlannedPolicy *out) {
    int n = 0;
    const Policy **standing = policies_of_rows(RelationGetRelid(rel), ancestors, &n);
    for (int i = 0; i < n; ++i) plan_policy(rel, *standing[i], &out[i]);
    pfree(standing);
    return n;
}

bool is_in_row(const PlannedPolicy &policy) {
    for (int i = 0; i < policy.n_paths; ++i)
        if (policy.paths[i].n_hops > 0) return false;
    return true;
}

RelationPlan *make_plan(Relation rel) {
    const Oid relid = RelationGetRelid(rel);
    bool found = false;
    int count = 0;
    (void) all_policies(&count);
    List *ancestors = list_delete_first(with_ancestors(relid));
    MemoryContext before = MemoryContextSwitchTo(plan_context);
    watch(extension()->policy_table);
    watch(relid);
    ListCell *cell = nullptr;
    foreach (cell, ancestors) watch(lfirst_oid(cell));
    auto *policies = static_cast<PlannedPolicy *>(palloc0(sizeof(PlannedPolicy) * (count + 1)));
    const int n = plan_policies(rel, ancestors, policies);
    MemoryContextSwitchTo(before);
    auto *plan = static_cast<RelationPlan *>(hash_search(plans, &relid, HASH_ENTER, &found));
    plan->n_policies = n;
    plan->policies = policies;
    plan->is_simple = n == 1 && policies[0].confirmed && policies[0].applies_to == nullptr && is_in_row(policies[0]);
    return plan;
}

RelationPlan *relation_plan(Relation rel) {
    if (plans == nullptr || (stale && computing == 0)) reset_plans();
    const Oid relid = RelationGetRelid(rel);
    auto *plan = static_cast<RelationPlan *>(hash_search(plans, &relid, HASH_FIND, nullptr));
    if (plan != nullptr) return plan;
    connect_spi();
    const ActingAs saved = act_as(rel->rd_rel->relowner, true);
    plan = make_plan(rel);
    leave(saved);
    SPI_finish();
    return plan;
}

// Whoever changes an ancestor finds the rows that are there with its key, and waits for the lock of one that is being
// written. A row he cannot find yet must make him wait at the ancestor.
bool is_new_to_ancestor(const Path &path, HeapTuple row, HeapTuple stored, TupleDesc desc) {
    if (path.n_hops == 0 || row == stored) return false;
    if (stored == nullptr) return true;
    for (int k = 0; k < path.hops[0].n_keys; ++k) {
        const AttrNumber column = path.hops[0].from[k];
        bool old_null = false, new_null = false;
        const Datum before = heap_getattr(stored, column, desc, &old_null);
        const Datum after = heap_getattr(row, column, desc, &new_null);
        Form_pg_attribute att = TupleDescAttr(desc, column - 1);
        if (old_null != new_null || (!old_null && !datumIsEqual(before, after, att->attbyval, att->attlen))) return true;
    }
    return false;
}

struct Way {
    core::Start start;
    bool ends;     // at a key that is null, or where no row is
    bool lost;     // now, or pointed elsewhere by a foreign key's action
    bool moved;    // by somebody else: a key on it is another than before
    bool written;  // a row on it, other than the row itself
};

core::Start way_start(PlannedPolicy *policy, int i, const Reading &reading, HeapTuple row, TupleDesc desc, WayEnds *ends) {
    bool isnull = false;
    const Datum value = follow_hops(policy->paths[i], &policy->hop_plans[i], reading, row, desc, &isnull, ends);
    return isnull ? core::kNotStarted : start_of_value(value, policy->paths[i].type, PgZone(policy->timezone));
}

const WrittenWay *written_way(const Cause &cause, const PlannedPolicy &policy, int way) {
    for (int i = 0; i < cause.n_written; ++i)
        if (cause.written[i].policy_id == policy.id && cause.written[i].way == way) return &cause.written[i];
    return nullptr;
}

Way follow_way(PlannedPolicy *policy, int i, HeapTuple row, HeapTuple stored, TupleDesc desc, const Cause &cause) {
    Way way = {};
    WayEnds ends = {};
    const bool lock = is_new_to_ancestor(policy->paths[i], row, stored, desc);
    way.start = way_start(policy, i, Reading{lock, false, 0, cause.known}, row, desc, &ends);
    way.ends = ends != WayEnds::kAtAColumn;
    if (const WrittenWay *written = written_way(cause, *policy, i)) {
        way.lost = way.ends || written->lost;
        way.moved = written->relinks && !written->lost;
        way.written = true;
        return way;
    }
    if (!cause.is_change || stored == nullptr || row == stored) return way;
    const bool by_foreign_key = lock && is_running_as(Exemption::kReferential);
    way.moved = lock && !by_foreign_key;
    way.lost = way.ends ? lock || ends == WayEnds::kAtNoRow
                        : by_foreign_key && is_set_to_default(policy->paths[i].hops[0], nullptr, desc, stored, row);
    return way;
}

// Where the row has lost a way, and may have pointed elsewhere what now leads to a row that has no start.
bool may_be_lost(const Path &path, const Way &way) { return way.ends || sets_default(path); }

// The row lost this one when it lost its start, or loses it now. All its ways had a start then: if it still has one, so have they, but for
// those that were pointed elsewhere.
bool is_lost(const PlannedPolicy &policy, int i, const Way &way, core::Clock before) {
    if (way.lost || (policy.starts_all && way.ends)) return true;
    return policy.starts_all && core::is_started(before) && (core::marks_of(before) & core::kOrphaned) != 0 &&
           way.start == core::kNotStarted && !way.written && sets_default(policy.paths[i]);
}

core::Start combine(const PlannedPolicy &policy, const Way *ways) {
    core::Start result = policy.starts_all ? -1 : core::kNotStarted;
    for (int i = 0; i < policy.n_paths; ++i) result = policy.starts_all ? Max(result, ways[i].start) : Min(result, ways[i].start);
    return result;
}

core::Start combine_with(const PlannedPolicy &policy, core::Start orphaned, const Way *ways, core::Clock before) {
    core::Start result = orphaned;
    for (int i = 0; i < policy.n_paths; ++i) {
        if (!policy.starts_all) result = Min(result, ways[i].start);
        if (policy.starts_all && !is_lost(policy, i, ways[i], before)) result = Max(result, ways[i].start);
    }
    return result;
}

// Where the way led when what it led to was still there: by the time a foreign key's action comes to the row, this transaction has deleted
// that, some commands ago. It is there for commands up to the one that deleted it: found is the last for which the way leads somewhere.
struct Past {
    PlannedPolicy *policy;
    int way;
    HeapTuple row;
    TupleDesc desc;
    CommandId found;
    core::Start start;
};

bool leads_before(Past *past, CommandId command) {
    WayEnds ends = {};
    const core::Start start =
        way_start(past->policy, past->way, Reading{false, true, command, nullptr}, past->row, past->desc, &ends);
    if (ends != WayEnds::kAtAColumn) return false;
    past->found = command;
    past->start = start;
    return true;
}

core::Start start_in_the_past(PlannedPolicy *policy, int i, HeapTuple row, TupleDesc desc, bool *led) {
    // A statement deletes many rows in one command: the last that was found is right for most.
    static constinit CommandId last = 0;
    Past past = {policy, i, row, desc, 0, core::kNotStarted};
    const CommandId now = GetCurrentCommandId(false);
    *led = true;
    if (last + 1 < now && leads_before(&past, last) && !leads_before(&past, last + 1)) return past.start;
    CommandId gone = now;
    for (CommandId back = 1; !leads_before(&past, now > back ? now - back : FirstCommandId); back *= 2) {
        *led = now > back;
        if (!*led) return core::kNotStarted;
        gone = now - back;
    }
    while (gone - past.found > 1) {
        const CommandId middle = past.found + (gone - past.found) / 2;
        if (!leads_before(&past, middle)) gone = middle;
    }
    last = past.found;
    return past.start;
}

// What the way gave before, where that is known, and whether it led to a column then.
core::Start start_before(PlannedPolicy *policy, int i, const Way &way, HeapTuple row, HeapTuple stored, TupleDesc desc,
                         const Cause &cause, bool *led) {
    WayEnds ends = {};
    *led = true;
    const WrittenWay *written = written_way(cause, *policy, i);
    if (written != nullptr && written->tells && !written->was_null)
        return start_of_value(written->was, policy->paths[i].type, PgZone(policy->timezone));
    if (written != nullptr)
        return way.ends ? start_in_the_past(policy, i, stored != nullptr ? stored : row, desc, led) : core::kNotStarted;
    if (stored == nullptr || row == stored) return way.start;
    const core::Start start = way_start(policy, i, Reading{}, stored, desc, &ends);
    if (ends == WayEnds::kAtNoRow) return start_in_the_past(policy, i, stored, desc, led);
    *led = ends == WayEnds::kAtAColumn;
    return start;
}

// Whether a way of the row that is still there gave a start as early; of all starts, this one.
bool is_explained(PlannedPolicy *policy, core::Start start, const Way *ways, HeapTuple row, HeapTuple stored, TupleDesc desc,
                  const Cause &cause) {
    for (int i = 0; i < policy->n_paths; ++i) {
        bool led = false;
        if (ways[i].lost) continue;
        const core::Start before = start_before(policy, i, ways[i], row, stored, desc, cause, &led);
        if (policy->starts_all ? before == start : before <= start) return true;
    }
    return false;
}

// Of an orphaned row whose start another way gave: the latest that can have been reached on the way that is gone. What is hidden stays so.
core::Start latest_reached(const PlannedPolicy &policy, core::Start start) {
    const TimestampTz now = retention_now();
    if (policy.starts_all) return Min(start, core::start_of_instant(now));
    const Policy *terms = policy_by_id(policy.id);
    const core::Start hide = terms == nullptr ? -1 : cutoffs_of(*terms, now).hide;
    return start <= hide ? hide : core::start_of_instant(now);
}

// Whether the policy that had the row, perhaps in another partition, has this way, too: what was reached on it for one was reached for the
// other. A path of it that cannot be resolved is passed over: it is not checked yet.
bool had_way(Relation rel, const Path &path, const Policy &had) {
    const Oid relid = RelationGetRelid(rel);
    if (topmost(had.relid) != topmost(relid)) return false;
    for (int k = 0; k < had.n_starts; ++k) {
        Path other = {};
        Problem problem = {};
        if (!resolve_path(had.relid, had.starts[k], &other, &problem)) continue;
        map_to_partition(relid, had.relid, &other);
        if (is_same_way(other, path)) return true;
    }
    return false;
}

// Whether the start that the row has, or of which it is marked, may have been reached on this way, and the way is gone.
bool may_have_been_reached_on(Relation rel, const PlannedPolicy &policy, int i, const Way &way, core::Clock before) {
    const bool marked = (core::marks_of(before) & core::kOrphaned) != 0;
    if (policy.paths[i].n_hops == 0 || !(marked ? may_be_lost(policy.paths[i], way) : way.lost)) return false;
    if (core::policy_of(before) == policy.id) return true;
    const Policy *had = marked ? policy_by_id(static_cast<int16_t>(core::policy_of(before))) : nullptr;
    return had != nullptr && had_way(rel, policy.paths[i], *had);
}

// What ways that the row loses now had reached; and whether any of them led anywhere, so that it was not lost before.
core::Start start_that_is_cut(PlannedPolicy *policy, const Way *ways, HeapTuple row, HeapTuple stored, TupleDesc desc,
                              const Cause &cause, bool *any_led) {
    const core::Start now = core::start_of_instant(retention_now());
    core::Start start = core::kNotStarted;
    *any_led = false;
    for (int i = 0; i < policy->n_paths; ++i) {
        bool led = false;
        if (!ways[i].lost || policy->paths[i].n_hops == 0) continue;
        const core::Start before = start_before(policy, i, ways[i], row, stored, desc, cause, &led);
        *any_led = *any_led || led;
        if (before > now) continue;
        start = start == core::kNotStarted ? before : policy->starts_all ? Max(start, before) : Min(start, before);
    }
    return start;
}

// The start that was reached on a way that is gone; kNotStarted: none is known.
core::Start orphaned_start(Relation rel, PlannedPolicy *policy, const Way *ways, HeapTuple row, HeapTuple stored,
                           const Cause &cause) {
    const core::Start start = core::start_of(cause.before);
    const bool marked = (core::marks_of(cause.before) & core::kOrphaned) != 0;
    const bool started = core::is_started(cause.before);
    bool known = false, lost = false, relinked = false;
    for (int i = 0; i < policy->n_paths; ++i) {
        lost = lost || ways[i].lost;
        relinked = relinked || (ways[i].moved && !ways[i].ends);
        known = known || may_have_been_reached_on(rel, *policy, i, ways[i], cause.before);
    }
    if (cause.forgets || !(lost || (marked && known))) return core::kNotStarted;
    TupleDesc desc = RelationGetDescr(rel);
    bool led = false;
    const core::Start cut = lost ? start_that_is_cut(policy, ways, row, stored, desc, cause, &led) : core::kNotStarted;
    const bool explained = started && is_explained(policy, start, ways, row, stored, desc, cause);
    if (!marked) {
        if (cut != core::kNotStarted) return cut;
        const bool was_reached = known && start <= core::start_of_instant(retention_now());
        return was_reached && (policy->starts_all || !explained) ? start : core::kNotStarted;
    }
    // What ends while nothing has started was not reached, as far as it is known.
    if (!known || relinked || (!started && led && cut == core::kNotStarted)) return core::kNotStarted;
    return explained || !started ? latest_reached(*policy, start) : start;
}

// What was moved stays, until the row has a later start or none.
bool is_late(const PlannedPolicy &policy, core::Start given, const Cause &cause) {
    return (core::marks_of(cause.before) & core::kLate) != 0 && core::policy_of(cause.before) == policy.id && !cause.forgets &&
           core::is_started(cause.before) && given < core::start_of(cause.before);
}

// Of a row that was late and has no way to a start any more: when it has one again, the one it was moved to stays.
uint8_t late_mark(core::Start start, const Cause &cause) {
    return start == core::start_of(cause.before) ? core::marks_of(cause.before) & core::kLate : 0;
}

// Of all starts one may be unset while another was reached: that is known as long as its way has an end.
bool tells_orphaned(const PlannedPolicy &policy, const Way *ways, core::Start start) {
    bool ends = false;
    for (int i = 0; i < policy.n_paths; ++i) ends = ends || ways[i].ends;
    return start != core::kNotStarted || ends;
}

// What a row had reached that stood where nobody followed its ways, it had reached on one of them, if now none leads anywhere.
void note_lost_unwatched(const PlannedPolicy &policy, Way *ways, const Cause &cause) {
    if (!cause.was_unwatched || (core::marks_of(cause.before) & core::kOrphaned) != 0) return;
    for (int i = 0; i < policy.n_paths; ++i)
        if (!ways[i].ends) return;
    for (int i = 0; i < policy.n_paths; ++i) ways[i].lost = true;
}

Cause read_here(Relation rel, const PlannedPolicy &policy, Cause cause) {
    cause.was_unwatched = cause.was_unwatched || has_foreign_clock(RelationGetRelid(rel));
    cause.before = as_it_was(RelationGetRelid(rel), policy.id, cause.before, cause.elsewhere);
    return cause;
}

// All its ways stand in the row itself, so none of them can be lost, and of what the row had there is nothing to be kept.
bool starts_in_row(const PlannedPolicy &policy, const Cause &cause) {
    return is_in_row(policy) && core::marks_of(cause.before) == 0;
}

core::Clock clock_of_row(PlannedPolicy *policy, HeapTuple row, TupleDesc desc) {
    core::Start start = policy->starts_all ? -1 : core::kNotStarted;
    for (int i = 0; i < policy->n_paths; ++i) {
        WayEnds ends = {};
        const core::Start given = way_start(policy, i, Reading{}, row, desc, &ends);
        start = policy->starts_all ? Max(start, given) : Min(start, given);
    }
    return core::make_clock(policy->id, start, 0);
}

core::Clock policy_clock(PlannedPolicy *policy, Relation rel, HeapTuple row, HeapTuple stored, const Cause &given_cause) {
    if (starts_in_row(*policy, given_cause)) return clock_of_row(policy, row, RelationGetDescr(rel));
    const Cause cause = read_here(rel, *policy, given_cause);
    auto *ways = static_cast<Way *>(palloc(sizeof(Way) * (policy->n_paths + 1)));
    for (int i = 0; i < policy->n_paths; ++i) ways[i] = follow_way(policy, i, row, stored, RelationGetDescr(rel), cause);
    note_lost_unwatched(*policy, ways, cause);
    const core::Start given = combine(*policy, ways);
    const core::Start orphaned = orphaned_start(rel, policy, ways, row, stored, cause);
    if (orphaned != core::kNotStarted) {
        const core::Start start = combine_with(*policy, orphaned, ways, cause.before);
        if (is_late(*policy, start, cause))
            return core::make_clock(policy->id, core::start_of(cause.before), core::kOrphaned | core::kLate);
        if (tells_orphaned(*policy, ways, start))
            return core::make_clock(policy->id, start, core::kOrphaned | late_mark(start, cause));
    }
    return is_late(*policy, given, cause) ? core::make_clock(policy->id, core::start_of(cause.before), core::kLate)
                                          : core::make_clock(policy->id, given, 0);
}

// Whether the policy has the row.
bool applies(PlannedPolicy *policy, Relation rel, HeapTuple row, HeapTuple stored) {
    TupleDesc desc = RelationGetDescr(rel);
    bool isnull = false;
    if (!policy->confirmed) {
        if (stored == nullptr || has_foreign_clock(RelationGetRelid(rel))) return true;
        const Datum clock = heap_getattr(stored, clock_column(RelationGetRelid(rel)), desc, &isnull);
        return !isnull && core::policy_of(datum_clock(clock)) == policy->id;
    }
    if (policy->applies_to == nullptr) return true;
    if (policy->slot != nullptr) return condition_holds(policy->applies_to, policy->context, policy->slot, row);
    // A partition may belong to somebody else than the table, whose owner wrote the condition.
    const ActingAs saved = act_as(policy->owner, true);
    const bool holds = condition_holds(policy->applies_to, policy->context, desc, row);
    leave(saved);
    return holds;
}

// From those that do not.
bool takes_rows(const PlannedPolicy &policy, const Cause &cause) {
    if (cause.as_if != 0 && policy.id == cause.as_if) return true;
    switch (cause.enforced) {
        case Cause::Enforced::kNow: return policy.enforces && policy.ready;
        case Cause::Enforced::kReady: return policy.enforces;
        case Cause::Enforced::kAll: return true;
    }
    pg_unreachable();
}

core::Clock compute_with_plan(RelationPlan *plan, Relation rel, HeapTuple row, HeapTuple stored, const Cause &cause) {
    PlannedPolicy *found = nullptr;
    bool takes = false;
    for (int i = 0; i < plan->n_policies && !takes; ++i) {
        PlannedPolicy *policy = &plan->policies[i];
        const bool enforced = takes_rows(*policy, cause);
        if ((found != nullptr && !enforced) || !applies(policy, rel, row, stored)) continue;
        found = policy;
        takes = enforced;
    }
    if (found == nullptr) return nobodys_clock(RelationGetRelid(rel), cause.forgets ? core::kNoClock : cause.before);
    return policy_clock(found, rel, row, stored, cause);
}

// What it may leave behind goes at its end.
core::Clock compute_apart(RelationPlan *plan, Relation rel, HeapTuple row, HeapTuple stored, const Cause &cause) {
    core::Clock clock = {};
    if (scratch == nullptr) scratch = AllocSetContextCreate(TopMemoryContext, "pg_retention clock", ALLOCSET_DEFAULT_SIZES);
    MemoryContext before = MemoryContextSwitchTo(scratch);
    during(computing, computing + 1, [&] { clock = compute_with_plan(plan, rel, row, stored, cause); });
    MemoryContextSwitchTo(before);
    if (computing == 0) MemoryContextReset(scratch);
    return clock;
}

}  // namespace

core::Clock compute_clock(Relation rel, HeapTuple row, HeapTuple stored, const Cause &cause) {
    core::Clock clock = {};
    RelationPlan *plan = relation_plan(rel);
    if (plan->is_simple && core::marks_of(cause.before) == 0)
        clock = clock_of_row(&plan->policies[0], row, RelationGetDescr(rel));
    else
        clock = compute_apart(plan, rel, row, stored, cause);
    if (is_switched_off(RelationGetRelid(rel), static_cast<int16_t>(core::policy_of(clock)))) return clock;
    return start_again(as_it_was(RelationGetRelid(rel), core::policy_of(clock), cause.before, cause.elsewhere), clock,
                       cause.is_change || stored == nullptr);
}

static PlannedPolicy *planned(Relation rel, int16_t policy_id) {
    RelationPlan *plan = relation_plan(rel);
    for (int i = 0; i < plan->n_policies; ++i)
        if (plan->policies[i].id == policy_id) return &plan->policies[i];
    elog(ERROR, "policy %d does not stand for the table", policy_id);
    pg_unreachable();
}

bool has_row(Relation rel, int16_t policy_id, HeapTuple row) { return applies(planned(rel, policy_id), rel, row, row); }

LedTo *ways_of_row(Relation rel, int16_t policy_id, HeapTuple row) {
    PlannedPolicy *policy = planned(rel, policy_id);
    auto *ways = static_cast<LedTo *>(palloc(sizeof(LedTo) * (policy->n_paths + 1)));
    for (int i = 0; i < policy->n_paths; ++i)
        ways[i].start = way_start(policy, i, Reading{}, row, RelationGetDescr(rel), &ways[i].ends);
    return ways;
}

Path start_path(Oid relid, const Policy &policy, int i) {
    Path path = {};
    Problem problem = {};
    if (!resolve_path(policy.relid, policy.starts[i], &path, &problem))
        ereport(ERROR, (errcode(problem.sqlstate), errmsg("%s", problem.message), errhint("%s", problem.hint)));
    map_to_partition(relid, policy.relid, &path);
    return path;
}

const Policy **policies_of_rows(Oid relid, List *ancestors, int *n) {
    int count = 0;
    *n = 0;
    const Policy *policy = all_policies(&count);
    auto **standing = static_cast<const Policy **>(palloc(sizeof(Policy *) * (count + 1)));
    for (int i = 0; i < count; ++i)
        if (policy[i].mode != Mode::kOff && stands_for(policy[i], relid, ancestors)) standing[(*n)++] = &policy[i];
    qsort(standing, *n, sizeof(Policy *), by_order);
    return standing;
}

void init_relation_plans() {
    watch_relations(forget_plans);
    // The plans' texts name schemas.
    watch_catalog(NAMESPACEOID, forget_schema);
}

}  // namespace pg_retention
