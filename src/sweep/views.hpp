#pragma once
// Materialised views over governed tables: stored copies that a sweep cannot reach, made anew when they may hold what is gone.
#include "sweep/engine.hpp"

namespace pg_retention {

// Each in a step of its own. One that fails is tried again later; retention.view_refresh says why.
void refresh_stale_views(Engine *engine);

// One that could not be refreshed is tried again later.
void block_view(Engine *engine, Oid relid, const ErrorData &error);

}  // namespace pg_retention
