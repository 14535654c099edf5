// How many rows of a policy are in which state, and what is past its deadline: exactly, or without reading a table.
#include "schema/own.hpp"
#include "pg/guard.hpp"
#include "pg/names.hpp"
#include "pg/security.hpp"
#include "pg/time.hpp"
#include "policy/holds.hpp"
#include "policy/policy_argument.hpp"
#include "sweep/engine.hpp"
#include "sweep/ranges.hpp"

extern "C" {
#include "catalog/pg_type.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/tuplestore.h"
}

namespace pg_retention {

namespace {

constexpr int64 kMostCounted = 1000;

const char *count_query(Oid relid) {
    const char *clock = clock_name(relid);
    return psprintf("SELECT retention.state(%s), pg_catalog.count(*) FROM %s WHERE retention.policy(%s) "
                    "OPERATOR(pg_catalog.=) $1 GROUP BY 1 ORDER BY 1",
                    clock, qualified_name(relid), clock);
}

void policy_counts(const ReturnSetInfo *result, const Policy &policy) {
    const Oid relid = policy.relid;
    if (clock_column(relid) == InvalidAttrNumber) return;
    SPI_connect();
    const SqlRows rows = run_as(owner_of(relid), kOnceReading, count_query(relid), policy.id);
    for (const SqlRow row : rows) tuplestore_puttuple(result->setResult, row.tuple);
    SPI_finish();
}

struct Estimate {
    int64 rows;
    bool exact;
};

// The first of a leaf's pending rows with these clocks, in their order.
SqlRows first_pending(Oid leaf, core::Clock from, core::Clock until, int64 most) {
    const How how = {PlanKind::kOnce, Sees::kCaller, static_cast<long>(most), true};
    const char *clock = clock_name(leaf);
    return run_as(owner_of(leaf), how,
                  psprintf("SELECT %s, ctid FROM ONLY %s WHERE %s ORDER BY %s", clock, qualified_name(leaf),
                           pending_range(clock, 1, 2), clock),
                  clock_value(from), clock_value(until));
}

// Few are counted, by the index; of many the planner is asked.
Estimate estimate(List *leaves, core::Clock from, core::Clock until, bool is_indexed) {
    Estimate sum = {0, is_indexed};
    ListCell *cell = nullptr;
    foreach (cell, leaves) {
        const Oid leaf = lfirst_oid(cell);
        if (is_indexed) {
            const SqlRows some = first_pending(leaf, from, until, kMostCounted + 1);
            const auto n = static_cast<int64>(some.n);
            some.free();
            if (n <= kMostCounted) {
                sum.rows += n;
                continue;
            }
            sum.rows += Max(n, expected_rows_of(leaf, from, until));
        } else {
            sum.rows += expected_rows_of(leaf, from, until);
        }
        sum.exact = false;
    }
    return sum;
}

void put(const ReturnSetInfo *result, const char *state, const Estimate &estimate) {
    Datum values[3] = {CStringGetTextDatum(state), Int64GetDatum(estimate.rows), BoolGetDatum(estimate.exact)};
    bool nulls[3] = {false, false, false};
    tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

// Rows that an erasure asked for and the law kept: in flags, which no range tells apart, so that they are looked at.
struct Decided {
    int64 due;
    int64 kept;
    bool all;  // none is left out
};

Decided look_at_decided(List *leaves, int16_t id, const core::Cutoffs &cutoffs) {
    Decided decided = {0, 0, true};
    ListCell *cell = nullptr;
    foreach (cell, leaves) {
        const SqlRows found =
            first_pending(lfirst_oid(cell), core::first_exempt(id), core::last_exempt(id, core::kNotStarted), kMostCounted + 1);
        for (const SqlRow row : found) {
            const auto clock = row.get<core::Clock>(1);
            if ((core::decided_of(clock) & (core::kHeld | core::kRestricted)) != 0) continue;
            const core::State state = core::state_of(clock, cutoffs);
            decided.due += state == core::State::kDue ? 1 : 0;
            decided.kept += state == core::State::kKept ? 1 : 0;
        }
        decided.all = decided.all && found.n <= kMostCounted;
        found.free();
    }
    return decided;
}

// By the cutoffs, as core::state_of() decides row by row.
void policy_estimates(const ReturnSetInfo *result, const Policy &policy) {
    const int16_t id = policy.id;
    if (clock_column(policy.relid) == InvalidAttrNumber) return;
    const core::Cutoffs cutoffs = cutoffs_of(policy, retention_now());
    const core::Start last = core::kNotStarted - 1;
    const auto between = [id](core::Start after, core::Start until, List *leaves) {
        return until <= after ? Estimate{0, true}
                              : estimate(leaves, core::first_from(id, after + 1), core::last_until(id, until), true);
    };
    List *locked = NIL;
    SPI_connect();
    List *leaves = readable_leaves(policy, &locked);
    const core::Start kept_from = Max(cutoffs.due, Min(cutoffs.release, cutoffs.hide));
    const Decided decided = look_at_decided(leaves, id, cutoffs);
    const auto with = [&decided](Estimate pending, int64 rows) {
        return Estimate{pending.rows + rows, pending.exact && decided.all};
    };
    put(result, "due", with(between(-1, cutoffs.due, leaves), decided.due));
    put(result, "quarantined", between(cutoffs.due, kept_from, leaves));
    put(result, "kept", with(between(kept_from, cutoffs.hide, leaves), decided.kept));
    put(result, "retained", between(cutoffs.hide, last, leaves));
    put(result, "active",
        estimate(leaves, core::first_from(id, core::kNotStarted), core::last_until(id, core::kNotStarted), false));
    const Estimate all = estimate(leaves, core::first_exempt(id), core::last_exempt(id, core::kNotStarted), false);
    put(result, "decided", Estimate{Max(all.rows - decided.due - decided.kept, 0), false});
    SPI_finish();
}

// Null: no row is past its deadline.
struct Oldest {
    Oid leaf;
    core::Clock clock;
    ItemPointerData tid;
    int64 rows;
};

Oldest oldest_due(int16_t id, List *leaves, core::Start due) {
    Oldest oldest = {};
    ListCell *cell = nullptr;
    foreach (cell, leaves) {
        const SqlRows found =
            first_pending(lfirst_oid(cell), core::first_from(id, 0), core::last_until(id, due), kMostCounted + 1);
        if (found.n == 0) continue;
        oldest.rows += static_cast<int64>(found.n);
        const auto clock = found.first().get<core::Clock>(1);
        if (OidIsValid(oldest.leaf) && oldest.clock <= clock) continue;
        oldest.leaf = lfirst_oid(cell);
        oldest.clock = clock;
        oldest.tid = found.first().get<ItemPointerData>(2);
    }
    return oldest;
}

// due: up to which start rows are.
void oldest_due(const ReturnSetInfo *result, const Policy &policy, core::Start due) {
    if (clock_column(policy.relid) == InvalidAttrNumber) return;
    List *locked = NIL;
    SPI_connect();
    List *leaves = readable_leaves(policy, &locked);
    // What a legal hold keeps is not late.
    Oldest oldest = due < 0 || whole_hold(policy.relid, policy.id) != nullptr ? Oldest{} : oldest_due(policy.id, leaves, due);
    if (OidIsValid(oldest.leaf)) {
        const core::Micros since = core::deadlines(core::start_of(oldest.clock), policy.terms, policy.zone()).due_from;
        Datum values[4] = {ObjectIdGetDatum(oldest.leaf), PointerGetDatum(&oldest.tid), TimestampTzGetDatum(since),
                           Int64GetDatum(oldest.rows)};
        bool nulls[4] = {false, false, false, false};
        tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
    }
    ListCell *cell = nullptr;
    foreach (cell, locked) {
        Datum values[4] = {ObjectIdGetDatum(lfirst_oid(cell)), 0, 0, 0};
        bool nulls[4] = {false, true, true, true};
        tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
    }
    SPI_finish();
}

// By the rows that are there; kNever: none of them has begun.
core::Micros next_due(const Policy &policy) {
    const core::Start due = deadline_of(policy, retention_now());
    core::Start next = core::kNotStarted;
    ListCell *cell = nullptr;
    List *locked = NIL;
    if (clock_column(policy.relid) == InvalidAttrNumber || whole_hold(policy.relid, policy.id) != nullptr) return core::kNever;
    SPI_connect();
    foreach (cell, readable_leaves(policy, &locked)) {
        const SqlRows found = first_pending(lfirst_oid(cell), core::first_from(policy.id, Max(due, -1) + 1),
                                            core::last_until(policy.id, core::kNotStarted - 1), 1);
        if (found.n > 0) next = Min(next, core::start_of(found.first().get<core::Clock>(1)));
    }
    SPI_finish();
    if (next == core::kNotStarted) return core::kNever;
    return Max(core::deadlines(next, policy.terms, policy.zone()).due_from, armed_until(policy));
}

}  // namespace

}  // namespace pg_retention

RETENTION_FUNCTION(pg_retention_next_due) {
    const auto at = pg_retention::next_due(pg_retention::policy_argument(fcinfo));
    if (at == pg_retention::core::kNever) PG_RETURN_NULL();
    PG_RETURN_TIMESTAMPTZ(at);
}

RETENTION_FUNCTION(pg_retention_policy_counts) {
    InitMaterializedSRF(fcinfo, 0);
    pg_retention::policy_counts(reinterpret_cast<const ReturnSetInfo *>(fcinfo->resultinfo),
                                pg_retention::policy_argument(fcinfo));
    return static_cast<Datum>(0);
}

RETENTION_FUNCTION(pg_retention_policy_estimates) {
    InitMaterializedSRF(fcinfo, 0);
    pg_retention::policy_estimates(reinterpret_cast<const ReturnSetInfo *>(fcinfo->resultinfo),
                                   pg_retention::policy_argument(fcinfo));
    return static_cast<Datum>(0);
}

RETENTION_FUNCTION(pg_retention_oldest_due) {
    InitMaterializedSRF(fcinfo, 0);
    const pg_retention::Policy &policy = pg_retention::policy_argument(fcinfo);
    pg_retention::oldest_due(reinterpret_cast<const ReturnSetInfo *>(fcinfo->resultinfo), policy,
                             pg_retention::deadline_of(policy, pg_retention::retention_now()));
    return static_cast<Datum>(0);
}

RETENTION_FUNCTION(pg_retention_oldest_armed) {
    InitMaterializedSRF(fcinfo, 0);
    const pg_retention::Policy &policy = pg_retention::policy_argument(fcinfo);
    const TimestampTz now = pg_retention::retention_now();
    if (policy.mode == pg_retention::Mode::kEnforce && now < pg_retention::armed_until(policy))
        pg_retention::oldest_due(reinterpret_cast<const ReturnSetInfo *>(fcinfo->resultinfo), policy,
                                 pg_retention::core::cutoffs(now, policy.terms, policy.zone()).due);
    return static_cast<Datum>(0);
}
