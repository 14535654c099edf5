#include "pg/invalidation.hpp"

namespace pg_retention {

namespace {

constexpr int kMost = 16;
constinit RelcacheCallbackFunction watchers[kMost] = {};
constinit int n_watchers = 0;

struct CatalogWatcher {
    int cache;
    SyscacheCallbackFunction forget;
};
constinit CatalogWatcher catalog_watchers[kMost] = {};
constinit int n_catalog_watchers = 0;

void tell(Datum argument, Oid relid) {
    for (int i = 0; i < n_watchers; ++i) watchers[i](argument, relid);
}

void tell_of_catalog(Datum argument, int cache, uint32 hash) {
    for (int i = 0; i < n_catalog_watchers; ++i)
        if (catalog_watchers[i].cache == cache) catalog_watchers[i].forget(argument, cache, hash);
}

bool is_watched(int cache) {
    for (int i = 0; i < n_catalog_watchers; ++i)
        if (catalog_watchers[i].cache == cache) return true;
    return false;
}

}  // namespace

void watch_relations(RelcacheCallbackFunction forget) {
    if (n_watchers == kMost) elog(FATAL, "too many parts of pg_retention watch relations");
    if (n_watchers == 0) CacheRegisterRelcacheCallback(tell, 0);
    watchers[n_watchers++] = forget;
}

void watch_catalog(int cache, SyscacheCallbackFunction forget) {
    if (n_catalog_watchers == kMost) elog(FATAL, "too many parts of pg_retention watch catalogs");
    if (!is_watched(cache)) CacheRegisterSyscacheCallback(cache, tell_of_catalog, 0);
    catalog_watchers[n_catalog_watchers++] = CatalogWatcher{cache, forget};
}

}  // namespace pg_retention
