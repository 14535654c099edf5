#include "sweep/order.hpp"

#include "policy/attached.hpp"
#include "schema/foreign_key.hpp"
#include "schema/path.hpp"
#include "sweep/limits.hpp"

extern "C" {
#include "catalog/pg_inherits.h"
}

namespace pg_retention {

namespace {

List *tables_on_paths(const Policy &policy) {
    List *tables = NIL;
    for (int i = 0; i < policy.n_starts; ++i) {
        Path path;
        Problem problem = {};
        if (!resolve_path(policy.relid, policy.starts[i], &path, &problem)) continue;
        for (int h = 0; h < path.n_hops; ++h)
            if (path.hops[h].to_relid != policy.relid) tables = list_append_unique_oid(tables, path.hops[h].to_relid);
    }
    return tables;
}

List *tables_referred_to(Oid relid) {
    List *tables = NIL;
    ListCell *at_table = nullptr, *at_key = nullptr;
    foreach (at_table, find_all_inheritors(relid, NoLock, nullptr))
        foreach (at_key, foreign_keys_of(lfirst_oid(at_table))) {
            ForeignKey key = {};
            if (!load_foreign_key(lfirst_oid(at_key), &key) || key.referring != lfirst_oid(at_table)) continue;
            if (topmost(key.referred) != topmost(relid)) tables = list_append_unique_oid(tables, topmost(key.referred));
        }
    return tables;
}

// How many of those that are still to come lead to a policy.
struct Before {
    int by_paths;
    int by_keys;
    bool placed;
};

// Ordered by table: who is led to is looked up.
struct Place {
    Oid table;
    int policy;
};

int by_table(const void *a, const void *b) {
    const auto *x = static_cast<const Place *>(a);
    const auto *y = static_cast<const Place *>(b);
    if (x->table != y->table) return x->table < y->table ? -1 : 1;
    return x->policy - y->policy;
}

struct Places {
    Place *all;
    int n;
};

template <typename F>
Places places_by(const Swept *policies, int n, F table_of) {
    Places places = {static_cast<Place *>(palloc(sizeof(Place) * static_cast<size_t>(n + 1))), n};
    for (int i = 0; i < n; ++i) places.all[i] = Place{table_of(policies[i]), i};
    qsort(places.all, static_cast<size_t>(n), sizeof(Place), by_table);
    return places;
}

template <typename F>
void for_each_led_to(const Places &places, List *tables, F body) {
    ListCell *cell = nullptr;
    foreach (cell, tables) {
        int first = 0, end = places.n;
        while (first < end) {
            const int middle = first + (end - first) / 2;
            if (places.all[middle].table < lfirst_oid(cell))
                first = middle + 1;
            else
                end = middle;
        }
        for (; first < places.n && places.all[first].table == lfirst_oid(cell); ++first) body(places.all[first].policy);
    }
}

struct Order {
    const Swept *policies;
    int n;
    Places by_relation;
    Places by_top;
    Before *before;
};

void count(const Order &order, int policy, int by) {
    for_each_led_to(order.by_relation, order.policies[policy].on_paths, [&](int to) { order.before[to].by_paths += by; });
    for_each_led_to(order.by_top, order.policies[policy].referred_to, [&](int to) { order.before[to].by_keys += by; });
}

// n: there is none.
int first_of_all(const Order &order, bool also_by_keys) {
    for (int i = 0; i < order.n; ++i)
        if (!order.before[i].placed && order.before[i].by_paths == 0 && (!also_by_keys || order.before[i].by_keys == 0)) return i;
    return order.n;
}

}  // namespace

Swept swept_policy(const Policy &policy, List *leaves) {
    return Swept{policy.id,
                 policy.relid,
                 pstrdup(policy.name),
                 leaves,
                 limits_of(policy.id),
                 topmost(policy.relid),
                 tables_on_paths(policy),
                 tables_referred_to(policy.relid)};
}

void put_in_order(Swept *policies, int n) {
    auto *sorted = static_cast<Swept *>(palloc(sizeof(Swept) * static_cast<size_t>(n + 1)));
    const Order order = {policies, n, places_by(policies, n, [](const Swept &of) { return of.relid; }),
                         places_by(policies, n, [](const Swept &of) { return of.top; }),
                         static_cast<Before *>(palloc0(sizeof(Before) * static_cast<size_t>(n + 1)))};
    for (int i = 0; i < n; ++i) count(order, i, 1);
    int placed = 0;
    for (; placed < n; ++placed) {
        int next = first_of_all(order, true);
        if (next == n) next = first_of_all(order, false);
        if (next == n) break;
        order.before[next].placed = true;
        count(order, next, -1);
        sorted[placed] = policies[next];
    }
    // Where paths lead in a circle, too, the rest stays as it is.
    for (int i = 0; i < n; ++i)
        if (!order.before[i].placed) sorted[placed++] = policies[i];
    std::memcpy(policies, sorted, sizeof(Swept) * static_cast<size_t>(n));
}

}  // namespace pg_retention
