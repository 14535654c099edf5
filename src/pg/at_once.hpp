#pragma once
// Deferred triggers cannot fire while we act as somebody else. SET CONSTRAINTS would let them fire at once, and stay in force for the rest of
// the caller's transaction: the server shows nobody what was in force before.
#include "pg/postgres.hpp"

namespace pg_retention {

using AtOnceBody = void (*)(void *);

// Runs body. Meanwhile what security-restricted statements do fires at the end of the statement, as if no constraint could be deferred.
// What the caller has deferred stays deferred. Not reached: partitions that a statement finds only while it runs.
void fire_at_once(AtOnceBody body, void *argument);

template <typename F>
void fire_at_once(F body) {
    fire_at_once([](void *f) { (*static_cast<F *>(f))(); }, &body);
}

}  // namespace pg_retention
