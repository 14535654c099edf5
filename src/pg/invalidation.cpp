#include "pg/invalidation.hpp"

namespace pg_retention {

namespace {

constexpr int kMost = 16;
constinit RelcacheCallbackFunction watchers[kMost] = {};
constinit int n_watchers = 0;

void tell(Datum argument, Oid relid) {
    for (int i = 0; i < n_watchers; ++i) watchers[i](argument, relid);
}

}  // namespace

void watch_relations(RelcacheCallbackFunction forget) {
    if (n_watchers == kMost) elog(FATAL, "too many parts of pg_retention watch relations");
    if (n_watchers == 0) CacheRegisterRelcacheCallback(tell, 0);
    watchers[n_watchers++] = forget;
}

}  // namespace pg_retention
