#include "catalog/attempt.hpp"

#include "pg/settings.hpp"
#include "pg/time_limit.hpp"

namespace pg_retention {

static ErrorData *run(AttemptBody body, void *argument, int limit, bool *timed_out) {
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
        ReleaseCurrentSubTransaction();
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
    MemoryContextSwitchTo(context);
    CurrentResourceOwner = owner;
    if (error != nullptr && is_cancel(error) && !*timed_out) ReThrowError(error);
    return error;
}

ErrorData *attempt(AttemptBody body, void *argument) {
    bool timed_out = false;
    return run(body, argument, 0, &timed_out);
}

ErrorData *attempt_in_time(AttemptBody body, void *argument, bool *timed_out) {
    *timed_out = false;
    ErrorData *error = run(body, argument, settings::statement_timeout, timed_out);
    if (!*timed_out) return error;
    error->sqlerrcode = ERRCODE_QUERY_CANCELED;
    error->message = pstrdup("it took longer than retention.statement_timeout");
    return error;
}

}  // namespace pg_retention
