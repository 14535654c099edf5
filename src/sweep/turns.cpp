#include "sweep/turns.hpp"

#include "sweep/fuse.hpp"

#include "pg/attempt.hpp"
#include "pg/compat.hpp"
#include "pg/invalidation.hpp"
#include "pg/time.hpp"
#include "policy/attached.hpp"
#include "policy/rights.hpp"
#include "schema/clock_index.hpp"
#include "schema/own.hpp"
#include "sweep/task.hpp"

extern "C" {
#include "miscadmin.h"
#include "nodes/nodes.h"
#include "storage/lmgr.h"
#include "utils/hsearch.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
}

namespace pg_retention {

namespace {

// A table that holds rows of a policy's table: itself, or a partition.
struct Leaf {
    Oid top;  // the policy's table
    Oid leaf;
    Oid index;        // on its clocks, invalid: there is none
    ClockIndex tree;  // no file: it cannot be looked into
};

// Kept by a backend until a policy or one of the tables changes: an idle pass would else spend its time on reading catalogs.
struct Leaves {
    MemoryContext context;
    uint64_t reading;  // of the policies
    int32 number;      // whose clocks are known
    int n;
    Leaf *all;         // ordered by top and leaf
    HTAB *watched;     // OIDs of tables and indexes
    bool all_indexed;  // the policies' own tables, partitioned ones among them
};
constinit Leaves leaves = {};
constinit bool stale = true;
constinit uint64_t changes = 0;

void forget_leaves(Datum, Oid relid) {
    ++changes;
    if (!stale) stale = relid == InvalidOid || hash_search(leaves.watched, &relid, HASH_FIND, nullptr) != nullptr;
}

// With each index that may be ours, or one as good; what is looked into must be ordered as ours is.
constexpr char kLeaves[] =
    "WITH RECURSIVE tree AS (SELECT p.relation::oid AS top, p.relation::oid AS member FROM retention.policy p "
    "UNION SELECT t.top, i.inhrelid FROM tree t JOIN pg_catalog.pg_inherits i ON i.inhparent = t.member) "
    "SELECT t.top, t.member, c.relkind = 'r', x.oid, x.reltablespace, "
    "CASE WHEN x.relpersistence = 'p' AND x.plain AND x.known THEN x.relfilenode ELSE 0 END, x.indpred::text, x.attnum "
    "FROM tree t JOIN pg_catalog.pg_class c ON c.oid = t.member "
    "LEFT JOIN LATERAL (SELECT k.oid, k.reltablespace, k.relfilenode, k.relpersistence, i.indpred, a.attnum, "
    "a.atttypmod = $2 AS known, i.indoption[0] = 0 AND o.opcdefault AND o.opcmethod = 403 AND o.opcintype = $1 AS plain "
    "FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class k ON k.oid = i.indexrelid "
    "JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0] AND a.atttypid = $1 "
    "JOIN pg_catalog.pg_opclass o ON o.oid = i.indclass[0] "
    "WHERE i.indrelid = t.member AND i.indisvalid AND i.indnkeyatts = 1 AND i.indpred IS NOT NULL) x ON true "
    "ORDER BY t.top, t.member, x.oid";

void watch(Oid relid) { (void) hash_search(leaves.watched, &relid, HASH_ENTER, nullptr); }

void begin_leaves() {
    stale = true;
    if (leaves.context != nullptr) MemoryContextDelete(leaves.context);
    leaves = Leaves{};
    leaves.context = AllocSetContextCreate(TopMemoryContext, "pg_retention leaves", ALLOCSET_SMALL_SIZES);
    HASHCTL control = {};
    control.keysize = sizeof(Oid);
    control.entrysize = sizeof(Oid);
    control.hcxt = leaves.context;
    leaves.watched = hash_create("pg_retention leaves", 64, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
}

bool serves(const SqlRow &row) {
    return !row.is_null(4) && is_of_pending(static_cast<const Node *>(stringToNode(row.text(7))), row.get<int16>(8));
}

void set_index(Leaf *leaf, const SqlRow &row) {
    const auto tablespace = row.get<Oid>(5);
    leaf->index = row.get<Oid>(4);
    leaf->tree = ClockIndex{OidIsValid(tablespace) ? tablespace : MyDatabaseTableSpace, row.get<Oid>(6)};
}

void add_leaf(const Leaf &leaf, bool has_rows) {
    if (!OidIsValid(leaf.leaf)) return;
    watch(leaf.leaf);
    if (OidIsValid(leaf.index)) watch(leaf.index);
    if (leaf.leaf == leaf.top) leaves.all_indexed = leaves.all_indexed && OidIsValid(leaf.index);
    if (has_rows) leaves.all[leaves.n++] = leaf;
}

void read_leaves(uint64_t reading) {
    begin_leaves();
    const uint64_t before = changes;
    const SqlRows found = own(kLeaves, extension()->clock_type, extension()->number);
    leaves.all_indexed = true;
    leaves.all = static_cast<Leaf *>(MemoryContextAlloc(leaves.context, sizeof(Leaf) * (found.n + 1)));
    Leaf leaf = {};
    bool has_rows = false;
    for (const SqlRow row : found) {
        if (row.get<Oid>(1) != leaf.top || row.get<Oid>(2) != leaf.leaf) {
            add_leaf(leaf, has_rows);
            leaf = Leaf{row.get<Oid>(1), row.get<Oid>(2), InvalidOid, {}};
            has_rows = row.get<bool>(3);
        }
        if (!OidIsValid(leaf.index) && serves(row)) set_index(&leaf, row);
    }
    add_leaf(leaf, has_rows);
    found.free();
    leaves.reading = reading;
    leaves.number = extension()->number;
    stale = before != changes;
}

// The leaves of a policy's table.
const Leaf *leaves_under(Oid top, int *n) {
    int first = 0, end = leaves.n;
    while (first < end) {
        const int middle = first + (end - first) / 2;
        if (leaves.all[middle].top < top)
            first = middle + 1;
        else
            end = middle;
    }
    for (end = first; end < leaves.n && leaves.all[end].top == top;) ++end;
    *n = end - first;
    return &leaves.all[first];
}

// What is the same for all of them.
struct Pass {
    Engine *engine;
    TimestampTz now;
    List *with_columns;     // tables that have columns with periods of their own, or something to do from when they had
    List *stopped;          // policies that no sweep takes rows of now
    core::Start *recorded;  // by the policy's place: up to which start the ledger counts its hidden rows; -1: none
};

bool has_work_in(const Pass &pass, const Policy &policy, core::Start recorded, const ClockIndex &index) {
    const core::Cutoffs cutoffs = cutoffs_of(policy, pass.now);
    if (cutoffs.due >= 0 && may_have_entry(index, core::first_from(policy.id, 0), core::last_until(policy.id, cutoffs.due)))
        return true;
    if (cutoffs.hide > recorded &&
        may_have_entry(index, core::first_from(policy.id, recorded + 1), core::last_until(policy.id, cutoffs.hide)))
        return true;
    return cutoffs.release >= 0 &&
           may_have_entry(index, core::first_exempt(policy.id), core::last_exempt(policy.id, cutoffs.release));
}

// Nobody is waited for: what is locked has its turn, which knows how to wait and to tell who is in the way.
template <typename F>
bool with_locked(Oid relid, F body) {
    if (!ConditionalLockRelationOid(relid, AccessShareLock)) return true;
    const bool result = body();
    UnlockRelationOid(relid, AccessShareLock);
    return result;
}

bool may_have_work(const Pass &pass, const Policy &policy, core::Start recorded, const Leaf &leaf) {
    if (!OidIsValid(leaf.tree.file) || is_unstamped(leaf.leaf) || list_member_oid(pass.with_columns, leaf.leaf) ||
        list_member_oid(pass.with_columns, policy.relid))
        return true;
    return with_locked(leaf.leaf, [&] {
        // Under the lock the file is the table's; unless we come to hear only now that it was another one's before.
        return with_locked(leaf.index, [&] { return stale || has_work_in(pass, policy, recorded, leaf.tree); });
    });
}

// Kept until anything is told of, for the view looks through the catalogs.
const List *with_periods() {
    static constinit List *tables = NIL;
    static constinit uint64_t read_at = 0;
    const uint64_t before = schema_changes();
    if (read_at == before) return tables;
    const SqlRows found = own("SELECT DISTINCT relation::oid FROM retention.personal_columns WHERE keep_for IS NOT NULL");
    MemoryContext caller = MemoryContextSwitchTo(TopMemoryContext);
    list_free(tables);
    tables = NIL;
    for (const SqlRow row : found) tables = lappend_oid(tables, row.get<Oid>(1));
    MemoryContextSwitchTo(caller);
    read_at = before;
    return tables;
}

Pass begin_pass(Engine *engine, const Policies &policies) {
    Pass pass = {engine, retention_now(), list_copy(with_periods()), stopped_policies(), nullptr};
    for (const SqlRow row :
         own("SELECT relation::oid FROM retention.column_late UNION ALL SELECT relation::oid FROM retention.column_progress"))
        pass.with_columns = list_append_unique_oid(pass.with_columns, row.get<Oid>(1));
    pass.recorded = static_cast<core::Start *>(palloc(sizeof(core::Start) * static_cast<size_t>(policies.n + 1)));
    for (int i = 0; i < policies.n; ++i) pass.recorded[i] = -1;
    for (const SqlRow row : own("SELECT policy_id, recorded FROM retention.quarantine_record")) {
        const Policy *policy = find_policy(policies, row.get<int16>(1));
        if (policy != nullptr) pass.recorded[policy - policies.all] = row.get<int64>(2);
    }
    return pass;
}

struct Place {
    Oid leaf;
    int32 policy_id;
};

void take(Taken *taken, const Policy &policy, List *tables) {
    ListCell *cell = nullptr;
    foreach (cell, tables) {
        const Place place = {lfirst_oid(cell), policy.id};
        (void) hash_search(taken->places, &place, HASH_ENTER, nullptr);
    }
}

bool is_taken(const Taken &taken, const Policy &policy, Oid leaf) {
    const Place place = {leaf, policy.id};
    return hash_search(taken.places, &place, HASH_FIND, nullptr) != nullptr;
}

// Those of its tables that have a turn.
List *leaves_with_work(Pass *pass, Taken *taken, const Policy &policy, core::Start recorded, bool all) {
    List *found = NIL;
    int n = 0;
    const Leaf *of = leaves_under(policy.relid, &n);
    for (int i = 0; i < n; ++i)
        if (!is_taken(*taken, policy, of[i].leaf) && (all || may_have_work(*pass, policy, recorded, of[i])))
            found = lappend_oid(found, of[i].leaf);
    take(taken, policy, found);
    return found;
}

void know_leaves(const Policies &policies) {
    if (stale || leaves.reading != policies.reading || leaves.number != extension()->number) read_leaves(policies.reading);
}

struct Collection {
    Pass pass;
    Policies policies;
    Taken *taken;
    int next;    // of the policies
    int failed;  // what could not be looked into; -1: nothing yet
    Swept *turns;
    int n;
};

// Where something failed before, all its tables have a turn: what is blocked is done with when it was tried again.
void collect(Collection *of) {
    for (; of->next < of->policies.n; ++of->next) {
        const Policy &policy = of->policies.all[of->next];
        if (!enforced(policy) || !policy.validated || !is_confirmed(policy) || is_stopped(of->pass.stopped, policy.id)) continue;
        const bool all = of->next == of->failed || has_blocked(of->pass.engine, policy.id);
        List *tables = leaves_with_work(&of->pass, of->taken, policy, of->pass.recorded[of->next], all);
        if (tables != NIL) of->turns[of->n++] = swept_policy(policy, tables);
    }
}

// An index that cannot be read stops nobody else: its table has a turn, which says what is the matter.
void collect_all(Collection *of) {
    while (of->next < of->policies.n) {
        ErrorData *error = attempt([of] { collect(of); });
        if (error == nullptr) return;
        if (of->failed == of->next) ReThrowError(error);
        of->failed = of->next;
    }
}

Swept *collect_turns(Engine *engine, Taken *taken, int *n) {
    // What is read stays until the transaction ends.
    const Policies policies = policies_now();
    know_leaves(policies);
    auto *turns = static_cast<Swept *>(palloc(sizeof(Swept) * static_cast<size_t>(policies.n + 1)));
    Collection collection = {begin_pass(engine, policies), policies, taken, 0, -1, turns, 0};
    collect_all(&collection);
    *n = collection.n;
    put_in_order(turns, *n);
    return turns;
}

}  // namespace

Taken nothing_taken(Engine *engine) {
    HASHCTL control = {};
    control.keysize = sizeof(Place);
    control.entrysize = sizeof(Place);
    control.hcxt = engine->context;
    return Taken{hash_create("pg_retention turns", 64, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT)};
}

Swept *find_turns(Engine *engine, Taken *taken, int *n) {
    *n = 0;
    begin_step(engine);
    MemoryContextSwitchTo(engine->context);
    Swept *turns = collect_turns(engine, taken, n);
    end_step(engine);
    return turns;
}

bool may_lack_indexes() {
    know_leaves(policies_now());
    return !leaves.all_indexed;
}

void init_turns() { watch_relations(forget_leaves); }

}  // namespace pg_retention
