#include "sweep/pause.hpp"

#include "pg/compat.hpp"
#include "pg/settings.hpp"

extern "C" {
#include "miscadmin.h"
#include "postmaster/interrupt.h"
#include "storage/latch.h"
}

namespace pg_retention {

namespace {

// However long a step took, an index that was built for example: what comes after it is not to be kept waiting for hours.
constexpr double kLongest = 1000;
// Milliseconds; what is less is added up.
constexpr double kShortest = 1;

double milliseconds_since(instr_time began) {
    instr_time now;
    INSTR_TIME_SET_CURRENT(now);
    INSTR_TIME_SUBTRACT(now, began);
    return INSTR_TIME_GET_MILLISEC(now);
}

// A worker's new configuration is read between steps, and may say that it need not wait.
bool must_go_on(const Engine &engine) { return engine.between != nullptr && ConfigReloadPending; }

}  // namespace

// The latch is left as if nobody had waited here: who waits next, the worker between two passes, is to know that it was set.
void wait_between_steps(const Engine &engine, Pausing why, double milliseconds) {
    show_pausing(why);
    bool was_set = false;
    instr_time began;
    INSTR_TIME_SET_CURRENT(began);
    for (double left = milliseconds; left > 0 && !must_go_on(engine); left = milliseconds - milliseconds_since(began)) {
        const int events =
            WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, static_cast<long>(left) + 1, nap_wait_event());
        was_set = was_set || (events & WL_LATCH_SET) != 0;
        if (was_set) SetLatch(MyLatch);
        CHECK_FOR_INTERRUPTS();
        ResetLatch(MyLatch);
    }
    if (was_set) SetLatch(MyLatch);
    show_pausing(Pausing::kNot);
}

double nice_ratio(const Engine &engine) {
    switch (engine.caller) {
        case Caller::kWorker: return settings::worker_nice_ratio;
        case Caller::kProcedure: return settings::nice_ratio;
        case Caller::kTransactionBlock: return 0;
    }
    return 0;
}

void begin_work(Engine *engine) { INSTR_TIME_SET_CURRENT(engine->work_began); }

void pause_after_work(Engine *engine) {
    if (engine->unpaced) return;
    const double ratio = nice_ratio(*engine);
    engine->owed += ratio * milliseconds_since(engine->work_began);
    if (ratio == 0) engine->owed = 0;
    if (engine->owed < kShortest) return;
    const double pause = Min(engine->owed, kLongest);
    engine->owed = 0;
    wait_between_steps(*engine, Pausing::kNice, pause);
}

}  // namespace pg_retention
