#pragma once
// One try in a subtransaction: what fails is undone and handed back, so that it stops nothing else.
#include "catalog/stamp.hpp"
#include "pg/postgres.hpp"

extern "C" {
#include "access/xact.h"
#include "utils/memutils.h"
#include "utils/resowner.h"
}

namespace pg_retention {

using AttemptBody = void (*)(void *);

// Null when body succeeded. A cancelled query is no failure of a row: it is raised again. An error that a user's code raises under the
// code of a cancel is one.
ErrorData *attempt(AttemptBody body, void *argument);

// The same within retention.statement_timeout, whatever body runs. Attempts inside it are part of it.
ErrorData *attempt_in_time(AttemptBody body, void *argument, bool *timed_out);

template <typename F>
ErrorData *attempt(F body) {
    return attempt([](void *f) { (*static_cast<F *>(f))(); }, &body);
}

template <typename F>
ErrorData *attempt_in_time(F body, bool *timed_out) {
    return attempt_in_time([](void *f) { (*static_cast<F *>(f))(); }, &body, timed_out);
}

}  // namespace pg_retention
