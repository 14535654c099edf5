#pragma once
// Erasures in the name of requests that a hold or a restriction put off.
#include "subject/subject.hpp"

namespace pg_retention {

// What was lifted.
struct Released {
    List *humans;  // of Subject: whom it was on
    List *tables;  // OIDs: where rows may be free now that waited for an erasure, of whomever
};

// Carries out those that do more now, and completes what their requests say was done. One that cannot be is told by a warning, and waits on; so
// is one whose person has rows that came after it was asked for: what waited goes with the next sweep, and of the rest somebody decides. The
// caller is connected to SPI and has begun alone (begin_alone).
void carry_out_deferred(const Released &released);

}  // namespace pg_retention
