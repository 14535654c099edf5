#pragma once
// Home: the cluster, database and timeline the workers may act in. A restore, a clone and a promotion are elsewhere.

namespace pg_retention {

// For the first policy of a fresh installation.
void record_home_if_empty();

// From now on the workers may act here.
void record_home();

// False: nothing is acted on until retention.resume(). Hiding does not depend on it.
bool home_known();

}  // namespace pg_retention
