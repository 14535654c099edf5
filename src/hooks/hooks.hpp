#pragma once
// Hooks of the server that many have something to say to. They dispatch; others decide.

namespace pg_retention {

void init_utility();

}  // namespace pg_retention
