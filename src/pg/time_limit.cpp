#include "pg/time_limit.hpp"

extern "C" {
#include "access/xact.h"
#include "miscadmin.h"
#include "storage/latch.h"
#include "utils/timeout.h"
#include "utils/timestamp.h"
}

namespace pg_retention {

namespace {

// What is cancelled may take its time to end; what is cancelled that often does not mean to.
constexpr int kMostCancels = 5;
constexpr int kShortestRepeat = 1000;

constinit bool registered = false;
constinit TimeoutId timer = USER_TIMEOUT;
constinit bool limited = false;
constinit volatile sig_atomic_t overruns = 0;
constinit volatile sig_atomic_t asked = 0;

// In a signal handler.
void time_is_over() {
    overruns = overruns + 1;
    if (overruns > kMostCancels) ProcDiePending = 1;
    QueryCancelPending = 1;
    InterruptPending = 1;
}

// An exception block that catches the cancel ends its subtransaction first: its handler is cancelled by its first statement, and so
// is the next block around it. So a loop around such a block ends, too.
void cancel_again(SubXactEvent event, SubTransactionId, SubTransactionId, void *) {
    if (event != SUBXACT_EVENT_ABORT_SUB || !limited || overruns == 0) return;
    QueryCancelPending = 1;
    InterruptPending = 1;
}

void register_once() {
    if (registered) return;
    timer = RegisterTimeout(USER_TIMEOUT, time_is_over);
    RegisterSubXactCallback(cancel_again, nullptr);
    registered = true;
}

}  // namespace

void begin_time_limit(int milliseconds) {
    if (milliseconds == 0) return;
    register_once();
    overruns = 0;
    if (!QueryCancelPending) asked = 0;
    limited = true;
    enable_timeout_every(timer, TimestampTzPlusMilliseconds(GetCurrentTimestamp(), milliseconds),
                         Max(kShortestRepeat, milliseconds / kMostCancels));
}

bool has_time_limit() { return limited; }

bool end_time_limit() {
    if (!limited) return false;
    disable_timeout(timer, false);
    limited = false;
    const bool over = overruns > 0 && asked == 0;
    // Ours, which came too late or was raised once more.
    if (over) QueryCancelPending = 0;
    return over;
}

void ask_to_cancel() {
    asked = 1;
    QueryCancelPending = 1;
    InterruptPending = 1;
    SetLatch(MyLatch);
}

bool is_interrupt(const ErrorData *error) {
    return error->funcname != nullptr && strcmp(error->funcname, "ProcessInterrupts") == 0;
}

}  // namespace pg_retention
