#pragma once
// The only subtransactions: one that hands back the error of what fails in it, and one that is always taken back.
#include "pg/during.hpp"
#include "pg/postgres.hpp"

extern "C" {
#include "access/xact.h"
#include "utils/memutils.h"
#include "utils/resowner.h"
}

namespace pg_retention {

using AttemptBody = void (*)(void *);

// Null when body succeeded. What fails is undone and handed back, so that it stops nothing else. What ends a statement from outside is no
// failure of body and is raised again: a cancel, the timeouts of the server, a shutdown, a conflict with recovery. An error that a user's
// code raises under the code of a cancel is one.
ErrorData *attempt(AttemptBody body, void *argument);

// The same within retention.statement_timeout, whatever body runs. Attempts inside it are part of it, those in time, too.
ErrorData *attempt_in_time(AttemptBody body, void *argument, bool *timed_out);

// While it is set, a lock that was not had within lock_timeout is a failure of what needed it: of the row or the table in a sweep, which
// is recorded and tried again. Everywhere else the caller has set that limit, and it ends his statement.
extern Dynamic<bool> lock_timeout_is_failure;

// For what catches an error in another way, where its transaction is over: raises it again when it ended the statement from outside.
void raise_if_it_ends_statement(ErrorData *error);

// Runs body and takes back what it did. An error is the caller's, and is raised when the subtransaction is over.
void rehearse(AttemptBody body, void *argument);

template <typename F>
ErrorData *attempt(F body) {
    return attempt([](void *f) { (*static_cast<F *>(f))(); }, &body);
}

template <typename F>
ErrorData *attempt_in_time(F body, bool *timed_out) {
    return attempt_in_time([](void *f) { (*static_cast<F *>(f))(); }, &body, timed_out);
}

template <typename F>
void rehearse(F body) {
    rehearse([](void *f) { (*static_cast<F *>(f))(); }, &body);
}

}  // namespace pg_retention
