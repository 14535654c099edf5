#include "policy/system_time.hpp"

#include <ctime>

#include "pg/guard.hpp"
#include "pg/shared_memory.hpp"
#include "schema/own.hpp"

extern "C" {
#include "port/atomics.h"
#include "utils/timestamp.h"
}

namespace pg_retention {

namespace {

constexpr int64 kMost = USECS_PER_DAY;

// Since when the server runs, or somebody said that its time is right: by how much the two clocks differ. One number, so that it is read whole.
struct Shared {
    pg_atomic_uint64 difference;
};
constinit Shared *shared = nullptr;

// Of one that nobody sets.
int64 monotonic() {
    timespec now = {};
    // Goes on while the machine sleeps, where there is one.
#ifdef CLOCK_BOOTTIME
    (void) clock_gettime(CLOCK_BOOTTIME, &now);
#else
    (void) clock_gettime(CLOCK_MONOTONIC, &now);
#endif
    return now.tv_sec * USECS_PER_SEC + now.tv_nsec / 1000;
}

int64 difference() { return GetCurrentTimestamp() - monotonic(); }

void attach(void *memory, LWLock *, bool fresh) {
    shared = static_cast<Shared *>(memory);
    if (fresh) pg_atomic_init_u64(&shared->difference, static_cast<uint64>(difference()));
}

bool is_jump(int64 by) { return by > kMost || by < -kMost; }

}  // namespace

int64 system_time_jump() {
    const int64 since_start = difference() - static_cast<int64>(pg_atomic_read_u64(&shared->difference));
    if (is_jump(since_start)) return since_start;
    const SqlRows seen = read_own("SELECT seen_at FROM retention.system_time");
    const int64 since_sweep = seen.n == 0 ? 0 : GetCurrentTimestamp() - seen.first().get<TimestampTz>(1);
    seen.free();
    return since_sweep < -kMost ? since_sweep : 0;
}

void note_system_time() {
    own("INSERT INTO retention.system_time AS s (seen_at) VALUES ($1) ON CONFLICT (one) DO UPDATE SET seen_at = excluded.seen_at "
        "WHERE excluded.seen_at > s.seen_at",
        at(GetCurrentTimestamp()));
}

void accept_system_time() {
    pg_atomic_write_u64(&shared->difference, static_cast<uint64>(difference()));
    own("UPDATE retention.system_time SET seen_at = $1", at(GetCurrentTimestamp()));
}

void init_system_time() { share_memory({"pg_retention system time", sizeof(Shared), false, attach}); }

}  // namespace pg_retention

RETENTION_FUNCTION(pg_retention_system_time_jump) {
    pg_retention::connect_spi();
    const int64 jump = pg_retention::system_time_jump();
    SPI_finish();
    if (jump == 0) PG_RETURN_NULL();
    auto *by = static_cast<Interval *>(palloc0(sizeof(Interval)));
    by->day = static_cast<int32>(jump / USECS_PER_DAY);
    by->time = jump % USECS_PER_DAY;
    PG_RETURN_INTERVAL_P(by);
}
