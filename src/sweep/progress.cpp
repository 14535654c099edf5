#include "sweep/progress.hpp"

#include "pg/guard.hpp"
#include "pg/settings.hpp"
#include "pg/shared_memory.hpp"
#include "pg/transaction.hpp"
#include "policy/policy_cache.hpp"

extern "C" {
#include "funcapi.h"
#include "miscadmin.h"
#include "storage/procarray.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"
#include "utils/tuplestore.h"
}

namespace pg_retention {

namespace {

struct Shown {
    pid_t pid;  // 0: the place is free
    Oid database;
    int16_t policy_id;
    Oid relid;
    Phase phase;
    Pausing pausing;
    TimestampTz pass_began_at;
    TimestampTz turn_began_at;
    int64 done;
    int64 blocked;
    int64 expected;
};

constexpr int kPlaces = 256;

constinit Shown *places = nullptr;
constinit LWLock *lock = nullptr;
constinit Shown *own_place = nullptr;  // null: this process is not shown
constinit Totals at_turn = {};
constinit TimestampTz told_at = 0;

void attach(void *memory, LWLock *its_lock, bool) {
    places = static_cast<Shown *>(memory);
    lock = its_lock;
}

bool is_free(const Shown &place) { return place.pid == 0 || place.pid == MyProcPid || BackendPidGetProc(place.pid) == nullptr; }

template <typename F>
void change(F body) {
    if (own_place == nullptr) return;
    LWLockAcquire(lock, LW_EXCLUSIVE);
    body(own_place);
    LWLockRelease(lock);
}

// A pass that breaks off.
void at_end(XactEvent event, void *) {
    if (event == XACT_EVENT_ABORT) hide_pass();
}

// To whoever called the sweep and waits for it.
void tell(const Engine &engine, const Shown &now) {
    const TimestampTz time = GetCurrentTimestamp();
    if (engine.caller == Caller::kWorker || settings::progress_interval < 0 || now.policy_id == 0 ||
        time < told_at + settings::progress_interval * INT64CONST(1000))
        return;
    told_at = time;
    const Policy *policy = policy_by_id(now.policy_id);
    if (policy == nullptr || now.done + now.blocked == 0) return;
    if (now.expected < 0)
        ereport(NOTICE, (errmsg("policy \"%s\": " INT64_FORMAT " rows done", policy->name, now.done)));
    else
        ereport(NOTICE, (errmsg("policy \"%s\": " INT64_FORMAT " of about " INT64_FORMAT " rows done", policy->name, now.done,
                                Max(now.expected, now.done))));
}

// Rows a second of the turn.
double rate_of(const Shown &shown) {
    const double seconds = static_cast<double>(GetCurrentTimestamp() - shown.turn_began_at) / USECS_PER_SEC;
    return seconds > 0 ? static_cast<double>(shown.done) / seconds : 0;
}

void put(const ReturnSetInfo *to, const Shown &shown) {
    const char *pausing = name_of(shown.pausing);
    const bool has_turn = shown.policy_id != 0;
    Datum values[] = {Int32GetDatum(shown.pid),
                      Int16GetDatum(shown.policy_id),
                      ObjectIdGetDatum(shown.relid),
                      CStringGetTextDatum(name_of(shown.phase)),
                      pausing == nullptr ? Datum{} : CStringGetTextDatum(pausing),
                      Int64GetDatum(shown.done),
                      Int64GetDatum(Max(shown.expected, shown.done)),
                      Int64GetDatum(shown.blocked),
                      Float8GetDatum(rate_of(shown)),
                      TimestampTzGetDatum(shown.pass_began_at),
                      TimestampTzGetDatum(shown.turn_began_at)};
    bool nulls[lengthof(values)] = {false,
                                    !has_turn,
                                    !OidIsValid(shown.relid),
                                    false,
                                    pausing == nullptr,
                                    !has_turn,
                                    !has_turn || shown.expected < 0,
                                    !has_turn,
                                    !has_turn,
                                    false,
                                    !has_turn};
    tuplestore_putvalues(to->setResult, to->setDesc, values, nulls);
}

}  // namespace

void init_progress() { share_memory({"pg_retention progress", sizeof(Shown) * kPlaces, true, attach}); }

void show_pass(const Engine &engine) {
    if (lock == nullptr) return;
    call_at_end(AtEnd::kProgress, at_end);
    told_at = GetCurrentTimestamp();
    at_turn = engine.totals;
    LWLockAcquire(lock, LW_EXCLUSIVE);
    own_place = nullptr;
    for (int i = 0; i < kPlaces && own_place == nullptr; ++i)
        if (is_free(places[i])) own_place = &places[i];
    if (own_place != nullptr) {
        *own_place = Shown{};
        own_place->pid = MyProcPid;
        own_place->database = MyDatabaseId;
        own_place->pass_began_at = told_at;
    }
    LWLockRelease(lock);
}

void hide_pass() {
    change([](Shown *shown) { shown->pid = 0; });
    own_place = nullptr;
}

void show_turn(const Engine &engine, int16_t policy_id, Oid relid, int64 expected) {
    at_turn = engine.totals;
    change([&](Shown *shown) {
        shown->policy_id = policy_id;
        shown->relid = relid;
        shown->phase = Phase::kLooking;
        shown->turn_began_at = GetCurrentTimestamp();
        shown->done = shown->blocked = 0;
        shown->expected = expected;
    });
}

void show_phase(Phase phase, Oid relid) {
    change([&](Shown *shown) {
        shown->phase = phase;
        shown->relid = relid;
    });
}

void show_pausing(Pausing pausing) {
    change([&](Shown *shown) { shown->pausing = pausing; });
}

void show_done(const Engine &engine) {
    if (own_place == nullptr) return;
    const Totals done = engine.totals - at_turn;
    change([&](Shown *shown) {
        shown->done = done[Counter::kDeleted] + done[Counter::kAnonymised] + done[Counter::kColumns];
        shown->blocked = done[Counter::kBlocked];
    });
    tell(engine, *own_place);
}

}  // namespace pg_retention

RETENTION_FUNCTION(pg_retention_sweeps_under_way) {
    InitMaterializedSRF(fcinfo, 0);
    const auto *to = reinterpret_cast<const ReturnSetInfo *>(fcinfo->resultinfo);
    if (pg_retention::lock == nullptr) return static_cast<Datum>(0);
    auto *copy = static_cast<pg_retention::Shown *>(palloc(sizeof(pg_retention::Shown) * pg_retention::kPlaces));
    LWLockAcquire(pg_retention::lock, LW_SHARED);
    memcpy(copy, pg_retention::places, sizeof(pg_retention::Shown) * pg_retention::kPlaces);
    LWLockRelease(pg_retention::lock);
    for (int i = 0; i < pg_retention::kPlaces; ++i)
        if (copy[i].pid != 0 && copy[i].database == MyDatabaseId && BackendPidGetProc(copy[i].pid) != nullptr)
            pg_retention::put(to, copy[i]);
    return static_cast<Datum>(0);
}
