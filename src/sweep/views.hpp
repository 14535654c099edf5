#pragma once
// Materialised views over governed tables: stored copies that a sweep cannot reach, made anew when they may hold what is gone.
#include "sweep/engine.hpp"

namespace pg_retention {

// Each in a step of its own. One that fails is tried again later; retention.view_refresh says why.
void refresh_stale_views(Engine *engine);

}  // namespace pg_retention
