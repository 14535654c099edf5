#include "sweep/knots.hpp"

#include "clock/decide.hpp"
#include "ledger/consequences.hpp"
#include "pg/attempt.hpp"
#include "pg/names.hpp"
#include "pg/security.hpp"
#include "pg/settings.hpp"
#include "pg/time.hpp"
#include "policy/attached.hpp"
#include "policy/rights.hpp"
#include "rows/act.hpp"
#include "schema/foreign_key.hpp"
#include "sweep/fuse.hpp"
#include "sweep/limits.hpp"
#include "sweep/record.hpp"
#include "sweep/task.hpp"
#include "sweep/waiting.hpp"
#include "sweep/vacuum.hpp"

extern "C" {
#include "catalog/pg_type.h"
#include "utils/lsyscache.h"
}

namespace pg_retention {

namespace {

// More in one knot than this many batches stay where they are.
constexpr int kMostBatches = 10;

// A row that may go as far as its own policy is concerned.
struct Tied {
    Oid leaf;
    ItemPointerData tid;
    int16_t policy_id;
    bool counts;    // its fuse counts it; what waits for others was counted before
    bool stays;     // for a row refers to it that does not go
    bool expanded;  // who refers to it was looked for
    int group;      // 0: none yet
};

struct Knot {
    Oid owner;  // as whom all of it is done
    Tied *rows;
    int n;
    int most;
    List *keys;     // of ForeignKey: those by which a row is kept, between tables of that owner
    List *stopped;  // policies whose rows stay
};

// Whether any row can keep one of the table that it is kept by itself: a way along keys that leads back to the table.
bool is_in_a_circle(Oid relid) {
    return read_own("WITH RECURSIVE k AS (SELECT coalesce(pg_catalog.pg_partition_root(c.confrelid), c.confrelid) AS referred, "
                    "coalesce(pg_catalog.pg_partition_root(c.conrelid), c.conrelid) AS referring FROM pg_catalog.pg_constraint c "
                    "WHERE c.contype = 'f' AND c.confdeltype IN ('a', 'r')), "
                    "up AS (SELECT referring FROM k WHERE referred = coalesce(pg_catalog.pg_partition_root($1), $1) "
                    "UNION SELECT k.referring FROM k JOIN up ON k.referred = up.referring) "
                    "SELECT 1 FROM up WHERE referring = coalesce(pg_catalog.pg_partition_root($1), $1)",
                    relid)
               .n > 0;
}

List *keys_to(Oid leaf, Oid owner) {
    List *keys = NIL;
    ListCell *cell = nullptr;
    foreach (cell, foreign_keys_of(leaf)) {
        auto *key = static_cast<ForeignKey *>(palloc0(sizeof(ForeignKey)));
        if (!load_foreign_key(lfirst_oid(cell), key) || key->referred != leaf || key->period || !key->keeps) continue;
        if (owner_of(key->referring) == owner) keys = lappend(keys, key);
    }
    return keys;
}

// The rows of a table that are in the knot, and, with only_fresh, of which nobody has asked yet who refers to them.
Datum tids_in(const Knot &knot, Oid leaf, bool only_fresh) {
    auto *tids = static_cast<ItemPointerData *>(palloc(sizeof(ItemPointerData) * (knot.n + 1)));
    int n = 0;
    for (int i = 0; i < knot.n; ++i)
        if (knot.rows[i].leaf == leaf && !knot.rows[i].stays && !(only_fresh && knot.rows[i].expanded))
            tids[n++] = knot.rows[i].tid;
    return tid_array(tids, n);
}

List *leaves_in(const Knot &knot) {
    List *leaves = NIL;
    for (int i = 0; i < knot.n; ++i)
        if (!knot.rows[i].stays) leaves = list_append_unique_oid(leaves, knot.rows[i].leaf);
    return leaves;
}

int find_tied(const Knot &knot, Oid leaf, const ItemPointerData &tid) {
    for (int i = 0; i < knot.n; ++i)
        if (knot.rows[i].leaf == leaf && ItemPointerEquals(&knot.rows[i].tid, const_cast<ItemPointerData *>(&tid))) return i;
    return -1;
}

bool is_over(core::Clock clock, const core::Cutoffs &cutoffs) {
    const uint8_t decided = core::decided_of(clock);
    if ((decided & (core::kHeld | core::kRestricted)) != 0) return false;
    if (decided == 0) return core::start_of(clock) <= cutoffs.due;
    return (decided & (core::kAwaiting | core::kKept)) != 0 && core::start_of(clock) <= cutoffs.release;
}

// Whether its policy deletes the row by now, and as the knot's owner.
bool may_be_deleted(const Knot &knot, Oid leaf, core::Clock clock) {
    const Policy *policy = policy_by_id(static_cast<int16_t>(core::policy_of(clock)));
    if (policy == nullptr || !enforced(*policy) || !policy->validated || !is_confirmed(*policy)) return false;
    if (is_stopped(knot.stopped, policy->id)) return false;
    if (!deletes(policy->action) || is_being_stamped(leaf) || owner_of(leaf) != knot.owner) return false;
    return owner_of(policy->relid) == knot.owner && is_over(clock, cutoffs_of(*policy, retention_now())) &&
           may_go(decide(leaf, clock));
}

// Columns 1 to 3: table, row, clock.
bool add_rows(Knot *knot, const SqlRows &found) {
    const int before = knot->n;
    for (const SqlRow row : found) {
        const auto leaf = row.get<Oid>(1);
        const auto tid = row.get<ItemPointerData>(2);
        const auto clock = row.get<core::Clock>(3);
        if (knot->n == knot->most || find_tied(*knot, leaf, tid) >= 0 || !may_be_deleted(*knot, leaf, clock)) continue;
        knot->rows[knot->n++] =
            Tied{leaf, tid, static_cast<int16_t>(core::policy_of(clock)), core::decided_of(clock) == 0, false, false, 0};
    }
    return knot->n > before;
}

constinit Cursors cursors = {};

// Those that await their last reference. True: there are more.
bool add_awaiting(Knot *knot, const Policy &policy, Oid leaf) {
    const core::Start last = cutoffs_of(policy, retention_now()).release;
    if (last < 0) return false;
    const SqlRows found =
        next_waiting(&cursors, Waiting{knot->owner, leaf, policy.id, last, settings::rows_at_once(), tid_array(nullptr, 0)});
    (void) add_rows(knot, found);
    return static_cast<int>(found.n) == settings::rows_at_once();
}

void add_blocked(Knot *knot, const Policy &policy, Oid leaf) {
    const Datum tids =
        own("SELECT coalesce(pg_catalog.array_agg(b.row_id), '{}') FROM (SELECT row_id FROM retention.blocked_row "
            "WHERE relation = $1 AND policy_id = $2 AND sqlstate IN ('23001', '23503') ORDER BY retry_at LIMIT $3) b",
            leaf, policy.id, settings::rows_at_once())
            .first()
            .datum(1);
    (void) add_rows(knot, run_as(knot->owner, kGeneric,
                                 psprintf("SELECT tableoid, ctid, %s FROM ONLY %s WHERE ctid = ANY ($1) FOR UPDATE SKIP LOCKED",
                                          clock_name(leaf), qualified_name(leaf)),
                                 typed(TIDARRAYOID, tids)));
}

void load_keys(Knot *knot, Oid leaf) { knot->keys = keys_to(leaf, knot->owner); }

// Whoever refers to a row that is to go, and may go as well, is of the knot, too.
bool expand(Knot *knot) {
    bool more = false;
    ListCell *of = nullptr, *at_key = nullptr;
    foreach (of, leaves_in(*knot)) {
        const Oid leaf = lfirst_oid(of);
        const Datum fresh = tids_in(*knot, leaf, true);
        for (int i = 0; i < knot->n; ++i) knot->rows[i].expanded = knot->rows[i].expanded || knot->rows[i].leaf == leaf;
        load_keys(knot, leaf);
        foreach (at_key, knot->keys) {
            const auto &key = *static_cast<const ForeignKey *>(lfirst(at_key));
            if (clock_column(key.referring) == InvalidAttrNumber) continue;
            StringInfoData sql;
            initStringInfo(&sql);
            appendStringInfo(&sql, "SELECT fk.tableoid, fk.ctid, fk.%s FROM ONLY %s pk JOIN %s fk ON ", clock_name(key.referring),
                             qualified_name(leaf), qualified_name(key.referring));
            append_reference(&sql, key, "pk", "fk");
            appendStringInfoString(&sql, " WHERE pk.ctid = ANY ($1) FOR UPDATE OF fk SKIP LOCKED");
            more = add_rows(knot, run_as(knot->owner, kGeneric, sql.data, typed(TIDARRAYOID, fresh))) || more;
        }
    }
    return more;
}

Datum leaf_oids(const Knot &knot) {
    auto *values = static_cast<Datum *>(palloc(sizeof(Datum) * (knot.n + 1)));
    int n = 0;
    for (int i = 0; i < knot.n; ++i)
        if (!knot.rows[i].stays) values[n++] = ObjectIdGetDatum(knot.rows[i].leaf);
    return array_of(values, n, OIDOID);
}

Datum all_tids(const Knot &knot) {
    auto *tids = static_cast<ItemPointerData *>(palloc(sizeof(ItemPointerData) * (knot.n + 1)));
    int n = 0;
    for (int i = 0; i < knot.n; ++i)
        if (!knot.rows[i].stays) tids[n++] = knot.rows[i].tid;
    return tid_array(tids, n);
}

// A row to which one refers that does not go stays; and then those to which it refers.
bool settle(Knot *knot) {
    bool changed = false;
    ListCell *of = nullptr, *at_key = nullptr;
    foreach (of, leaves_in(*knot)) {
        const Oid leaf = lfirst_oid(of);
        load_keys(knot, leaf);
        foreach (at_key, knot->keys) {
            const auto &key = *static_cast<const ForeignKey *>(lfirst(at_key));
            StringInfoData sql;
            initStringInfo(&sql);
            appendStringInfo(&sql, "SELECT pk.ctid FROM ONLY %s pk WHERE pk.ctid = ANY ($1) AND EXISTS (SELECT FROM %s fk WHERE ",
                             qualified_name(leaf), qualified_name(key.referring));
            append_reference(&sql, key, "pk", "fk");
            appendStringInfoString(&sql, " AND NOT EXISTS (SELECT FROM ROWS FROM (pg_catalog.unnest($2), pg_catalog.unnest($3)) "
                                         "AS going (of, at) WHERE going.of = fk.tableoid AND going.at = fk.ctid))");
            const SqlRows kept = run_as(knot->owner, kGeneric, sql.data, typed(TIDARRAYOID, tids_in(*knot, leaf, false)),
                                        typed(OIDARRAYOID, leaf_oids(*knot)), typed(TIDARRAYOID, all_tids(*knot)));
            for (const SqlRow row : kept) {
                knot->rows[find_tied(*knot, leaf, row.get<ItemPointerData>(1))].stays = true;
                changed = true;
            }
        }
    }
    return changed;
}

// In one statement: the server looks at its end whether anything refers to what is gone.
void delete_together(const Knot &knot) {
    StringInfoData sql, sum;
    Parameters parameters = {};
    ListCell *cell = nullptr;
    int n = 0, rows = 0;
    initStringInfo(&sql);
    initStringInfo(&sum);
    foreach (cell, leaves_in(knot)) {
        const int tids = add_parameter(&parameters, TIDARRAYOID, tids_in(knot, lfirst_oid(cell), false));
        appendStringInfo(&sql, "%s d%d AS (DELETE FROM ONLY %s WHERE ctid = ANY ($%d) RETURNING 1)", n == 0 ? "WITH" : ",", n,
                         qualified_name(lfirst_oid(cell)), tids);
        appendStringInfo(&sum, "%s SELECT FROM d%d", n == 0 ? "" : " UNION ALL", n);
        ++n;
    }
    for (int i = 0; i < knot.n; ++i) rows += knot.rows[i].stays ? 0 : 1;
    appendStringInfoString(&sql, sum.data);
    if (static_cast<int>(run_as(knot.owner, kOnClocks, sql.data, parameters).n) < rows)
        ereport(ERROR, (errcode(ERRCODE_TRIGGERED_ACTION_EXCEPTION), errmsg("a trigger of the table suppressed the action")));
}

// The rest of the knot stays while the one group is tried.
Knot only_group(const Knot &knot, int group) {
    Knot part = knot;
    part.rows = static_cast<Tied *>(palloc(sizeof(Tied) * (knot.n + 1)));
    part.n = 0;
    for (int i = 0; i < knot.n; ++i)
        if (!knot.rows[i].stays && (group == 0 || knot.rows[i].group == group)) part.rows[part.n++] = knot.rows[i];
    return part;
}

// Rows that must go with one: those that refer to it, and to them.
void gather_group(Knot *knot, int first, int group) {
    Knot part = *knot;
    part.rows = static_cast<Tied *>(palloc(sizeof(Tied) * (knot->most + 1)));
    part.rows[0] = knot->rows[first];
    part.rows[0].expanded = false;
    part.n = 1;
    while (expand(&part)) continue;
    for (int i = 0; i < part.n; ++i) {
        const int at = find_tied(*knot, part.rows[i].leaf, part.rows[i].tid);
        if (at >= 0 && !knot->rows[at].stays) knot->rows[at].group = group;
    }
}

void unblock(const Knot &gone) {
    ListCell *cell = nullptr;
    foreach (cell, leaves_in(gone))
        own("DELETE FROM retention.blocked_row WHERE relation = $1 AND row_id = ANY ($2)", lfirst_oid(cell),
            typed(TIDARRAYOID, tids_in(gone, lfirst_oid(cell), false)));
}

// Calls body(policy, rows of it, those among them that its fuse counts) of each policy that has any there.
template <typename F>
void for_each_policy(const Knot &knot, F body) {
    List *policies = NIL;
    ListCell *cell = nullptr;
    for (int i = 0; i < knot.n; ++i) policies = list_append_unique_int(policies, knot.rows[i].policy_id);
    foreach (cell, policies) {
        int64 rows = 0, counted = 0;
        for (int i = 0; i < knot.n; ++i) {
            if (knot.rows[i].policy_id != lfirst_int(cell)) continue;
            ++rows;
            if (knot.rows[i].counts) ++counted;
        }
        body(*policy_by_id(static_cast<int16_t>(lfirst_int(cell))), rows, counted);
    }
}

void record(Engine *engine, const Knot &gone, Totals *done) {
    unblock(gone);
    for (int i = 0; i < gone.n; ++i) note_swept(engine, gone.rows[i].leaf, 1);
    for_each_policy(gone, [&](const Policy &policy, int64 rows, int64 counted) {
        Totals deleted = {};
        deleted[Counter::kDeleted] = rows;
        record_done(engine, policy.id, policy.relid, deleted);
        count_taken(policy, counted);
        *done += deleted;
    });
}

// Each of the policies may lose its rows of it today; one that may not waits for approval from now on.
bool is_within_fuses(const Knot &knot) {
    bool within = true;
    for_each_policy(knot, [&](const Policy &policy, int64, int64 counted) {
        if (counted <= rows_left(policy)) return;
        within = false;
        blow_fuse(policy);
    });
    return within;
}

void block(const Knot &group, const ErrorData *error, Totals *done) {
    for (int i = 0; i < group.n; ++i) {
        Row row = {};
        row.tid = group.rows[i].tid;
        set_failure(&row, error);
        block_row(group.rows[i].policy_id, group.rows[i].leaf, row, retention_now(), false);
    }
    (*done)[Counter::kBlocked] += group.n;
}

// All at once, and, when that fails, what hangs together by itself.
void delete_knot(Engine *engine, Knot *knot, Totals *done) {
    const Knot all = only_group(*knot, 0);
    if (all.n == 0 || !is_within_fuses(all)) return;
    if (attempt([&] { delete_together(all); }) == nullptr) return record(engine, all, done);
    int group = 0;
    for (int i = 0; i < knot->n; ++i) {
        if (knot->rows[i].stays || knot->rows[i].group != 0) continue;
        gather_group(knot, i, ++group);
        const Knot part = only_group(*knot, group);
        const ErrorData *error = attempt([&] { delete_together(part); });
        if (error == nullptr)
            record(engine, part, done);
        else
            block(part, error, done);
    }
}

bool untie_rows(Engine *engine, int16_t policy_id, Totals *done, Consequence *beyond) {
    if (engine->caller != Caller::kTransactionBlock) run_governed(kOnce, "SET CONSTRAINTS ALL IMMEDIATE");
    const Policy *policy = policy_by_id(policy_id);
    if (policy == nullptr || !deletes(policy->action) || !is_in_a_circle(policy->relid) || is_stopped_by_now(policy_id))
        return false;
    Knot knot = {};
    bool more = false;
    knot.owner = owner_of(policy->relid);
    knot.stopped = stopped_policies();
    knot.most = settings::rows_at_once() * kMostBatches;
    knot.rows = static_cast<Tied *>(palloc(sizeof(Tied) * (knot.most + 1)));
    ListCell *cell = nullptr;
    foreach (cell, leaves_of(policy->relid)) {
        const Oid leaf = lfirst_oid(cell);
        if (clock_column(leaf) == InvalidAttrNumber || owner_of(leaf) != knot.owner) continue;
        more = add_awaiting(&knot, *policy, leaf) || more;
        add_blocked(&knot, *policy, leaf);
    }
    while (expand(&knot)) CHECK_FOR_INTERRUPTS();
    while (settle(&knot)) CHECK_FOR_INTERRUPTS();
    Account account = {};
    refuse_held(&account, policy_id);
    bool approved = true;
    for_each_policy(knot, [&](const Policy &one, int64, int64) { approved = approved && allowed_of(one).approved; });
    count_consequences(&account, [&] { delete_knot(engine, &knot, done); });
    if (!may_go_along(account, approved, beyond))
        ereport(ERROR, (errcode(ERRCODE_CONFIGURATION_LIMIT_EXCEEDED), errmsg("more rows would go along than may")));
    note_gone_along(engine, account);
    record_consequences(account, policy_id, nullptr);
    return more;
}

}  // namespace

bool untie(Engine *engine, int16_t policy_id, Oid relid) {
    const Task task = {relid, policy_id, Work::kKnots};
    Totals done = {};
    bool timed_out = false, more = false;
    Consequence beyond = {};
    if (!is_due(engine, task) || !is_due(engine, Task{relid, policy_id, Work::kRows})) return false;
    if (!wait_for_pace(engine)) return false;
    const Spent before = spent_so_far(*engine);
    begin_step(engine);
    ErrorData *error = try_task(
        engine, task, [&] { more = untie_rows(engine, policy_id, &done, &beyond); }, &timed_out);
    if (error == nullptr) {
        engine->totals += done;
    } else if (OidIsValid(beyond.relid)) {
        if (const Policy *policy = policy_by_id(policy_id)) blow_fuse(*policy, beyond);
    } else {
        error->message = reason_of(relid, error, timed_out);
        block_task(engine, task, error);
    }
    end_step(engine);
    owe_for(*engine, before);
    return error == nullptr && more;
}

}  // namespace pg_retention
