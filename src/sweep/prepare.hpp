#pragma once
// Preparing a table for its policies: checked, every row stamped, the index built; only then is anything enforced.
#include "sweep/engine.hpp"

namespace pg_retention {

// All tables in retention.preparation, a few seconds' work; engine->unfinished when more is left.
void prepare_tables(Engine *engine);

}  // namespace pg_retention
