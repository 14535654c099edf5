#include "clock/ways.hpp"

#include "policy/attached.hpp"
#include "policy/policy_cache.hpp"
#include "pg/invalidation.hpp"

extern "C" {
#include "utils/hsearch.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
}

namespace pg_retention {

namespace {

// A start of a policy looks at this table on its way: at the policy's own, or one that a hop leads to. Small, for every session that writes
// to any such table has those of all policies.
struct Leg {
    Oid table;
    int16_t policy_id;
    int16_t start;
    int16_t depth;  // -1: the policy's own
};

constinit MemoryContext context = nullptr;  // of all below
constinit Leg *legs = nullptr;              // ordered by table, policy, start and depth
constinit int n_legs = 0;
constinit int room_for_legs = 0;
constinit HTAB *known = nullptr;  // Ways, by relation
constinit uint64_t reading = 0;   // the policies that the legs are of; 0: none
constinit bool stale = true;
// Nothing is kept of what was read while anything came.
constinit uint64_t changes = 0;

int compare(Oid a, Oid b) { return a < b ? -1 : a > b ? 1 : 0; }

int by_table(const void *a, const void *b) {
    const auto *x = static_cast<const Leg *>(a);
    const auto *y = static_cast<const Leg *>(b);
    if (x->table != y->table) return compare(x->table, y->table);
    if (x->policy_id != y->policy_id) return x->policy_id - y->policy_id;
    return x->start != y->start ? x->start - y->start : x->depth - y->depth;
}

// The first leg that looks at the table; n_legs where none does and none comes after it.
int first_leg(Oid table) {
    int first = 0, end = n_legs;
    while (first < end) {
        const int middle = first + (end - first) / 2;
        if (legs[middle].table < table)
            first = middle + 1;
        else
            end = middle;
    }
    return first;
}

bool is_looked_at(Oid table) {
    const int first = first_leg(table);
    return first < n_legs && legs[first].table == table;
}

void forget_ways(Datum, Oid relid) {
    ++changes;
    if (stale) return;
    stale = relid == InvalidOid || is_looked_at(relid) || hash_search(known, &relid, HASH_FIND, nullptr) != nullptr;
}

// Callers of this transaction may be on one of them.
void retire() {
    stale = true;
    reading = 0;
    legs = nullptr;
    n_legs = room_for_legs = 0;
    known = nullptr;
    if (context == nullptr) return;
    if (TopTransactionContext != nullptr)
        MemoryContextSetParent(context, TopTransactionContext);
    else
        MemoryContextDelete(context);
    context = nullptr;
}

void add_leg(const Leg &leg) {
    if (n_legs == room_for_legs) {
        room_for_legs = Max(16, 2 * room_for_legs);
        const size_t size = sizeof(Leg) * static_cast<size_t>(room_for_legs);
        legs = static_cast<Leg *>(legs == nullptr ? MemoryContextAlloc(context, size) : repalloc(legs, size));
    }
    legs[n_legs++] = leg;
}

// Whether the text can be a path. A column's name that has a dot in it is taken for one, and found to be none.
bool may_lead_elsewhere(const char *start) { return strchr(start, '.') != nullptr; }

// How far a path leads that cannot be resolved: what is missing may come to one of the tables up to there.
void add_legs(const Policy &policy, int start) {
    Path path = {};
    Problem problem = {};
    (void) resolve_path(policy.relid, policy.starts[start], &path, &problem);
    const auto number = static_cast<int16_t>(start);
    add_leg(Leg{policy.relid, policy.id, number, -1});
    for (int h = 0; h < path.n_hops; ++h) add_leg(Leg{path.hops[h].to_relid, policy.id, number, static_cast<int16_t>(h)});
}

void read_legs(const Policies &policies) {
    for (int i = 0; i < policies.n; ++i) {
        const Policy &policy = policies.all[i];
        if (policy.mode == Mode::kOff) continue;
        for (int k = 0; k < policy.n_starts; ++k)
            if (may_lead_elsewhere(policy.starts[k])) add_legs(policy, k);
    }
    qsort(legs, static_cast<size_t>(n_legs), sizeof(Leg), by_table);
}

void begin(const Policies &policies) {
    retire();
    context = AllocSetContextCreate(TopMemoryContext, "pg_retention ways", ALLOCSET_SMALL_SIZES);
    HASHCTL control = {};
    control.keysize = sizeof(Oid);
    control.entrysize = sizeof(Ways);
    control.hcxt = context;
    known = hash_create("pg_retention ways", 16, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
    const uint64_t before = changes;
    MemoryContext caller = CurrentMemoryContext;
    MemoryContext scratch = AllocSetContextCreate(caller, "pg_retention paths", ALLOCSET_DEFAULT_SIZES);
    MemoryContextSwitchTo(scratch);
    read_legs(policies);
    MemoryContextSwitchTo(caller);
    MemoryContextDelete(scratch);
    reading = policies.reading;
    stale = before != changes;
}

void add_column(AttrNumber column, AttrNumber *columns, int *n) {
    for (int i = 0; i < *n; ++i)
        if (columns[i] == column) return;
    columns[(*n)++] = column;
}

// The key by which rows refer to the written one, and what comes next of its own: the key of the next hop, or the column that gives the start.
void add_columns(Oid relid, const Way &way, AttrNumber *columns, int *n) {
    const Hop &hop = way.path.hops[way.depth];
    for (int k = 0; k < hop.n_keys; ++k) add_column(own_column(relid, hop.to_relid, hop.to[k]), columns, n);
    if (way.depth + 1 == way.path.n_hops) return add_column(own_column(relid, hop.to_relid, way.path.column), columns, n);
    const Hop &next = way.path.hops[way.depth + 1];
    for (int k = 0; k < next.n_keys; ++k) add_column(own_column(relid, hop.to_relid, next.from[k]), columns, n);
}

int count_legs(List *tables) {
    int n = 0;
    ListCell *cell = nullptr;
    foreach (cell, tables)
        for (int i = first_leg(lfirst_oid(cell)); i < n_legs && legs[i].table == lfirst_oid(cell); ++i) ++n;
    return n;
}

// Resolved anew, for of all paths only where they lead is kept.
bool resolve_leg(const Leg &leg, Way *way) {
    const Policy *policy = leg.depth < 0 ? nullptr : policy_by_id(leg.policy_id);
    if (policy == nullptr || leg.start >= policy->n_starts) return false;
    Problem problem = {};
    way->relid = policy->relid;
    way->policy_id = policy->id;
    way->start = leg.start;
    way->depth = leg.depth;
    return resolve_path(policy->relid, policy->starts[leg.start], &way->path, &problem) && leg.depth < way->path.n_hops &&
           way->path.hops[leg.depth].to_relid == leg.table;
}

// Of the table and those it is a partition of.
Ways resolve_ways(Relation rel, List *tables) {
    const Oid relid = RelationGetRelid(rel);
    const auto n_legs_there = static_cast<size_t>(count_legs(tables));
    auto *ways = static_cast<Way *>(MemoryContextAllocExtended(context, sizeof(Way) * (n_legs_there + 1), MCXT_ALLOC_HUGE));
    auto *columns = static_cast<AttrNumber *>(
        MemoryContextAlloc(context, sizeof(AttrNumber) * static_cast<size_t>(RelationGetNumberOfAttributes(rel) + 1)));
    Ways out = {relid, 0, ways, 0, columns};
    ListCell *cell = nullptr;
    foreach (cell, tables)
        for (int i = first_leg(lfirst_oid(cell)); i < n_legs && legs[i].table == lfirst_oid(cell); ++i) {
            if (!resolve_leg(legs[i], &ways[out.n])) continue;
            add_columns(relid, ways[out.n], columns, &out.n_columns);
            ++out.n;
        }
    return out;
}

}  // namespace

AttrNumber own_column(Oid relid, Oid path_relid, AttrNumber column) {
    return relid == path_relid ? column : get_attnum(relid, get_attname(path_relid, column, false));
}

const Ways &ways_through(Relation rel) {
    const Policies &policies = policies_now();
    if (stale || reading != policies.reading) begin(policies);
    const Oid relid = RelationGetRelid(rel);
    const auto *found = static_cast<const Ways *>(hash_search(known, &relid, HASH_FIND, nullptr));
    if (found != nullptr) return *found;
    const uint64_t before = changes;
    const Ways ways = resolve_ways(rel, with_ancestors(relid));
    auto *entry = static_cast<Ways *>(hash_search(known, &relid, HASH_ENTER, nullptr));
    *entry = ways;
    // Then it is used this once.
    stale = stale || before != changes;
    return *entry;
}

void init_ways() { watch_relations(forget_ways); }

}  // namespace pg_retention
