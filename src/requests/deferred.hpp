#pragma once
// Erasures in the name of requests that a hold or a restriction put off.

namespace pg_retention {

// Carries out those that do more now that one is lifted, and completes what their requests say was done. One that cannot be is told by a
// warning, and waits on. The caller is connected to SPI and has begun alone (begin_alone).
void carry_out_deferred();

}  // namespace pg_retention
