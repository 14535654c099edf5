#pragma once
// Background workers: one launcher, and one worker per database that has the extension.

namespace pg_retention {

void init_workers();

}  // namespace pg_retention
