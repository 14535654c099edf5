#include "pg/attempt.hpp"

#include "pg/settings.hpp"
#include "pg/time_limit.hpp"

namespace pg_retention {

namespace {

// limit: in milliseconds; 0: none.
ErrorData *run_attempt(AttemptBody body, void *argument, bool keep, int limit, bool *timed_out) {
    MemoryContext context = CurrentMemoryContext;
    ResourceOwner owner = CurrentResourceOwner;
    ErrorData *volatile error = nullptr;
    BeginInternalSubTransaction(nullptr);
    MemoryContextSwitchTo(context);
    PG_TRY();
    {
        if (limit > 0) begin_time_limit(limit);
        body(argument);
        if (limit > 0) (void) end_time_limit();
        if (keep) ReleaseCurrentSubTransaction();
    }
    PG_CATCH();
    {
        if (limit > 0) *timed_out = end_time_limit();
        MemoryContextSwitchTo(context);
        error = CopyErrorData();
        FlushErrorState();
        RollbackAndReleaseCurrentSubTransaction();
    }
    PG_END_TRY();
    if (error == nullptr && !keep) RollbackAndReleaseCurrentSubTransaction();
    MemoryContextSwitchTo(context);
    CurrentResourceOwner = owner;
    return error;
}

}  // namespace

constinit Dynamic<bool> lock_timeout_is_failure{false};

void raise_if_it_ends_statement(ErrorData *error) {
    if (error == nullptr || !is_interrupt(error)) return;
    if (error->sqlerrcode != ERRCODE_LOCK_NOT_AVAILABLE || !lock_timeout_is_failure) ReThrowError(error);
}

ErrorData *attempt(AttemptBody body, void *argument) {
    bool timed_out = false;
    ErrorData *error = run_attempt(body, argument, true, 0, &timed_out);
    raise_if_it_ends_statement(error);
    return error;
}

ErrorData *attempt_in_time(AttemptBody body, void *argument, bool *timed_out) {
    *timed_out = false;
    ErrorData *error = run_attempt(body, argument, true, has_time_limit() ? 0 : settings::statement_timeout, timed_out);
    if (!*timed_out) {
        raise_if_it_ends_statement(error);
        return error;
    }
    error->sqlerrcode = ERRCODE_QUERY_CANCELED;
    error->message = pstrdup("it took longer than retention.statement_timeout");
    error->domain = TEXTDOMAIN;
    return error;
}

void rehearse(AttemptBody body, void *argument) {
    bool timed_out = false;
    ErrorData *error = run_attempt(body, argument, false, 0, &timed_out);
    if (error != nullptr) ReThrowError(error);
}

}  // namespace pg_retention
