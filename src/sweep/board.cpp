#include "sweep/board.hpp"

#include "pg/guard.hpp"
#include "pg/shared_memory.hpp"
#include "pg/transaction.hpp"
#include "schema/extension.hpp"

extern "C" {
#include "access/xact.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"
#include "utils/tuplestore.h"
}

namespace pg_retention {

namespace {

constinit Board *board = nullptr;
constinit LWLock *lock = nullptr;

void attach(void *memory, LWLock *its_lock, bool fresh) {
    board = static_cast<Board *>(memory);
    lock = its_lock;
    if (fresh) pg_atomic_init_u32(&board->waiting, 0);
}

// The extension is here: the launcher need not wait until it looks for it again.
void tell_launcher() {
    Board *locked = lock_board();
    Served *served = find_served(locked, MyDatabaseId);
    if (served != nullptr) {
        served->told = true;
        if (served->absent && locked->launcher != nullptr) SetLatch(locked->launcher);
        served->absent = false;
    }
    unlock_board();
}

// Whoever writes in a database that has the extension, and has not said so: the one who creates it, too.
void found_at_end(XactEvent event, void *) {
    static constinit bool known = false, found = false;
    if (event == XACT_EVENT_PRE_COMMIT && TransactionIdIsValid(GetTopTransactionIdIfAny())) {
        const bool present = extension() != nullptr;
        found = present && !known;
        known = known && present;
    } else if (event == XACT_EVENT_COMMIT && found) {
        tell_launcher();
        known = true;
        found = false;
    } else if (event == XACT_EVENT_ABORT) {
        found = false;
    }
}

// Those that have none for want of a slot, or because the launcher does not come.
TimestampTz waiting_since(const Served &served, TimestampTz now) {
    return served.worker == 0 && served.due_at <= now ? served.due_at : 0;
}

}  // namespace

Board *lock_board() {
    LWLockAcquire(lock, LW_EXCLUSIVE);
    return board;
}

void unlock_board() { LWLockRelease(lock); }

Served *find_served(Board *in, Oid database) {
    for (int i = 0; i < in->n; ++i)
        if (in->all[i].database == database) return &in->all[i];
    return nullptr;
}

// All databases show it, whatever their encodings are.
bool note_problem_of(Served *served, const char *problem, TimestampTz now) {
    char text[sizeof served->problem];
    strlcpy(text, problem, sizeof text);
    for (char *c = text; *c != '\0'; ++c)
        if (IS_HIGHBIT_SET(*c)) *c = '?';
    const bool again = strcmp(served->problem, text) == 0 && now >= served->logged_at && now - served->logged_at < USECS_PER_HOUR;
    if (!again) served->logged_at = now;
    if (served->failed_at == 0) served->failed_at = now;
    strlcpy(served->problem, text, sizeof served->problem);
    return !again;
}

bool others_wait() { return pg_atomic_read_u32(&board->waiting) > 0; }

void init_board() {
    share_memory({"pg_retention board", sizeof(Board), true, attach});
    call_at_end(AtEnd::kFound, found_at_end);
}

}  // namespace pg_retention

RETENTION_FUNCTION(pg_retention_worker_states) {
    using namespace pg_retention;
    InitMaterializedSRF(fcinfo, 0);
    const auto *result = reinterpret_cast<const ReturnSetInfo *>(fcinfo->resultinfo);
    const TimestampTz now = GetCurrentTimestamp();
    auto *copy = static_cast<Served *>(palloc(sizeof(Served) * kMostServed));
    const Board *locked = lock_board();
    const int n = locked->n;
    memcpy(copy, locked->all, sizeof(Served) * static_cast<size_t>(n));
    unlock_board();
    for (int i = 0; i < n; ++i) {
        const Served &served = copy[i];
        const TimestampTz waiting = waiting_since(served, now);
        Datum values[] = {ObjectIdGetDatum(served.database),    TimestampTzGetDatum(served.began_at),
                          TimestampTzGetDatum(served.ended_at), TimestampTzGetDatum(waiting),
                          CStringGetTextDatum(served.problem),  TimestampTzGetDatum(served.failed_at)};
        bool nulls[] = {false,        served.began_at == 0,  served.ended_at == 0,
                        waiting == 0, served.failed_at == 0, served.failed_at == 0};
        tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
    }
    return static_cast<Datum>(0);
}
