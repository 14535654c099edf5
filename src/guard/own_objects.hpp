#pragma once

namespace pg_retention {

void init_own_objects();

}  // namespace pg_retention
